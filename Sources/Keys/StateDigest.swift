internal import Primitives
internal import VaultModel

/// The digest of the vault's set of rows: a keyed additive multiset hash (MSet-Add-Hash, Clarke et al. 2003),
/// `D = Σ BLAKE2b-256(STATEK, "COFFER/STATE/v01" ‖ record ‖ rev ‖ record seal ‖ plain columns) mod 2²⁵⁶`.
///
/// One addition or subtraction per changed row, in any order. **D itself is never stored or shown**: the difference of
/// two values is a row's term, and with enough terms rows could be swapped with D unchanged. Disk holds the tag that
/// `Keyset.stateTag` makes of it.
public struct StateDigest: Sendable {
    /// What one row adds to the digest.
    public struct Term: Sendable {
        fileprivate let words: (UInt64, UInt64, UInt64, UInt64)

        /// `hash` has 32 bytes, read as a little-endian number.
        init(_ hash: [UInt8]) {
            precondition(hash.count == 32, "a term has 32 bytes")
            words = (
                hash.littleEndian(at: 0), hash.littleEndian(at: 8), hash.littleEndian(at: 16), hash.littleEndian(at: 24)
            )
        }

        /// What a process remembers of a row it has verified: 64 bits that nobody without STATEK can aim at.
        public var fingerprint: UInt64 { words.0 }
    }

    private typealias Words = (UInt64, UInt64, UInt64, UInt64)

    private var words: Words = (0, 0, 0, 0)

    /// The digest of no rows.
    public init() {}

    /// Adds a row.
    public mutating func add(_ term: Term) { add(term.words) }

    /// Takes a row out.
    public mutating func remove(_ term: Term) {
        var borrow = false
        words.0 = Self.difference(words.0, term.words.0, &borrow)
        words.1 = Self.difference(words.1, term.words.1, &borrow)
        words.2 = Self.difference(words.2, term.words.2, &borrow)
        words.3 = Self.difference(words.3, term.words.3, &borrow)
    }

    /// Adds all rows of another digest, and takes out those it lacks more often than it has them.
    public mutating func add(_ other: StateDigest) { add(other.words) }

    private mutating func add(_ other: Words) {
        var carry = false
        words.0 = Self.sum(words.0, other.0, &carry)
        words.1 = Self.sum(words.1, other.1, &carry)
        words.2 = Self.sum(words.2, other.2, &carry)
        words.3 = Self.sum(words.3, other.3, &carry)
    }

    /// The 32 bytes that go into a tag, and nowhere else.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for word in [words.0, words.1, words.2, words.3] { bytes.appendLittleEndian(word) }
        return bytes
    }

    private static func sum(_ left: UInt64, _ right: UInt64, _ carry: inout Bool) -> UInt64 {
        let (partial, first) = left.addingReportingOverflow(right)
        let (total, second) = partial.addingReportingOverflow(carry ? 1 : 0)
        carry = first || second
        return total
    }

    private static func difference(_ left: UInt64, _ right: UInt64, _ borrow: inout Bool) -> UInt64 {
        let (partial, first) = left.subtractingReportingOverflow(right)
        let (total, second) = partial.subtractingReportingOverflow(borrow ? 1 : 0)
        borrow = first || second
        return total
    }
}

extension StateDigest {
    /// The term of one row under STATEK. `seal` has 32 bytes.
    static func term(
        record: RecordID, revision: UInt64, seal: [UInt8], plain: [UInt8], key: borrowing SecretBytes
    ) -> Term {
        precondition(seal.count == RecordSeal.size, "a record seal has 32 bytes")
        var message = Array("COFFER/STATE/v01".utf8) + record.bytes
        message.appendLittleEndian(revision)
        message += seal
        message += plain
        return Term(BLAKE2b.mac(message, key: key))
    }

    /// The term of one row of `keyring.db`.
    static func keyringTerm(_ row: [UInt8], key: borrowing SecretBytes) -> Term {
        Term(BLAKE2b.mac(Array("COFFER/KRROW/v01".utf8) + row, key: key))
    }

    /// `BLAKE2b-256(STATEK, "COFFER/KRTAG/v01" ‖ incarnation ‖ generation ‖ D)`.
    func keyringTag(incarnation: UInt64, generation: UInt64, key: borrowing SecretBytes) -> [UInt8] {
        var message = Array("COFFER/KRTAG/v01".utf8)
        message.appendLittleEndian(incarnation)
        message.appendLittleEndian(generation)
        message += bytes
        return BLAKE2b.mac(message, key: key)
    }

    /// `T = BLAKE2b-256(STATEK, "COFFER/STTAG/v01" ‖ incarnation ‖ seq ‖ D)`.
    func tag(incarnation: UInt64, seq: UInt64, key: borrowing SecretBytes) -> [UInt8] {
        var message = Array("COFFER/STTAG/v01".utf8)
        message.appendLittleEndian(incarnation)
        message.appendLittleEndian(seq)
        message += bytes
        return BLAKE2b.mac(message, key: key)
    }
}

extension StateDigest: CustomStringConvertible, CustomReflectable {
    public var description: String { "state digest" }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

extension StateDigest.Term: CustomStringConvertible, CustomReflectable {
    public var description: String { "state digest term" }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
