public import AccessLog
public import Keys
public import VaultModel

/// The keys the log's writer and readers need, lent by whoever has unsealed the vault.
public protocol LogKeys: Sendable {
    var vault: VaultID { get }
    /// The public key of checkpoints under the name of the log: its origin.
    var verifier: VerifierKey { get }
    /// 64 bytes of Ed25519 over a checkpoint's text.
    func signCheckpoint(_ message: [UInt8]) -> [UInt8]
    func wrap(_ key: MonthKey) -> WrappedMonthKey
    func unwrap(_ key: WrappedMonthKey) throws(EnvelopeError) -> MonthKey
}

/// The keyset as the log's keys.
public struct KeysetLogKeys: LogKeys {
    public let verifier: VerifierKey
    public let vault: VaultID
    private let live: LiveKeyset
    private var keyset: Keyset { live.value }

    public init(_ keyset: Keyset, origin: LogOrigin) { self.init(LiveKeyset(keyset), origin: origin) }

    /// - Parameter keyset: what wraps and unwraps month keys follows it; the key of checkpoints is the one it has now.
    public init(_ keyset: LiveKeyset, origin: LogOrigin) {
        guard let verifier = VerifierKey(name: origin.description, key: keyset.value.logPublicKey) else {
            preconditionFailure("an origin is fit to be a key name")
        }
        self.verifier = verifier
        live = keyset
        vault = origin.vault
    }

    public func signCheckpoint(_ message: [UInt8]) -> [UInt8] { keyset.signCheckpoint(message) }

    public func wrap(_ key: MonthKey) -> WrappedMonthKey {
        WrappedMonthKey(
            month: key.month, half: key.half.rawValue, epoch: keyset.keyringEpoch,
            wrap: keyset.wrapMonthKey(key, vault: vault))
    }

    public func unwrap(_ key: WrappedMonthKey) throws(EnvelopeError) -> MonthKey {
        guard let half = MonthKey.Half(rawValue: key.half) else { throw .keyVersion }
        return try keyset.unwrapMonthKey(key.wrap, vault: vault, month: key.month, half: half)
    }
}
