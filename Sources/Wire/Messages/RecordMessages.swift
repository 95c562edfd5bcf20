public import VaultModel

/// `POST /v1/record/add`: a new record of the one customer in the head. The head's `fld` names the fields.
public enum AddRecord: WireOperation {
    public static let endpoint = Endpoint.recordAdd

    public struct Request: WireMessage {
        /// The record kind, as the policy names it.
        public let kind: String
        public let fields: FieldValues

        public init(kind: String, fields: FieldValues) {
            self.kind = kind
            self.fields = fields
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            kind = try members.text("kind", most: 64)
            fields = try members.part("fields", of: FieldValues.self)
        }

        public func write(to members: inout MessageWriter) {
            members.put("kind", kind)
            members.put("fields", fields)
        }
    }

    public struct Reply: WireMessage {
        public let id: RecordName
        public let rev: UInt64

        public init(id: RecordName, rev: UInt64) {
            self.id = id
            self.rev = rev
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            id = try members.parsed("id") { RecordName($0) }
            rev = try members.count("rev")
        }

        public func write(to members: inout MessageWriter) {
            members.put("id", id.text)
            members.put("rev", rev)
        }
    }
}

/// `POST /v1/record/show`: fields of the records that the head's `sub.order` names, in the form it names.
public enum ShowRecords: WireOperation {
    public static let endpoint = Endpoint.recordShow
    public typealias Request = NoMembers

    public struct Reply: WireMessage {
        /// In the order of the head.
        public let records: [Record]

        public init(records: [Record]) { self.records = records }

        public init(reading members: inout MessageReader) throws(MessageError) {
            records = try members.list("records", of: Record.self, count: WireLimits.customers)
        }

        public func write(to members: inout MessageWriter) { members.put("records", records) }
    }

    public struct Record: MessagePart {
        public let id: RecordName
        public let kind: String
        /// Nil where she has been erased and the record is kept for the books.
        public let customer: CustomerNumber?
        public let form: Form
        public let rev: UInt64
        /// `open`, `delivered`, `cancelled` for an order; empty for other kinds.
        public let status: String
        public let fields: FieldValues

        public init(
            id: RecordName, kind: String, customer: CustomerNumber?, form: Form, rev: UInt64, status: String,
            fields: FieldValues
        ) {
            self.id = id
            self.kind = kind
            self.customer = customer
            self.form = form
            self.rev = rev
            self.status = status
            self.fields = fields
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            id = try members.parsed("id") { RecordName($0) }
            kind = try members.text("kind", most: 64)
            customer = try members.optional("customer") { OpaqueID.isCustomer($0) ? CustomerNumber($0) : nil }
            form = try members.parsed("form") { Form(rawValue: $0) }
            rev = try members.count("rev")
            status = try members.text("status", most: 32)
            fields = try members.part("fields", of: FieldValues.self)
        }

        public func write(to members: inout MessageWriter) {
            members.put("id", id.text)
            members.put("kind", kind)
            members.put("customer", customer?.text ?? "")
            members.put("form", form.rawValue)
            members.put("rev", rev)
            members.put("status", status)
            members.put("fields", fields)
        }
    }
}

/// `POST /v1/order/step`: what became of the one order in the head. Its end ends whatever was lent for it.
public enum StepOrder: WireOperation {
    public static let endpoint = Endpoint.orderStep

    public enum Step: String, CaseIterable, Hashable, Sendable {
        case delivered, cancelled
        /// Somebody else brings it: what was lent so far is over, the order goes on.
        case reassigned
    }

    public struct Request: WireMessage {
        public let step: Step

        public init(step: Step) { self.step = step }

        public init(reading members: inout MessageReader) throws(MessageError) {
            step = try members.parsed("step") { Step(rawValue: $0) }
        }

        public func write(to members: inout MessageWriter) { members.put("step", step.rawValue) }
    }

    public struct Reply: WireMessage {
        public let id: RecordName
        public let rev: UInt64
        /// `open`, `delivered` or `cancelled`.
        public let status: String

        public init(id: RecordName, rev: UInt64, status: String) {
            self.id = id
            self.rev = rev
            self.status = status
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            id = try members.parsed("id") { RecordName($0) }
            rev = try members.count("rev")
            status = try members.text("status", most: 32)
        }

        public func write(to members: inout MessageWriter) {
            members.put("id", id.text)
            members.put("rev", rev)
            members.put("status", status)
        }
    }
}
