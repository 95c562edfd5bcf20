public import VaultModel

/// All that signed blocks have established, as a pure value: replaying the registered blocks of a log in order gives
/// the same state, whoever does it.
///
/// The state holds no clock and no policy. Registration is by log index: a key that was offboarded can back-date a
/// signature, but not its place in the log.
public struct AuthorityState: Equatable, Sendable {
    public let vault: VaultID
    /// The key that signs roots, enrolments, policies and clock statements.
    public internal(set) var authority: KeyID
    /// The key of the recovery quorum, when it is known: nobody else may say who rules from now on.
    public var quorum: KeyID?

    /// The index of the last registered block.
    public internal(set) var lastIndex: UInt64?
    public internal(set) var enrolments: [KeyID: Enrolment] = [:]
    public internal(set) var capabilities: [BlockID: RegisteredCapability] = [:]
    public internal(set) var revokedKeys: [KeyID: Revocation] = [:]
    public internal(set) var revokedCapabilities: [BlockID: Revocation] = [:]
    /// Every policy that was ever in force, in order.
    public internal(set) var policies: [PolicyPin] = []
    public internal(set) var clock: ClockStatement?
    /// Every approval that was ever given, used and expired ones included.
    public internal(set) var approvals: [BlockID: RegisteredApproval] = [:]
    /// The last block about each scope, in the order of registration; those that have run out included.
    public internal(set) var holds: [RegisteredHold] = []
    /// Every purge that was ever ordered, in order.
    public internal(set) var purges: [RegisteredPurge] = []
    /// Every registered block, of any kind, with its index.
    public internal(set) var registered: [BlockID: UInt64] = [:]
    /// The roots of a key in the order of registration.
    var rootsByKey: [KeyID: [BlockID]] = [:]

    /// What the recovery quorum has ordered, in order.
    public internal(set) var recoveries: [RegisteredRecovery] = []

    /// - Parameters:
    ///   - authority: the first one of the vault; its successors follow from the blocks.
    ///   - quorum: the key of the recovery quorum; nil refuses every recovery.
    public init(vault: VaultID, authority: KeyID, quorum: KeyID? = nil) {
        self.vault = vault
        self.authority = authority
        self.quorum = quorum
    }

    // MARK: - Looking up

    /// The person a key belongs to, revoked or not: her entries stay hers.
    public func person(of key: KeyID) -> PersonID? { enrolments[key]?.person }

    /// All keys of a person, revoked ones included, in the order of their text.
    public func keys(of person: PersonID) -> [KeyID] {
        enrolments.values.filter { $0.person == person }.map(\.kid).sorted { $0.text < $1.text }
    }

    /// The persons who have a key that is not revoked.
    public var activePersons: Set<PersonID> {
        Set(enrolments.values.filter { revokedKeys[$0.kid] == nil }.map(\.person))
    }

    public func isRevoked(_ key: KeyID) -> Bool { revokedKeys[key] != nil }
    public func isRevoked(_ block: BlockID) -> Bool { revokedCapabilities[block] != nil }

    /// The newest root of a key that is not revoked, whatever its times; nil when the key itself is revoked.
    public func root(for key: KeyID) -> RegisteredCapability? { roots(for: key).last }

    /// The roots of a key that are not revoked, oldest first, whatever their times.
    public func roots(for key: KeyID) -> [RegisteredCapability] {
        guard !isRevoked(key) else { return [] }
        return (rootsByKey[key] ?? []).filter { !isRevoked($0) }.compactMap { capabilities[$0] }
    }

    /// The policy in force.
    public var policy: PolicyPin? { policies.last }

    /// Every registered capability in whose chain a key takes part, as issuer or as holder, oldest first.
    public func chains(through key: KeyID) -> [RegisteredCapability] {
        capabilities.values
            .filter { $0.chain.links.contains { $0.block.issuer == key || $0.block.audience == key } }
            .sorted { ($0.index, $0.id.text) < ($1.index, $1.id.text) }
    }

    /// Throws when a key or a block of a capability's chain has been revoked.
    public func requireUnrevoked(_ capability: RegisteredCapability) throws(BlockRefusal) {
        try requireUnrevoked(capability.chain)
    }

    /// Whether a capability may still be used at `now`, seconds since 1970, as far as blocks tell: its budget and its
    /// order are known elsewhere.
    public func isAlive(_ capability: RegisteredCapability, now: Int64) -> Bool {
        do throws(BlockRefusal) {
            try requireUnrevoked(capability.chain)
            for link in capability.chain.links { try Chain.checkTime(of: link.block, at: now) }
            return true
        } catch { return false }
    }

    /// Forgets what was lent and approved and ran out before `seconds` since 1970, so that a state does not grow with
    /// every delivery. Nothing derived from it can be alive: no block outlives its parent. Who verifies a log keeps all.
    public mutating func forget(endedBefore seconds: Int64) {
        for (id, capability) in capabilities where !capability.isRoot && capability.block.expires < seconds {
            capabilities[id] = nil
            registered[id] = nil
        }
        for (id, approval) in approvals where approval.expires < seconds {
            approvals[id] = nil
            registered[id] = nil
        }
    }

    /// What `Chain.check` needs to check envelopes against this state.
    public var context: Chain.Context {
        Chain.Context(
            vault: vault, authority: authority, revokedKeys: Set(revokedKeys.keys),
            revokedBlocks: Set(revokedCapabilities.keys), registered: Set(registered.keys))
    }
}
