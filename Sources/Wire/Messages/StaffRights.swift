public import CanonicalJSON
public import VaultModel

/// `POST /v1/staff/rights`: the signed blocks of some keys, and what is known of their use. Whoever renews a right or a
/// fact of an enrolment signs what the authority had signed before, and not what the broker says about it.
public enum StaffRights: WireOperation {
    public static let endpoint = Endpoint.staffRights
    /// Keys of one request.
    public static let mostKeys = 50
    /// Names in one list: a policy has fewer fields.
    public static let mostNames = 1_000

    public struct Request: WireMessage {
        /// A person's name, or empty when keys are named.
        public let name: String
        public let kids: [KeyID]

        /// All keys of a person.
        public init(name: String) {
            self.name = name
            kids = []
        }

        /// Some keys, `mostKeys` at the most.
        public init(kids: [KeyID]) {
            name = ""
            self.kids = kids
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            name = try members.text("name")
            kids = try members.names("kids", count: mostKeys) { KeyID($0) }
        }

        public func write(to members: inout MessageWriter) {
            members.put("name", name)
            members.put("kids", kids.map(\.text))
        }
    }

    public struct Reply: WireMessage {
        public let rights: [Right]
        /// From when on the use of rights is known, seconds since 1970.
        public let knownSince: Int64

        public init(rights: [Right], knownSince: Int64) {
            self.rights = rights
            self.knownSince = knownSince
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            rights = try members.list("rights", of: Right.self, count: mostKeys)
            knownSince = try members.number("known_since")
        }

        public func write(to members: inout MessageWriter) {
            members.put("rights", rights)
            members.put("known_since", knownSince)
        }
    }

    /// One enrolled key.
    public struct Right: MessagePart {
        public let kid: KeyID
        /// The DSSE envelope of the enrolment in force.
        public let enrolment: JSONValue
        /// The DSSE envelope of the newest root, or an empty object.
        public let root: JSONValue
        /// Ids of all roots of the key that are not revoked.
        public let roots: [String]
        public let isRevoked: Bool
        /// What the key was used for in the last 90 days, as far as is known.
        public let acts: [Act]
        public let fields: [FieldName]
        public let purposes: [Purpose]
        public let quota: OpenQuota

        public init(
            kid: KeyID, enrolment: JSONValue, root: JSONValue, roots: [String], isRevoked: Bool, acts: [Act],
            fields: [FieldName], purposes: [Purpose], quota: OpenQuota
        ) {
            self.kid = kid
            self.enrolment = enrolment
            self.root = root
            self.roots = roots
            self.isRevoked = isRevoked
            self.acts = acts
            self.fields = fields
            self.purposes = purposes
            self.quota = quota
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            kid = try members.parsed("kid") { KeyID($0) }
            enrolment = try members.object("enrolment")
            root = try members.object("root")
            roots = try members.texts("roots", count: 256, most: 64)
            isRevoked = try members.flag("revoked")
            acts = try members.names("acts", count: Act.allCases.count) { Act(rawValue: $0) }
            fields = try members.names("fields", count: mostNames) { FieldName($0) }
            purposes = try members.names("purposes", count: mostNames) { Purpose($0) }
            quota = try members.part("quota", of: OpenQuota.self)
        }

        public func write(to members: inout MessageWriter) {
            members.put("kid", kid.text)
            members.put("enrolment", enrolment)
            members.put("root", root)
            members.put("roots", roots)
            members.put("revoked", isRevoked)
            members.put("acts", acts.map(\.rawValue))
            members.put("fields", fields.map(\.description))
            members.put("purposes", purposes.map(\.text))
            members.put("quota", quota)
        }
    }
}

/// `POST /v1/staff/set`: a new enrolment of a key that is enrolled, for the same person and role.
public enum SetStaff: WireOperation {
    public static let endpoint = Endpoint.staffSet
    public typealias Request = BlockRequest
    public typealias Reply = GrantReply
}

/// `POST /v1/staff/grant`: what a review decided, one signed block: a root capability, or the revocation of some.
public enum GrantStaff: WireOperation {
    public static let endpoint = Endpoint.staffGrant
    public typealias Request = BlockRequest
    public typealias Reply = GrantReply
}
