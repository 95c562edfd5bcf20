/// `POST /v1/log/export/page`: some entries of an export, in order, every index present.
public enum GetExportPage: WireOperation {
    public static let endpoint = Endpoint.logExportPage
    public static let mostItems = 500

    public struct Request: WireMessage {
        public let export: String
        /// The index of the first entry.
        public let from: UInt64
        /// How many at most; the broker may send fewer, but at least one while there are any.
        public let count: Int64

        public init(export: String, from: UInt64, count: Int64) {
            self.export = export
            self.from = from
            self.count = count
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            export = try members.text("export", most: 64)
            from = try members.count("from")
            count = try members.number("count", most: Int64(mostItems))
        }

        public func write(to members: inout MessageWriter) {
            members.put("export", export)
            members.put("from", from)
            members.put("count", count)
        }
    }

    public struct Reply: WireMessage {
        public let items: [LogItem]

        public init(items: [LogItem]) { self.items = items }

        public init(reading members: inout MessageReader) throws(MessageError) {
            items = try members.list("items", of: LogItem.self, count: mostItems)
        }

        public func write(to members: inout MessageWriter) { members.put("items", items) }
    }
}

/// `POST /v1/log/export/object`: a block or a policy that the entries name.
public enum GetExportObject: WireOperation {
    public static let endpoint = Endpoint.logExportObject
    public static let dataBytes = 48 * 1_024

    public enum Kind: String, CaseIterable, Hashable, Sendable {
        case block, policy
    }

    public struct Request: WireMessage {
        public let export: String
        public let kind: Kind
        /// A block's id or a policy's hash.
        public let id: String

        public init(export: String, kind: Kind, id: String) {
            self.export = export
            self.kind = kind
            self.id = id
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            export = try members.text("export", most: 64)
            kind = try members.parsed("kind") { Kind(rawValue: $0) }
            id = try members.text("id", most: 64)
        }

        public func write(to members: inout MessageWriter) {
            members.put("export", export)
            members.put("kind", kind.rawValue)
            members.put("id", id)
        }
    }

    public struct Reply: WireMessage {
        public let data: [UInt8]

        public init(data: [UInt8]) { self.data = data }

        public init(reading members: inout MessageReader) throws(MessageError) {
            data = try members.bytes("data", most: dataBytes)
        }

        public func write(to members: inout MessageWriter) { members.put("data", bytes: data) }
    }
}

/// `POST /v1/log/export/end`: everything was fetched; the broker logs the end and forgets the job.
public enum EndExport: WireOperation {
    public static let endpoint = Endpoint.logExportEnd

    public struct Request: WireMessage {
        public let export: String

        public init(export: String) { self.export = export }

        public init(reading members: inout MessageReader) throws(MessageError) {
            export = try members.text("export", most: 64)
        }

        public func write(to members: inout MessageWriter) { members.put("export", export) }
    }

    public typealias Reply = NoMembers
}
