import VaultModel

/// What the recovery quorum ordered: a new authority, or who lives in a vault that was brought back.
public struct RegisteredRecovery: Hashable, Sendable {
    public let id: BlockID
    public let block: RecoverBlock
    public let index: UInt64
}

extension AuthorityState {
    /// A new authority signs from here on; what the old one has signed stays as it is. After a restore, every key that the
    /// quorum does not name is revoked, and everything lent or approved is void: the log may be older than the last
    /// leaver, the last revocation and the last use of a budget.
    mutating func register(_ block: RecoverBlock, _ id: BlockID, at index: UInt64) throws(BlockRefusal) {
        if let last = recoveries.last?.block.incarnation, block.incarnation < last { throw .value("incarnation") }
        switch block.replacement {
        case .authority(let key):
            guard key != authority, enrolments[key] == nil, !isRevoked(key) else { throw .authorityKey }
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
        recoveries.append(RegisteredRecovery(id: id, block: block, index: index))
    }

    /// The reason that stands in a revocation by a restore.
    static let restored = "restored"
}
