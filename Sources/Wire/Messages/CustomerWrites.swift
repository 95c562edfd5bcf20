public import VaultModel

/// `POST /v1/customer/add`: a new customer. The head's `fld` names the fields, its `sub` is empty.
public enum AddCustomer: WireOperation {
    public static let endpoint = Endpoint.customerAdd

    public struct Request: WireMessage {
        public let fields: FieldValues

        public init(fields: FieldValues) { self.fields = fields }

        public init(reading members: inout MessageReader) throws(MessageError) {
            fields = try members.part("fields", of: FieldValues.self)
        }

        public func write(to members: inout MessageWriter) { members.put("fields", fields) }
    }

    public typealias Reply = RevisionReply
}

/// `POST /v1/customer/update`: new values for some fields of the one customer in the head. An empty list removes a field.
public enum UpdateCustomer: WireOperation {
    public static let endpoint = Endpoint.customerUpdate

    public struct Request: WireMessage {
        public let fields: FieldValues
        /// The revision the change was made from, else `conflict`; 0 to overwrite whatever is there.
        public let rev: UInt64

        public init(fields: FieldValues, rev: UInt64) {
            self.fields = fields
            self.rev = rev
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            fields = try members.part("fields", of: FieldValues.self)
            rev = try members.count("rev")
        }

        public func write(to members: inout MessageWriter) {
            members.put("fields", fields)
            members.put("rev", rev)
        }
    }

    public typealias Reply = RevisionReply
}

/// `POST /v1/customer/verify`: the person in the head was asked and her data is right as of today.
public enum VerifyCustomer: WireOperation {
    public static let endpoint = Endpoint.customerVerify
    public typealias Request = NoMembers
    public typealias Reply = RevisionReply
}

/// The customer written and her revision since.
public struct RevisionReply: WireMessage {
    public let number: CustomerNumber
    public let rev: UInt64

    public init(number: CustomerNumber, rev: UInt64) {
        self.number = number
        self.rev = rev
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        number = try members.customer("number")
        rev = try members.count("rev")
    }

    public func write(to members: inout MessageWriter) {
        members.put("number", number.text)
        members.put("rev", rev)
    }
}
