public import CanonicalJSON

/// `POST /v1/log/tail`: the cores of the newest entries, as many of those asked for as a reply holds.
public enum TailLog: WireOperation {
    public static let endpoint = Endpoint.logTail
    public static let mostEntries = 500

    public struct Request: WireMessage {
        public let count: Int64
        /// Only entries with a smaller index; 0 for the newest.
        public let before: UInt64

        public init(count: Int64, before: UInt64) {
            self.count = count
            self.before = before
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            count = try members.number("count", most: Int64(mostEntries))
            before = try members.count("before")
        }

        public func write(to members: inout MessageWriter) {
            members.put("count", count)
            members.put("before", before)
        }
    }

    public struct Reply: WireMessage {
        /// Cores as the log holds them, oldest first.
        public let entries: [JSONValue]
        /// The index of the oldest entry that was looked at: `before` of the next request. Purged ones are not among
        /// `entries`.
        public let from: UInt64
        /// How many entries the log has.
        public let size: UInt64

        public init(entries: [JSONValue], from: UInt64, size: UInt64) {
            self.entries = entries
            self.from = from
            self.size = size
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            entries = try members.values("entries", count: mostEntries)
            from = try members.count("from")
            size = try members.count("size")
        }

        public func write(to members: inout MessageWriter) {
            members.put("entries", entries)
            members.put("from", from)
            members.put("size", size)
        }
    }
}

/// `POST /v1/log/show`: one entry with its proof.
public enum ShowLogEntry: WireOperation {
    public static let endpoint = Endpoint.logShow

    public struct Request: WireMessage {
        public let index: UInt64

        public init(index: UInt64) { self.index = index }

        public init(reading members: inout MessageReader) throws(MessageError) { index = try members.count("index") }

        public func write(to members: inout MessageWriter) { members.put("index", index) }
    }

    public struct Reply: WireMessage {
        public let item: LogItem
        /// A `tlog-proof` of the entry, checkpoint included.
        public let proof: String

        public init(item: LogItem, proof: String) {
            self.item = item
            self.proof = proof
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            item = try members.part("item", of: LogItem.self)
            proof = try members.text("proof", most: 64 * 1_024)
        }

        public func write(to members: inout MessageWriter) {
            members.put("item", item)
            members.put("proof", proof)
        }
    }
}

/// An entry as it is exported: the leaf's commitments and the exact text of each part.
public struct LogItem: MessagePart {
    /// The part was destroyed by a purge.
    public static let purged = "-"
    /// The part is withheld from this requester.
    public static let withheld = "="

    /// SHA-256 of core, subject and evidence, each 64 lower-case hexadecimal digits.
    public let leaf: [String]
    /// Canonical JSON byte for byte, `purged` or `withheld`.
    public let core: String
    public let subject: String
    public let evidence: String

    public init(leaf: [String], core: String, subject: String, evidence: String) {
        self.leaf = leaf
        self.core = core
        self.subject = subject
        self.evidence = evidence
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        leaf = try members.texts("leaf", count: 3, most: 64)
        guard leaf.count == 3, leaf.allSatisfy({ OpaqueID.isHash($0) }) else { throw .member("leaf") }
        core = try members.text("core", most: 16 * 1_024)
        subject = try members.text("subject", most: 256 * 1_024)
        evidence = try members.text("evidence", most: 128 * 1_024)
    }

    public func write(to members: inout MessageWriter) {
        members.put("leaf", leaf)
        members.put("core", core)
        members.put("subject", subject)
        members.put("evidence", evidence)
    }
}
