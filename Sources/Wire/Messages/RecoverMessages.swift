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
