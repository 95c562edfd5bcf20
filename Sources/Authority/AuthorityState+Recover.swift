public import VaultModel

/// What the recovery quorum ordered: a new authority, or who lives in a vault that was brought back.
public struct RegisteredRecovery: Hashable, Sendable {
    public let id: BlockID
    public let block: RecoverBlock
    public let index: UInt64
    /// The authority that a new one took the place of; nil where the quorum named the keys that live.
    public let replaced: KeyID?
}

extension AuthorityState {
    /// A new authority signs from here on; what the old one has signed stays as it is. After a restore, every key that the
    /// quorum does not name is revoked, and everything lent or approved is void: the log may be older than the last
    /// leaver, the last revocation and the last use of a budget.
    mutating func register(_ block: RecoverBlock, _ id: BlockID, at index: UInt64) throws(BlockRefusal) {
        if let last = recoveries.last?.block.incarnation, block.incarnation < last { throw .value("incarnation") }
        var replaced: KeyID?
        switch block.replacement {
        case .authority(let key):
            // One that was replaced was lost or stolen: it never comes back.
            guard key != authority, enrolments[key] == nil, !isRevoked(key),
                !recoveries.contains(where: { $0.replaced == key })
            else { throw .authorityKey }
            replaced = authority
            authority = key
        case .keys(let living):
            let revocation = Revocation(block: id, index: index, reason: Self.restored)
            for key in enrolments.keys where !living.contains(key) && revokedKeys[key] == nil {
                revokedKeys[key] = revocation
            }
            for (capability, known) in capabilities where !known.isRoot && revokedCapabilities[capability] == nil {
                revokedCapabilities[capability] = revocation
            }
            approvals = approvals.filter { _ in false }
        }
        recoveries.append(RegisteredRecovery(id: id, block: block, index: index, replaced: replaced))
    }

    /// The same where another key is known to rule: for single blocks that were verified outside a log, whose signers are
    /// known to have been the authority one after the other.
    public func ruled(by authority: KeyID) -> AuthorityState {
        var state = self
        state.authority = authority
        return state
    }

    /// Whether a key is the authority, or was until the last order of the quorum: what a file that is written after the
    /// log may say after a crash in between.
    public func isAuthority(_ key: KeyID, orWasUntilLastRecovery incarnation: UInt64) -> Bool {
        if key == authority { return true }
        guard let last = recoveries.last, last.block.incarnation == Int64(clamping: incarnation) else { return false }
        return last.replaced == key
    }

    /// The reason that stands in a revocation by a restore.
    static let restored = "restored"
}
