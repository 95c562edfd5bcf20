/// The path of an unsigned GET for a consistency proof between two sizes of the log: `/v1/consistency/OLD/NEW`.
///
/// Nobody signs the answer: it holds between two signed checkpoints or it does not. It is asked for by every device that
/// has seen an earlier checkpoint, and shows hashes alone.
public struct ConsistencyPath: Hashable, Sendable {
    public let old: UInt64
    public let new: UInt64

    private static let prefix = "/v1/consistency/"

    public init(old: UInt64, new: UInt64) {
        self.old = old
        self.new = new
    }

    /// Returns nil unless `path` names two canonical decimals, the first not above the second and neither zero.
    public init?(_ path: String) {
        guard path.utf8.starts(with: Self.prefix.utf8) else { return nil }
        let parts = path.dropFirst(Self.prefix.count).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let old = UInt64(parts[0]), let new = UInt64(parts[1]), old > 0, old <= new else {
            return nil
        }
        self.init(old: old, new: new)
        guard self.path.utf8.elementsEqual(path.utf8) else { return nil }
    }

    public var path: String { Self.prefix + String(old) + "/" + String(new) }
}

/// What is answered.
public struct ConsistencyReply: WireMessage {
    /// RFC 6962 consistency proof, each hash in base64.
    public let proof: [String]

    public init(proof: [String]) { self.proof = proof }

    public init(reading members: inout MessageReader) throws(MessageError) {
        proof = try members.texts("proof", count: GetCheckpoint.Reply.mostHashes, most: 44)
    }

    public func write(to members: inout MessageWriter) { members.put("proof", proof) }
}
