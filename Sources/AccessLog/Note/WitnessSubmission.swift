import Primitives

/// The body of `POST /add-checkpoint` (C2SP tlog-witness): a signed checkpoint, and the proof that it continues the one
/// the witness cosigned last.
public struct WitnessSubmission: Equatable, Sendable {
    /// The size of the checkpoint the witness cosigned last, as far as the sender knows; 0 for none.
    public let old: UInt64
    /// RFC 6962 consistency proof from `old` to the size of the note; empty where `old` is 0 or that size.
    public let proof: [[UInt8]]
    /// The signed checkpoint, byte for byte.
    public let note: [UInt8]

    public static let path = "/add-checkpoint"
    /// `Content-Type` of a 409 that tells the size the witness cosigned last.
    public static let sizeContentType = "text/x.tlog.size"
    /// A whole body: as many hashes as the protocol allows, and a note.
    public static let mostBytes = 8 * 1_024 + LogLimits.noteBytes
    /// The protocol's own bound.
    private static let mostHashes = 63

    public init(old: UInt64, proof: [[UInt8]], note: [UInt8]) {
        self.old = old
        self.proof = proof
        self.note = note
    }

    public var bytes: [UInt8] {
        var text = "old " + String(old) + "\n"
        for hash in proof { text += Base64.encode(hash) + "\n" }
        return Array(text.utf8) + [0x0A] + note
    }

    /// Strict: returns nil for a leading zero, a line too many, a hash of another length, a missing empty line. What the
    /// note says is not looked at.
    public init?(parsing bytes: [UInt8]) {
        guard bytes.count <= Self.mostBytes else { return nil }
        var rest = bytes[...]
        guard let first = Self.line(&rest), first.utf8.starts(with: "old ".utf8) else { return nil }
        let digits = String(Substring(first.utf8.dropFirst(4)))
        guard let old = UInt64(digits), String(old).utf8.elementsEqual(digits.utf8) else { return nil }
        var proof: [[UInt8]] = []
        while true {
            guard let line = Self.line(&rest) else { return nil }
            if line.isEmpty { break }
            guard proof.count < Self.mostHashes, let hash = Base64.decode(line), hash.count == Merkle.hashSize else {
                return nil
            }
            proof.append(hash)
        }
        self.init(old: old, proof: proof, note: Array(rest))
    }

    /// Where a witness shows the last note it cosigned of a log: an addition of ours to the protocol, with which a log's
    /// client can prove a rollback to others.
    public static func lastNotePath(origin: String) -> String {
        "/" + Hex.encode(SHA256.hash(Array(origin.utf8))) + "/checkpoint"
    }

    private static func line(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let end = rest.firstIndex(of: 0x0A) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return String(decoding: rest[..<end], as: UTF8.self)
    }
}

extension SignedNote {
    /// The signature lines by `key`, as a witness answers with them.
    public func lines(by key: VerifierKey) -> [UInt8] {
        signatures.filter { $0.name.utf8.elementsEqual(key.name.utf8) && $0.keyID == key.id }
            .flatMap { Array($0.line.utf8) }
    }

    /// Takes the valid cosignature by `key` out of a witness's answer, in place of an earlier one by it. Other lines are
    /// ignored, as the protocol demands. Returns false when there is none, or it does not hold.
    public mutating func take(cosignatureOf key: VerifierKey, from lines: [UInt8]) -> Bool {
        guard let answer = try? SignedNote(parsing: Array(text.utf8) + [0x0A] + lines),
            answer.cosignatureTime(by: key) != nil, let found = answer.signature(by: key)
        else { return false }
        replace(found)
        return true
    }

    /// Takes the signature by `key` from another note of the same text. Whether it holds is for the caller to know.
    public mutating func keep(signatureOf key: VerifierKey, of other: SignedNote) {
        guard let found = other.signature(by: key) else { return }
        replace(found)
    }

    /// Adds those signatures of another note of the same text that it lacks, as far as they fit.
    public mutating func merge(_ other: SignedNote) {
        guard other.text.utf8.elementsEqual(text.utf8) else { return }
        for signature in other.signatures
        where signatures.count < LogLimits.noteSignatures
            && !signatures.contains(where: { $0.name == signature.name && $0.keyID == signature.keyID })
        {
            add(signature)
        }
    }
}
