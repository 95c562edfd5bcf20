public import VaultModel

/// `POST /v1/find`: looks customers up by a value. The head names the masked fields asked for; the value travels in
/// the body and is never stored.
public enum FindCustomers: WireOperation {
    public static let endpoint = Endpoint.find
    public static let mostMatches = 100
    public static let valueBytes = 512

    public struct Request: WireMessage {
        public let by: LookupKind
        public let value: Sensitive

        public init(by: LookupKind, value: Sensitive) {
            self.by = by
            self.value = value
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            by = try members.parsed("by") { LookupKind(rawValue: $0) }
            value = Sensitive(try members.text("value", most: valueBytes))
        }

        public func write(to members: inout MessageWriter) {
            members.put("by", by.rawValue)
            members.put("value", value.text)
        }
    }

    public struct Reply: WireMessage {
        public let matches: [Match]
        /// Whether there were more than the role may list.
        public let more: Bool
        /// What the person may open after this.
        public let quota: OpenQuota

        public init(matches: [Match], more: Bool, quota: OpenQuota) {
            self.matches = matches
            self.more = more
            self.quota = quota
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            matches = try members.list("matches", of: Match.self, count: mostMatches)
            more = try members.flag("more")
            quota = try members.part("quota", of: OpenQuota.self)
        }

        public func write(to members: inout MessageWriter) {
            members.put("matches", matches)
            members.put("more", more)
            members.put("quota", quota)
        }
    }

    public struct Match: MessagePart {
        public let number: CustomerNumber
        public let masked: FieldValues

        public init(number: CustomerNumber, masked: FieldValues) {
            self.number = number
            self.masked = masked
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            number = try members.customer("number")
            masked = try members.part("masked", of: FieldValues.self)
        }

        public func write(to members: inout MessageWriter) {
            members.put("number", number.text)
            members.put("masked", masked)
        }
    }
}

extension MessageReader {
    /// A customer number in its one canonical form.
    mutating func customer(_ name: String) throws(MessageError) -> CustomerNumber {
        try parsed(name) { OpaqueID.isCustomer($0) ? CustomerNumber($0) : nil }
    }
}
