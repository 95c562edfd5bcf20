public import VaultModel

/// `POST /v1/staff/approve`: registers one signed block, first the enrolment, then the root capability.
public enum ApproveStaff: WireOperation {
    public static let endpoint = Endpoint.staffApprove

    public typealias Request = BlockRequest
    public typealias Reply = GrantReply
}

/// `POST /v1/staff/list`: everybody with a key.
public enum ListStaff: WireOperation {
    public static let endpoint = Endpoint.staffList
    public static let mostPeople = 1_000
    public typealias Request = NoMembers

    public struct Reply: WireMessage {
        public let staff: [Member]
        /// From when on the use of rights is known, seconds since 1970.
        public let knownSince: Int64

        public init(staff: [Member], knownSince: Int64) {
            self.staff = staff
            self.knownSince = knownSince
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            staff = try members.list("staff", of: Member.self, count: mostPeople)
            knownSince = try members.number("known_since")
        }

        public func write(to members: inout MessageWriter) {
            members.put("staff", staff)
            members.put("known_since", knownSince)
        }
    }

    /// One key of one person.
    public struct Member: MessagePart {
        public let name: String
        public let person: PersonID
        public let role: RoleName
        public let kid: KeyID
        /// When the root capability ends, seconds since 1970.
        public let expires: Int64
        /// The day the confidentiality agreement was signed, `2026-01-31`, or empty.
        public let nda: String
        /// The last day the training counts, or empty.
        public let training: String
        /// An enumerated word: `active`, `due`, `expired`, `revoked`, `pending`.
        public let state: String
        /// How urgent the review of the right is: `current`, `soon`, `due`, `dead`; empty where there is none.
        public let review: String
        /// The newest entry under this key, seconds since 1970; 0 when none is known.
        public let lastUsed: Int64
        /// Fields the right covers and nobody used it for in 90 days, as far as is known.
        public let unused: [FieldName]

        public init(
            name: String, person: PersonID, role: RoleName, kid: KeyID, expires: Int64, nda: String,
            training: String, state: String, review: String, lastUsed: Int64, unused: [FieldName]
        ) {
            self.name = name
            self.person = person
            self.role = role
            self.kid = kid
            self.expires = expires
            self.nda = nda
            self.training = training
            self.state = state
            self.review = review
            self.lastUsed = lastUsed
            self.unused = unused
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            name = try members.text("name")
            person = try members.parsed("person") { PersonID($0) }
            role = try members.parsed("role") { RoleName($0) }
            kid = try members.parsed("kid") { KeyID($0) }
            expires = try members.number("expires")
            nda = try members.text("nda", most: 10)
            training = try members.text("training", most: 10)
            state = try members.text("state", most: 32)
            review = try members.text("review", most: 32)
            lastUsed = try members.number("last_used")
            unused = try members.names("unused", count: StaffRights.mostNames) { FieldName($0) }
        }

        public func write(to members: inout MessageWriter) {
            members.put("name", name)
            members.put("person", person.text)
            members.put("role", role.text)
            members.put("kid", kid.text)
            members.put("expires", expires)
            members.put("nda", nda)
            members.put("training", training)
            members.put("state", state)
            members.put("review", review)
            members.put("last_used", lastUsed)
            members.put("unused", unused.map(\.description))
        }
    }
}

/// `POST /v1/staff/whoami`: what the broker knows about the key that asks.
public enum WhoAmI: WireOperation {
    public static let endpoint = Endpoint.staffWhoAmI
    public typealias Request = NoMembers

    public struct Reply: WireMessage {
        public let person: PersonID
        public let name: String
        public let role: RoleName
        /// When the root capability ends, seconds since 1970.
        public let expires: Int64
        /// SHA-256 of the policy in force, lower-case hexadecimal.
        public let policy: String

        public init(person: PersonID, name: String, role: RoleName, expires: Int64, policy: String) {
            self.person = person
            self.name = name
            self.role = role
            self.expires = expires
            self.policy = policy
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            person = try members.parsed("person") { PersonID($0) }
            name = try members.text("name")
            role = try members.parsed("role") { RoleName($0) }
            expires = try members.number("expires")
            policy = try members.text("policy", most: 64)
        }

        public func write(to members: inout MessageWriter) {
            members.put("person", person.text)
            members.put("name", name)
            members.put("role", role.text)
            members.put("expires", expires)
            members.put("policy", policy)
        }
    }
}
