public import VaultModel

/// `POST /v1/customer/show`: fields of the customers the head names, in the form it names.
public enum ShowCustomers: WireOperation {
    public static let endpoint = Endpoint.customerShow
    /// Everything asked stands in the head.
    public typealias Request = NoMembers

    public struct Reply: WireMessage {
        /// In the order of the head.
        public let customers: [Customer]
        /// What the person may open after this.
        public let quota: OpenQuota

        public init(customers: [Customer], quota: OpenQuota) {
            self.customers = customers
            self.quota = quota
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            customers = try members.list("customers", of: Customer.self, count: WireLimits.customers)
            quota = try members.part("quota", of: OpenQuota.self)
        }

        public func write(to members: inout MessageWriter) {
            members.put("customers", customers)
            members.put("quota", quota)
        }
    }

    public struct Customer: MessagePart {
        public let number: CustomerNumber
        public let form: Form
        /// The revision the fields belong to.
        public let rev: UInt64
        public let fields: FieldValues

        public init(number: CustomerNumber, form: Form, rev: UInt64, fields: FieldValues) {
            self.number = number
            self.form = form
            self.rev = rev
            self.fields = fields
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            number = try members.customer("number")
            form = try members.parsed("form") { Form(rawValue: $0) }
            rev = try members.count("rev")
            fields = try members.part("fields", of: FieldValues.self)
        }

        public func write(to members: inout MessageWriter) {
            members.put("number", number.text)
            members.put("form", form.rawValue)
            members.put("rev", rev)
            members.put("fields", fields)
        }
    }
}

/// `POST /v1/customer/match`: whether a field of the one customer in the head has this value.
public enum MatchCustomer: WireOperation {
    public static let endpoint = Endpoint.customerMatch

    public struct Request: WireMessage {
        public let field: FieldName
        public let value: Sensitive

        public init(field: FieldName, value: Sensitive) {
            self.field = field
            self.value = value
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            field = try members.parsed("field") { FieldName($0) }
            value = Sensitive(try members.text("value", most: FieldValues.valueBytes))
        }

        public func write(to members: inout MessageWriter) {
            members.put("field", field.description)
            members.put("value", value.text)
        }
    }

    public struct Reply: WireMessage {
        public let match: Bool

        public init(match: Bool) { self.match = match }

        public init(reading members: inout MessageReader) throws(MessageError) { match = try members.flag("match") }

        public func write(to members: inout MessageWriter) { members.put("match", match) }
    }
}
