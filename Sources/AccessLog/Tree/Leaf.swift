import Primitives

/// A leaf of the tree: commitments to the three parts of an entry, not the entry. Parts can be destroyed at different
/// times while the tree, the tiles and every old proof stay valid.
public struct Leaf: Hashable, Sendable {
    /// SHA-256 of each part's bytes, 32 bytes each.
    public let core: [UInt8]
    public let subject: [UInt8]
    public let evidence: [UInt8]

    static let header = Array("coffer/log/v1\n".utf8)
    /// Bytes of every leaf: the header and three lines of 64 digits.
    public static let size = 14 + 3 * 65

    /// Returns nil unless each hash has 32 bytes.
    public init?(core: [UInt8], subject: [UInt8], evidence: [UInt8]) {
        guard [core, subject, evidence].allSatisfy({ $0.count == Merkle.hashSize }) else { return nil }
        self.core = core
        self.subject = subject
        self.evidence = evidence
    }

    /// The leaf of an entry whose parts have these bytes.
    public init(hashing core: [UInt8], subject: [UInt8], evidence: [UInt8]) {
        self.core = SHA256.hash(core)
        self.subject = SHA256.hash(subject)
        self.evidence = SHA256.hash(evidence)
    }

    /// Reads the text of a leaf; returns nil unless it is exactly the form `bytes` writes.
    public init?(parsing bytes: [UInt8]) {
        guard bytes.count == Self.size, bytes.starts(with: Self.header) else { return nil }
        var hashes: [[UInt8]] = []
        for start in stride(from: Self.header.count, to: Self.size, by: 65) {
            guard bytes[start + 64] == 0x0A,
                let hash = Hex.decode(String(decoding: bytes[start..<start + 64], as: UTF8.self))
            else { return nil }
            hashes.append(hash)
        }
        self.init(core: hashes[0], subject: hashes[1], evidence: hashes[2])
    }

    /// The text the tree commits to.
    public var bytes: [UInt8] {
        var text = Self.header
        text.reserveCapacity(Self.size)
        for hash in [core, subject, evidence] {
            text.append(contentsOf: Hex.encode(hash).utf8)
            text.append(0x0A)
        }
        return text
    }

    /// RFC 6962 leaf hash of `bytes`.
    public var hash: [UInt8] { Merkle.leafHash(bytes) }
}
