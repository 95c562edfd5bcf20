public import VaultModel

/// `POST /v1/log/export/begin`: fixes the range and the filter of an export and logs it. The pages follow.
public enum BeginExport: WireOperation {
    public static let endpoint = Endpoint.logExportBegin
    public static let mostBlocks = 10_000
    public static let mostPolicies = 1_000

    /// The filter; an empty member filters nothing. A customer asked for stands in the head's `sub` too.
    public struct Request: WireMessage {
        /// Milliseconds since 1970, inclusive; 0 for the beginning.
        public let since: Int64
        /// Milliseconds since 1970, exclusive; 0 for now.
        public let until: Int64
        public let customer: CustomerNumber?
        public let employee: PersonID?
        /// The id of a capability block.
        public let delegation: String
        public let purpose: Purpose?
        /// `allow`, `deny` or empty.
        public let decision: String
        /// Whether subject and evidence of entries that name a customer are withheld.
        public let redact: Bool

        public init(
            since: Int64 = 0, until: Int64 = 0, customer: CustomerNumber? = nil, employee: PersonID? = nil,
            delegation: String = "", purpose: Purpose? = nil, decision: String = "", redact: Bool = false
        ) {
            self.since = since
            self.until = until
            self.customer = customer
            self.employee = employee
            self.delegation = delegation
            self.purpose = purpose
            self.decision = decision
            self.redact = redact
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            since = try members.number("since")
            until = try members.number("until")
            customer = try members.optional("customer") { OpaqueID.isCustomer($0) ? CustomerNumber($0) : nil }
            employee = try members.optional("employee") { PersonID($0) }
            delegation = try members.text("delegation", most: 43)
            purpose = try members.optional("purpose") { Purpose($0) }
            decision = try members.parsed("decision") { ["", "allow", "deny"].contains($0) ? $0 : nil }
            redact = try members.flag("redact")
        }

        public func write(to members: inout MessageWriter) {
            members.put("since", since)
            members.put("until", until)
            members.put("customer", customer?.text ?? "")
            members.put("employee", employee?.text ?? "")
            members.put("delegation", delegation)
            members.put("purpose", purpose?.text ?? "")
            members.put("decision", decision)
            members.put("redact", redact)
        }
    }

    public struct Reply: WireMessage {
        /// The id of the export.
        public let export: String
        /// How many entries the log had; the checkpoint covers them.
        public let size: UInt64
        /// A signed note.
        public let checkpoint: String
        /// The log's origin line.
        public let origin: String
        /// What was asked and what is withheld, signed by the broker.
        public let statement: String
        /// Ids of the blocks the entries name; fetch each with `GetExportObject`.
        public let blocks: [String]
        /// Hashes of the policies the entries name.
        public let policies: [String]
        /// The verifier keys of the shop's witnesses.
        public let witnesses: [String]
        /// The newest checkpoint, not above this one, that witnesses have cosigned; empty for none.
        public let cosigned: String

        public init(
            export: String, size: UInt64, checkpoint: String, origin: String, statement: String, blocks: [String],
            policies: [String], witnesses: [String], cosigned: String
        ) {
            self.export = export
            self.size = size
            self.checkpoint = checkpoint
            self.origin = origin
            self.statement = statement
            self.blocks = blocks
            self.policies = policies
            self.witnesses = witnesses
            self.cosigned = cosigned
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            export = try members.text("export", most: 64)
            size = try members.count("size")
            checkpoint = try members.text("checkpoint", most: 16 * 1_024)
            origin = try members.text("origin")
            statement = try members.text("statement", most: 64 * 1_024)
            blocks = try members.texts("blocks", count: mostBlocks, most: 43)
            policies = try members.texts("policies", count: mostPolicies, most: 64)
            witnesses = try members.texts("witnesses", count: AddWitness.mostWitnesses, most: 512)
            cosigned = try members.text("cosigned", most: 16 * 1_024)
        }

        public func write(to members: inout MessageWriter) {
            members.put("export", export)
            members.put("size", size)
            members.put("checkpoint", checkpoint)
            members.put("origin", origin)
            members.put("statement", statement)
            members.put("blocks", blocks)
            members.put("policies", policies)
            members.put("witnesses", witnesses)
            members.put("cosigned", cosigned)
        }
    }
}
