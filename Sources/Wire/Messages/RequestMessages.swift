public import CanonicalJSON
public import VaultModel

/// What waits for another person: a request that needs an approval, or an emergency to be reviewed.
public struct PendingRequest: MessagePart {
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        case approval
        case breakGlass = "breakglass"
    }

    /// What became of it.
    public enum State: String, CaseIterable, Hashable, Sendable {
        case open, denied, withdrawn, used, review, reviewed
    }

    /// `r_` and 26 characters.
    public let id: String
    public let kind: Kind
    public let state: State
    /// Who asks, as she is called here.
    public let name: String
    public let person: PersonID
    public let kid: KeyID
    public let act: Act
    public let purpose: String
    public let ref: String
    public let fields: [FieldName]
    /// Nil asks for the best form the role has.
    public let form: Form?
    /// How many customers it is about.
    public let customers: Int64
    /// Approvals given that still count, and how many it takes; both 0 for an emergency.
    public let approvals: Int64
    public let needed: Int64
    /// Seconds since 1970.
    public let created: Int64
    /// When it dies if nothing is done; 0 for an emergency, which stays until it is reviewed.
    public let expires: Int64
    /// By when it should be reviewed; 0 for anything but an emergency.
    public let due: Int64
    /// Whether it is the asking person's own.
    public let isOwn: Bool

    public init(
        id: String, kind: Kind, state: State, name: String, person: PersonID, kid: KeyID, head: RequestHead,
        approvals: Int64, needed: Int64, created: Int64, expires: Int64, due: Int64, isOwn: Bool
    ) {
        self.id = id
        self.kind = kind
        self.state = state
        self.name = name
        self.person = person
        self.kid = kid
        act = head.act
        purpose = head.purpose
        ref = head.ref
        fields = head.fields
        form = head.form
        customers = Int64(head.customers.count)
        self.approvals = approvals
        self.needed = needed
        self.created = created
        self.expires = expires
        self.due = due
        self.isOwn = isOwn
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        id = try members.parsed("id") { OpaqueID.isRecord($0) ? $0 : nil }
        kind = try members.parsed("kind") { Kind(rawValue: $0) }
        state = try members.parsed("state") { State(rawValue: $0) }
        name = try members.text("name")
        person = try members.parsed("person") { PersonID($0) }
        kid = try members.parsed("kid") { KeyID($0) }
        act = try members.parsed("act") { Act(rawValue: $0) }
        purpose = try members.text("purpose", most: 64)
        ref = try members.text("ref", most: 64)
        fields = try members.names("fields", count: WireLimits.fields) { FieldName($0) }
        form = try members.optional("form") { Form(rawValue: $0) }
        customers = try members.number("customers")
        approvals = try members.number("approvals")
        needed = try members.number("needed")
        created = try members.number("created")
        expires = try members.number("expires")
        due = try members.number("due")
        isOwn = try members.flag("own")
    }

    public func write(to members: inout MessageWriter) {
        members.put("id", id)
        members.put("kind", kind.rawValue)
        members.put("state", state.rawValue)
        members.put("name", name)
        members.put("person", person.text)
        members.put("kid", kid.text)
        members.put("act", act.rawValue)
        members.put("purpose", purpose)
        members.put("ref", ref)
        members.put("fields", fields.map(\.description))
        members.put("form", form?.rawValue ?? "")
        members.put("customers", customers)
        members.put("approvals", approvals)
        members.put("needed", needed)
        members.put("created", created)
        members.put("expires", expires)
        members.put("due", due)
        members.put("own", isOwn)
    }
}

/// `POST /v1/request/list`: what waits. Whoever may approve sees everybody's, others their own.
public enum ListRequests: WireOperation {
    public static let endpoint = Endpoint.requestList
    public static let mostRequests = 200
    public typealias Request = NoMembers

    public struct Reply: WireMessage {
        /// Oldest first.
        public let requests: [PendingRequest]

        public init(requests: [PendingRequest]) { self.requests = requests }

        public init(reading members: inout MessageReader) throws(MessageError) {
            requests = try members.list("requests", of: PendingRequest.self, count: mostRequests)
        }

        public func write(to members: inout MessageWriter) { members.put("requests", requests) }
    }
}

/// `POST /v1/request/show`: the one the head's `ref` names, with what an approval would be signed for.
public enum ShowRequest: WireOperation {
    public static let endpoint = Endpoint.requestShow
    public typealias Request = NoMembers

    public struct Reply: WireMessage {
        public let request: PendingRequest
        /// The head that was refused, without its counter.
        public let head: JSONValue
        /// The signed block that the head names by its hash; an empty object where it names none.
        public let block: JSONValue

        public init(request: PendingRequest, head: JSONValue, block: JSONValue = .object([:])) {
            self.request = request
            self.head = head
            self.block = block
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            request = try members.part("request", of: PendingRequest.self)
            head = try members.object("head")
            block = try members.object("block")
        }

        public func write(to members: inout MessageWriter) {
            members.put("request", request)
            members.put("head", head)
            members.put("block", block)
        }
    }
}

/// `POST /v1/request/approve`: registers the asking person's approval of the request the head's `ref` names.
public enum ApproveRequest: WireOperation {
    public static let endpoint = Endpoint.requestApprove

    /// A block of type `approve`, signed by the key that signs the request.
    public typealias Request = BlockRequest

    public struct Reply: WireMessage {
        /// Approvals that count now, and how many it takes.
        public let approvals: Int64
        public let needed: Int64

        public init(approvals: Int64, needed: Int64) {
            self.approvals = approvals
            self.needed = needed
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            approvals = try members.number("approvals")
            needed = try members.number("needed")
        }

        public func write(to members: inout MessageWriter) {
            members.put("approvals", approvals)
            members.put("needed", needed)
        }
    }
}

/// `POST /v1/request/deny`: ends the request of another person that the head's `ref` names.
public enum DenyRequest: WireOperation {
    public static let endpoint = Endpoint.requestDeny
    public typealias Request = NoMembers
    public typealias Reply = NoMembers
}

/// `POST /v1/request/withdraw`: ends the asking person's own request.
public enum WithdrawRequest: WireOperation {
    public static let endpoint = Endpoint.requestWithdraw
    public typealias Request = NoMembers
    public typealias Reply = NoMembers
}

/// `POST /v1/request/review`: says that the asking person has looked at the emergency another one claimed.
public enum ReviewRequest: WireOperation {
    public static let endpoint = Endpoint.requestReview
    public typealias Request = NoMembers
    public typealias Reply = NoMembers
}
