internal import CanonicalJSON
public import VaultModel

/// What the broker is doing.
public enum VaultState: String, CaseIterable, Hashable, Sendable {
    /// Keys are not in memory; status, shares and unseal only.
    case sealed
    /// Unsealed and checking itself; nothing is released yet.
    case verifying
    case unsealed
    case recovering
}

/// `default`, or `test` with a cheap passphrase hash, which can never be converted.
public enum WireProfile: String, CaseIterable, Hashable, Sendable {
    case `default` = "default"
    case test
}

/// The reply to the unsigned `GET /health`: who the broker says it is. Nothing in it is believed until the enrolment
/// code or the identity file confirms the keys.
public struct HealthReply: WireMessage {
    public let state: VaultState
    public let vault: VaultID
    public let incarnation: UInt64
    /// The log's verifier key, as `init` prints it.
    public let logKey: String
    /// The key replies are signed with.
    public let replyKey: KeyID
    /// SHA-256 of the TLS certificate in lower-case hexadecimal, or empty.
    public let tlsPin: String
    /// The key that signs blocks.
    public let authority: KeyID
    public let profile: WireProfile
    public let version: String

    public init(
        state: VaultState, vault: VaultID, incarnation: UInt64, logKey: String, replyKey: KeyID, tlsPin: String,
        authority: KeyID, profile: WireProfile, version: String
    ) {
        self.state = state
        self.vault = vault
        self.incarnation = incarnation
        self.logKey = logKey
        self.replyKey = replyKey
        self.tlsPin = tlsPin
        self.authority = authority
        self.profile = profile
        self.version = version
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        state = try members.parsed("state") { VaultState(rawValue: $0) }
        vault = try members.parsed("vault") { VaultID($0) }
        incarnation = try members.count("incarnation")
        logKey = try members.text("log_key")
        replyKey = try members.parsed("reply_key") { KeyID($0) }
        tlsPin = try members.text("tls_pin", most: 64)
        authority = try members.parsed("authority") { KeyID($0) }
        profile = try members.parsed("profile") { WireProfile(rawValue: $0) }
        version = try members.text("version", most: 64)
    }

    public func write(to members: inout MessageWriter) {
        members.put("state", state.rawValue)
        members.put("vault", vault.description)
        members.put("incarnation", incarnation)
        members.put("log_key", logKey)
        members.put("reply_key", replyKey.text)
        members.put("tls_pin", tlsPin)
        members.put("authority", authority.text)
        members.put("profile", profile.rawValue)
        members.put("version", version)
    }
}

/// The reply to the unsigned `GET /v1/status`. While sealed, what only the keys could tell is 0 or empty.
public struct StatusReply: WireMessage {
    public let state: VaultState
    public let profile: WireProfile
    public let vault: VaultID
    public let incarnation: UInt64
    public let logSize: UInt64
    public let customers: UInt64
    /// SHA-256 of the policy in force in lower-case hexadecimal, or empty.
    public let policy: String
    /// Whether the broker can unseal itself without a person.
    public let unattended: Bool
    /// How many rights are due for review or have ended without one. A number and no name: anybody may ask.
    public let overdue: UInt64
    /// How many witnesses the shop asks.
    public let witnesses: UInt64
    /// The newest checkpoint that one of them cosigned; nil for none.
    public let witness: WitnessedState?
    /// Nil where the vault has no recovery cards, and so no archives.
    public let archives: ArchiveState?
    public let warnings: [String]

    public init(
        state: VaultState, profile: WireProfile, vault: VaultID, incarnation: UInt64, logSize: UInt64,
        customers: UInt64, policy: String, unattended: Bool, overdue: UInt64,
        witnesses: UInt64, witness: WitnessedState?, archives: ArchiveState?, warnings: [String]
    ) {
        self.state = state
        self.profile = profile
        self.vault = vault
        self.incarnation = incarnation
        self.logSize = logSize
        self.customers = customers
        self.policy = policy
        self.unattended = unattended
        self.overdue = overdue
        self.witnesses = witnesses
        self.witness = witness
        self.archives = archives
        self.warnings = warnings
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        state = try members.parsed("state") { VaultState(rawValue: $0) }
        profile = try members.parsed("profile") { WireProfile(rawValue: $0) }
        vault = try members.parsed("vault_id") { VaultID($0) }
        incarnation = try members.count("incarnation")
        logSize = try members.count("log_size")
        customers = try members.count("customers")
        policy = try members.text("policy", most: 64)
        unattended = try members.flag("unattended")
        overdue = try members.count("overdue")
        witnesses = try members.count("witnesses")
        witness = try WitnessedState.optional(members.take("witness"))
        archives = try ArchiveState.optional(members.take("archives"))
        warnings = try members.texts("warnings", count: 64, most: 1_024)
    }

    public func write(to members: inout MessageWriter) {
        members.put("state", state.rawValue)
        members.put("profile", profile.rawValue)
        members.put("vault_id", vault.description)
        members.put("incarnation", incarnation)
        members.put("log_size", logSize)
        members.put("customers", customers)
        members.put("policy", policy)
        members.put("unattended", unattended)
        members.put("overdue", overdue)
        members.put("witnesses", witnesses)
        members.put("witness", witness?.jsonValue ?? .object([:]))
        members.put("archives", archives?.jsonValue ?? .object([:]))
        members.put("warnings", warnings)
    }
}

/// A checkpoint that somebody off this machine has vouched for: sizes and times, no keys.
public struct WitnessedState: MessagePart {
    /// The witness's name in this vault.
    public let name: String
    /// Entries under the checkpoint.
    public let size: UInt64
    /// When it was cosigned, in seconds since 1970.
    public let time: Int64

    public init(name: String, size: UInt64, time: Int64) {
        self.name = name
        self.size = size
        self.time = time
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        name = try members.parsed("name") { Label.isValid($0) ? $0 : nil }
        size = try members.count("size")
        time = try members.number("time")
    }

    public func write(to members: inout MessageWriter) {
        members.put("name", name)
        members.put("size", size)
        members.put("time", time)
    }

    /// An empty object stands for none.
    static func optional(_ value: JSONValue) throws(MessageError) -> WitnessedState? {
        value == .object([:]) ? nil : try WitnessedState(value)
    }
}

extension WireMessage {
    /// The whole body of an unsigned reply, canonical JSON.
    public init(openReply bytes: [UInt8]) throws(MessageError) {
        var members = try MessageReader(bytes, most: WireLimits.bodyBytes)
        try self.init(reading: &members)
        try members.finish()
    }
}
