public import CanonicalJSON
public import VaultModel

/// `POST /v1/keys/recover`: the recovery quorum puts another key in the place of the authority's. The head's `obj` is the
/// hash of the block.
public enum RecoverAuthority: WireOperation {
    public static let endpoint = Endpoint.keysRecover
    /// Bytes of a succession statement.
    public static let statementBytes = 16 * 1_024

    public struct Request: WireMessage {
        /// A DSSE envelope of type `recover`, signed by the quorum.
        public let block: JSONValue
        /// The quorum's word to the devices: a DSSE envelope of a succession statement.
        public let statement: JSONValue

        public init(block: JSONValue, statement: JSONValue) {
            self.block = block
            self.statement = statement
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            block = try members.object("block")
            statement = try members.object("statement")
        }

        public func write(to members: inout MessageWriter) {
            members.put("block", block)
            members.put("statement", statement)
        }
    }

    public struct Reply: WireMessage {
        /// The key that signs blocks from now on.
        public let authority: KeyID

        public init(authority: KeyID) { self.authority = authority }

        public init(reading members: inout MessageReader) throws(MessageError) {
            authority = try members.parsed("authority") { KeyID($0) }
        }

        public func write(to members: inout MessageWriter) { members.put("authority", authority.text) }
    }
}

/// `POST /v1/keys/recover/owner`, signed by a key that nobody enrolled: the owner's own key is lost as well. The quorum's
/// word is what admits it. The head's `obj` is the hash of the block.
public enum RecoverOwner: WireOperation {
    public static let endpoint = Endpoint.keysRecoverOwner
    public typealias Reply = RecoverAuthority.Reply

    public struct Request: WireMessage {
        /// As in `RecoverAuthority`.
        public let word: RecoverAuthority.Request
        /// What the new owner is called here; stored encrypted.
        public let name: String
        /// A DSSE envelope of type `enrol` for the key that signs the request, by the new authority.
        public let enrolment: JSONValue
        /// A DSSE envelope of a root capability for that key, by the new authority.
        public let root: JSONValue

        public init(word: RecoverAuthority.Request, name: String, enrolment: JSONValue, root: JSONValue) {
            self.word = word
            self.name = name
            self.enrolment = enrolment
            self.root = root
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            word = try members.part("word", of: RecoverAuthority.Request.self)
            name = try members.text("name")
            enrolment = try members.object("enrolment")
            root = try members.object("root")
        }

        public func write(to members: inout MessageWriter) {
            members.put("word", word)
            members.put("name", name)
            members.put("enrolment", enrolment)
            members.put("root", root)
        }
    }
}

/// The reply to the unsigned `GET /v1/recovery`: what is public about the recovery cards, for whoever has cards and no
/// key. Cards are held against it; what they give says whether it is true.
public struct RecoveryReply: WireMessage {
    /// None until recovery is set up.
    public let recovery: [RecoveryState]
    /// Authorities that the quorum has replaced, oldest first; what they signed stands. Empty while the vault is sealed.
    public let earlier: [KeyID]

    public init(recovery: [RecoveryState], earlier: [KeyID]) {
        self.recovery = recovery
        self.earlier = earlier
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        recovery = try members.list("recovery", of: RecoveryState.self, count: 1)
        earlier = try members.names("earlier", count: 1_024) { KeyID($0) }
    }

    public func write(to members: inout MessageWriter) {
        members.put("recovery", recovery)
        members.put("earlier", earlier.map(\.text))
    }
}
