public import VaultModel

/// `POST /v1/grant/prepare`: what a capability for the order in the head must name, for the lender to sign.
public enum PrepareGrant: WireOperation {
    public static let endpoint = Endpoint.grantPrepare

    public struct Request: WireMessage {
        /// The name of the one who is to use it.
        public let to: String

        public init(to: String) { self.to = to }

        public init(reading members: inout MessageReader) throws(MessageError) { to = try members.text("to") }

        public func write(to members: inout MessageWriter) { members.put("to", to) }
    }

    public struct Reply: WireMessage {
        /// The borrower's key and its role.
        public let kid: KeyID
        public let role: RoleName
        /// The id of the lender's own root.
        public let parent: String
        /// The shop the order belongs to.
        public let shop: ShopName
        /// The broker's time, seconds since 1970: the block begins then.
        public let now: Int64

        public init(kid: KeyID, role: RoleName, parent: String, shop: ShopName, now: Int64) {
            self.kid = kid
            self.role = role
            self.parent = parent
            self.shop = shop
            self.now = now
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            kid = try members.parsed("kid") { KeyID($0) }
            role = try members.parsed("role") { RoleName($0) }
            parent = try members.text("parent", most: 64)
            shop = try members.parsed("shop") { ShopName($0) }
            now = try members.number("now")
        }

        public func write(to members: inout MessageWriter) {
            members.put("kid", kid.text)
            members.put("role", role.text)
            members.put("parent", parent)
            members.put("shop", shop.text)
            members.put("now", now)
        }
    }
}

/// `POST /v1/grant/delegate`: registers a capability that the signer lends. The head repeats what the block says: fields,
/// form, purpose and the one order.
public enum DelegateGrant: WireOperation {
    public static let endpoint = Endpoint.grantDelegate

    public typealias Request = BlockRequest

    public struct Reply: WireMessage {
        /// The id of the block: what a request under it names.
        public let capability: String
        /// Seconds since 1970.
        public let expires: Int64

        public init(capability: String, expires: Int64) {
            self.capability = capability
            self.expires = expires
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            capability = try members.text("capability", most: 64)
            expires = try members.number("expires")
        }

        public func write(to members: inout MessageWriter) {
            members.put("capability", capability)
            members.put("expires", expires)
        }
    }
}

/// `POST /v1/grant/list`: what the signer has lent and borrowed; everybody's for those who review rights. Newest first.
public enum ListGrants: WireOperation {
    public static let endpoint = Endpoint.grantList
    public static let mostGrants = 200
    public typealias Request = NoMembers

    public struct Reply: WireMessage {
        public let grants: [Grant]

        public init(grants: [Grant]) { self.grants = grants }

        public init(reading members: inout MessageReader) throws(MessageError) {
            grants = try members.list("grants", of: Grant.self, count: mostGrants)
        }

        public func write(to members: inout MessageWriter) { members.put("grants", grants) }
    }

    public struct Grant: MessagePart {
        public let capability: String
        /// Names of the staff: who lent it, who may use it.
        public let by: String
        public let to: String
        /// Whether the signer of the request is the one who may use it.
        public let isMine: Bool
        public let order: String
        public let fields: [FieldName]
        public let form: Form
        public let purpose: String
        /// Seconds since 1970.
        public let begins: Int64
        public let expires: Int64
        public let max: Int64
        public let used: Int64
        /// `live`, `expired`, `revoked`, `exhausted` or `order-closed`.
        public let state: String

        public init(
            capability: String, by: String, to: String, isMine: Bool, order: String, fields: [FieldName], form: Form,
            purpose: String, begins: Int64, expires: Int64, max: Int64, used: Int64, state: String
        ) {
            self.capability = capability
            self.by = by
            self.to = to
            self.isMine = isMine
            self.order = order
            self.fields = fields
            self.form = form
            self.purpose = purpose
            self.begins = begins
            self.expires = expires
            self.max = max
            self.used = used
            self.state = state
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            capability = try members.text("capability", most: 64)
            by = try members.text("by")
            to = try members.text("to")
            isMine = try members.flag("mine")
            order = try members.text("order", most: 64)
            fields = try members.names("fields", count: WireLimits.fields) { FieldName($0) }
            form = try members.parsed("form") { Form(rawValue: $0) }
            purpose = try members.text("purpose", most: 64)
            begins = try members.number("begins")
            expires = try members.number("expires")
            max = try members.number("max")
            used = try members.number("used")
            state = try members.text("state", most: 32)
        }

        public func write(to members: inout MessageWriter) {
            members.put("capability", capability)
            members.put("by", by)
            members.put("to", to)
            members.put("mine", isMine)
            members.put("order", order)
            members.put("fields", fields.map(\.description))
            members.put("form", form.rawValue)
            members.put("purpose", purpose)
            members.put("begins", begins)
            members.put("expires", expires)
            members.put("max", max)
            members.put("used", used)
            members.put("state", state)
        }
    }
}

/// `POST /v1/grant/revoke`: ends capabilities by a signed block, and with them everything derived from them.
public enum RevokeGrant: WireOperation {
    public static let endpoint = Endpoint.grantRevoke
    public typealias Request = BlockRequest

    public struct Reply: WireMessage {
        /// How many capabilities that were alive have ended.
        public let ended: UInt64

        public init(ended: UInt64) { self.ended = ended }

        public init(reading members: inout MessageReader) throws(MessageError) { ended = try members.count("ended") }

        public func write(to members: inout MessageWriter) { members.put("ended", ended) }
    }
}
