/// `POST /v1/unseal`: opens the vault with a passphrase.
public enum UnsealVault: WireOperation {
    public static let endpoint = Endpoint.unseal

    public struct Request: WireMessage {
        public let passphrase: Sensitive
        /// The last checkpoint this client saw (a signed note), or empty: a vault rolled back behind it stays sealed.
        public let checkpoint: String

        public init(passphrase: Sensitive, checkpoint: String) {
            self.passphrase = passphrase
            self.checkpoint = checkpoint
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            passphrase = Sensitive(try members.text("passphrase", most: 1_024))
            checkpoint = try members.text("checkpoint", most: 16 * 1_024)
        }

        public func write(to members: inout MessageWriter) {
            members.put("passphrase", passphrase.text)
            members.put("checkpoint", checkpoint)
        }
    }

    public typealias Reply = StateReply
}

/// `POST /v1/seal`: wipes the keys; the broker restarts sealed and stays so until a person unseals.
public enum SealVault: WireOperation {
    public static let endpoint = Endpoint.seal
    public typealias Request = NoMembers
    public typealias Reply = StateReply
}

/// What the broker became.
public struct StateReply: WireMessage {
    public let state: VaultState

    public init(state: VaultState) { self.state = state }

    public init(reading members: inout MessageReader) throws(MessageError) {
        state = try members.parsed("state") { VaultState(rawValue: $0) }
    }

    public func write(to members: inout MessageWriter) { members.put("state", state.rawValue) }
}
