public import VaultModel

/// `POST /v1/staff/invite`: tells the broker that a code exists. The code's secret stays with the owner's client.
public enum InviteStaff: WireOperation {
    public static let endpoint = Endpoint.staffInvite

    public struct Request: WireMessage {
        /// The public part of the code.
        public let invitation: String
        public let person: PersonID
        /// The name the person is called by here; stored encrypted.
        public let name: String
        public let role: RoleName
        /// Nil for every shop.
        public let shop: ShopName?
        /// Seconds since 1970; at most 24 hours ahead.
        public let expires: Int64

        public init(
            invitation: String, person: PersonID, name: String, role: RoleName, shop: ShopName?, expires: Int64
        ) {
            self.invitation = invitation
            self.person = person
            self.name = name
            self.role = role
            self.shop = shop
            self.expires = expires
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            invitation = try members.text("invitation", most: 64)
            person = try members.parsed("person") { PersonID($0) }
            name = try members.text("name")
            role = try members.parsed("role") { RoleName($0) }
            shop = try members.optional("shop") { ShopName($0) }
            expires = try members.number("expires")
        }

        public func write(to members: inout MessageWriter) {
            members.put("invitation", invitation)
            members.put("person", person.text)
            members.put("name", name)
            members.put("role", role.text)
            members.put("shop", shop?.text ?? "")
            members.put("expires", expires)
        }
    }

    public typealias Reply = NoMembers
}

/// `POST /v1/enroll`, signed by the new key: possession is proved by the signature, knowledge of the code by the MAC.
public enum Enroll: WireOperation {
    public static let endpoint = Endpoint.enroll

    public struct Request: WireMessage {
        public let invitation: String
        /// Over the vault, the invitation and the key, under the code's secret.
        public let mac: [UInt8]

        public init(invitation: String, mac: [UInt8]) {
            self.invitation = invitation
            self.mac = mac
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            invitation = try members.text("invitation", most: 64)
            mac = try members.bytes("mac", most: 64)
        }

        public func write(to members: inout MessageWriter) {
            members.put("invitation", invitation)
            members.put("mac", bytes: mac)
        }
    }

    public typealias Reply = NoMembers
}

/// `POST /v1/staff/pending`: the key that answered an invitation, for the owner's client to check and sign.
public enum PendingStaff: WireOperation {
    public static let endpoint = Endpoint.staffPending

    public struct Request: WireMessage {
        public let name: String

        public init(name: String) { self.name = name }

        public init(reading members: inout MessageReader) throws(MessageError) { name = try members.text("name") }

        public func write(to members: inout MessageWriter) { members.put("name", name) }
    }

    public struct Reply: WireMessage {
        public let person: PersonID
        public let invitation: String
        public let kid: KeyID
        public let mac: [UInt8]
        public let role: RoleName
        public let shop: ShopName?
        /// Seconds since 1970.
        public let expires: Int64

        public init(
            person: PersonID, invitation: String, kid: KeyID, mac: [UInt8], role: RoleName, shop: ShopName?,
            expires: Int64
        ) {
            self.person = person
            self.invitation = invitation
            self.kid = kid
            self.mac = mac
            self.role = role
            self.shop = shop
            self.expires = expires
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            person = try members.parsed("person") { PersonID($0) }
            invitation = try members.text("invitation", most: 64)
            kid = try members.parsed("kid") { KeyID($0) }
            mac = try members.bytes("mac", most: 64)
            role = try members.parsed("role") { RoleName($0) }
            shop = try members.optional("shop") { ShopName($0) }
            expires = try members.number("expires")
        }

        public func write(to members: inout MessageWriter) {
            members.put("person", person.text)
            members.put("invitation", invitation)
            members.put("kid", kid.text)
            members.put("mac", bytes: mac)
            members.put("role", role.text)
            members.put("shop", shop?.text ?? "")
            members.put("expires", expires)
        }
    }
}
