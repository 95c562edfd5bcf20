public import CanonicalJSON
import Primitives

/// What a requester gets with every reply: the core of the entry that records the request, and the proof that it is in
/// the log. Kept, it shows later that the log still says the same.
public struct Receipt: Equatable, Sendable {
    public let index: UInt64
    /// The exact bytes of the entry's core.
    public let core: [UInt8]
    /// SHA-256 of the other two parts, 32 bytes each: the requester knows what she signed without getting it back.
    public let subjectHash: [UInt8]
    public let evidenceHash: [UInt8]
    public let proof: [[UInt8]]
    /// The signed checkpoint, byte for byte.
    public let checkpoint: [UInt8]

    public enum Problem: Error, Equatable, Sendable {
        case json(JSONError)
        case form
        case core(EntryError)
        case proof(LogProof.Problem)
        /// The core names another index or another vault than the proof.
        case otherEntry
    }

    static let limits = JSONLimits(maxBytes: LogLimits.receiptBytes, maxDepth: 2, names: .member)

    public init(index: UInt64, core: [UInt8], leaf: Leaf, proof: [[UInt8]], checkpoint: [UInt8]) {
        self.index = index
        self.core = core
        subjectHash = leaf.subject
        evidenceHash = leaf.evidence
        self.proof = proof
        self.checkpoint = checkpoint
    }

    /// Canonical JSON: `checkpoint` and `core` as text, `evidence` and `subject` in hexadecimal, `index`, `proof` in
    /// base64.
    public func encode() -> [UInt8] {
        var writer = JSONWriter(reserving: core.count + checkpoint.count + 512 + proof.count * 48)
        writer.beginObject()
        writer.member("checkpoint", String(decoding: checkpoint, as: UTF8.self))
        writer.member("core", String(decoding: core, as: UTF8.self))
        writer.member("evidence", Hex.encode(evidenceHash))
        writer.member("index", index)
        writer.member("proof", strings: proof.map(Base64.encode))
        writer.member("subject", Hex.encode(subjectHash))
        writer.endObject()
        return writer.bytes
    }

    public init(parsing bytes: [UInt8]) throws(Problem) {
        let value: JSONValue
        do {
            value = try JSONValue.parse(bytes, limits: Self.limits)
        } catch {
            throw .json(error)
        }
        try self.init(value)
    }

    /// Reads a receipt that is a member of a larger message.
    public init(_ value: JSONValue) throws(Problem) {
        let texts: (checkpoint: String, core: String, evidence: String, subject: String)
        let number: Int64
        let path: [String]
        do {
            var members = try JSONMembers(value)
            texts.checkpoint = try members.string("checkpoint")
            texts.core = try members.string("core")
            texts.evidence = try members.string("evidence")
            number = try members.integer("index")
            path = try members.strings("proof")
            texts.subject = try members.string("subject")
            try members.finish()
        } catch {
            throw .json(error)
        }
        checkpoint = Array(texts.checkpoint.utf8)
        core = Array(texts.core.utf8)
        index = UInt64(number)
        evidenceHash = try Self.hash(Hex.decode(texts.evidence))
        subjectHash = try Self.hash(Hex.decode(texts.subject))
        guard path.count <= LogLimits.proofHashes else { throw .form }
        var proof: [[UInt8]] = []
        for text in path { proof.append(try Self.hash(Base64.decode(text))) }
        self.proof = proof
    }

    /// Checks the receipt against the log's key, which must have come another way, and returns what the log recorded.
    public func open(logKey: VerifierKey) throws(Problem) -> (core: EntryCore, checkpoint: Checkpoint) {
        guard let leaf = Leaf(core: SHA256.hash(core), subject: subjectHash, evidence: evidenceHash) else {
            throw .form
        }
        let signed: Checkpoint
        do {
            signed = try LogProof(index: index, hashes: proof, checkpoint: checkpoint).open(leaf: leaf, key: logKey)
        } catch {
            throw .proof(error)
        }
        let entry: EntryCore
        do {
            entry = try EntryCore(parsing: core)
        } catch {
            throw .core(error)
        }
        guard entry.seq == index, LogOrigin(signed.origin)?.vault == entry.vault else { throw .otherEntry }
        return (entry, signed)
    }

    private static func hash(_ bytes: [UInt8]?) throws(Problem) -> [UInt8] {
        guard let bytes, bytes.count == Merkle.hashSize else { throw .form }
        return bytes
    }
}
