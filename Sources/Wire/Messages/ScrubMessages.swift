/// `POST /v1/scrub`: begins to verify every record, in the background.
public enum BeginScrub: WireOperation {
    public static let endpoint = Endpoint.scrub

    public struct Request: WireMessage {
        /// Records a second at the most, 1 to 100,000: the shop goes on working meanwhile.
        public let rate: Int64
        /// Whether tags that are missing or too many are put right.
        public let repairs: Bool

        public init(rate: Int64, repairs: Bool) {
            self.rate = rate
            self.repairs = repairs
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            rate = try members.number("rate")
            guard (1...100_000).contains(rate) else { throw .member("rate") }
            repairs = try members.flag("repairs")
        }

        public func write(to members: inout MessageWriter) {
            members.put("rate", rate)
            members.put("repairs", repairs)
        }
    }

    public typealias Reply = NoMembers
}

/// `POST /v1/scrub/status`: what the scrub that runs, or the last one of this process, has found.
public enum ScrubStatus: WireOperation {
    public static let endpoint = Endpoint.scrubStatus
    public typealias Request = NoMembers
    /// Findings that are listed; all are counted.
    public static let mostFindings = 100

    public struct Reply: WireMessage {
        /// `none`, `running`, `done`, `failed`.
        public let state: String
        /// Records.
        public let done: Int64
        public let total: Int64
        /// Fields that opened.
        public let opened: Int64
        /// Records whose tags were put right.
        public let repaired: Int64
        /// Keys of customers without a record: what a crash between two steps of an addition leaves.
        public let orphans: Int64
        public let findings: [Finding]

        public init(
            state: String, done: Int64, total: Int64, opened: Int64, repaired: Int64, orphans: Int64,
            findings: [Finding]
        ) {
            self.state = state
            self.done = done
            self.total = total
            self.opened = opened
            self.repaired = repaired
            self.orphans = orphans
            self.findings = findings
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            state = try members.text("state")
            done = try members.number("done")
            total = try members.number("total")
            opened = try members.number("opened")
            repaired = try members.number("repaired")
            orphans = try members.number("orphans")
            findings = try members.list("findings", of: Finding.self, count: ScrubStatus.mostFindings)
        }

        public func write(to members: inout MessageWriter) {
            members.put("state", state)
            members.put("done", done)
            members.put("total", total)
            members.put("opened", opened)
            members.put("repaired", repaired)
            members.put("orphans", orphans)
            members.put("findings", findings)
        }
    }

    /// A record with something wrong.
    public struct Finding: WireMessage {
        /// A customer's number, or another record's id.
        public let record: String
        public let kind: String
        /// `key`, `seal`, `field`, `tags`.
        public let problem: String

        public init(record: String, kind: String, problem: String) {
            self.record = record
            self.kind = kind
            self.problem = problem
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            record = try members.text("record")
            kind = try members.text("kind")
            problem = try members.text("problem")
        }

        public func write(to members: inout MessageWriter) {
            members.put("record", record)
            members.put("kind", kind)
            members.put("problem", problem)
        }
    }
}
