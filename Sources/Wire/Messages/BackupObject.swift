internal import CanonicalJSON

/// `POST /v1/backup/object`: a piece of a sealed pack, of a manifest, or a line of the ledger of erasures. Covered by the
/// entry of the run.
public enum GetBackupObject: WireOperation {
    public static let endpoint = Endpoint.backupObject
    /// A piece at the most, so that the signed reply stays below its limit.
    public static let pieceBytes = 1_000 * 1_024

    public enum Kind: String, CaseIterable, Hashable, Sendable {
        case pack, manifest, ledger
    }

    public struct Request: WireMessage {
        public let kind: Kind
        /// A pack's hash, a part's name, or a place in the ledger.
        public let name: String
        /// Where the piece begins, in bytes.
        public let offset: UInt64

        public init(kind: Kind, name: String, offset: UInt64) {
            (self.kind, self.name, self.offset) = (kind, name, offset)
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            kind = try members.parsed("kind") { Kind(rawValue: $0) }
            name = try members.text("name", most: 64)
            offset = try members.count("offset")
        }

        public func write(to members: inout MessageWriter) {
            members.put("kind", kind.rawValue)
            members.put("name", name)
            members.put("offset", offset)
        }
    }

    /// Eight bytes of the whole object's size, little-endian, and the piece: packs are most of what is ever sent, and as
    /// text in JSON they would be a third larger and cost more time than all the encryption.
    public struct Reply: WireReply {
        public static let form = ReplyForm.bytes
        private static let headSize = 8

        /// Bytes of the whole object.
        public let size: UInt64
        public let data: [UInt8]

        public init(size: UInt64, data: [UInt8]) { (self.size, self.data) = (size, data) }

        /// Throws `member` for a body without a piece, or with one that is too long.
        public static func parse(_ body: [UInt8]) throws(MessageError) -> ReplyBody<Self> {
            guard (headSize + 1...headSize + pieceBytes).contains(body.count) else { throw .member("data") }
            let size = body[..<headSize].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return ReplyBody(Reply(size: size, data: Array(body[headSize...])), entry: 0, receipt: .object([:]))
        }

        public func encode() -> [UInt8] {
            var body: [UInt8] = []
            body.reserveCapacity(Self.headSize + data.count)
            for shift in 0..<Self.headSize { body.append(UInt8(truncatingIfNeeded: size >> (8 * UInt64(shift)))) }
            return body + data
        }
    }
}
