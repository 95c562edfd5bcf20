public import Authority
import Primitives
public import VaultModel

/// Who the keys of the log belong to, and what became of their rights: read from the blocks that its entries name.
public struct LogStaff: Sendable {
    private var enrolments: [KeyID: EnrolBlock] = [:]
    private var roots: [KeyID: (id: BlockID, block: CapabilityBlock)] = [:]
    private var endedKeys: Set<KeyID> = []
    private var endedBlocks: Set<BlockID> = []
    /// The key that signs the vault's blocks, once it is known.
    var authority: KeyID?

    /// Blocks that say who somebody is or end her right, in the order of their entries. Fetch each and give it to `learn`.
    public private(set) var wanted: [BlockID] = []

    public init() {}

    /// Looks at an entry. What is lent is left out: there is far more of it, and it says nothing about who is who.
    public mutating func take(_ core: EntryCore) {
        guard core.decision == .allow, [.enrol, .role, .revoke, .offboard].contains(core.kind),
            let id = Hex.decode(core.object).flatMap({ BlockID($0) })
        else { return }
        wanted.append(id)
    }

    /// Takes the blocks that `wanted` names, in that order.
    public mutating func learn(_ signed: SignedBlock) {
        switch signed.block {
        case .enrol(let block): enrolments[block.kid] = block
        case .capability(let block) where block.parent == nil: roots[block.audience] = (signed.id, block)
        case .revoke(let block):
            endedKeys.formUnion(block.kids)
            endedBlocks.formUnion(block.caps)
        default: break
        }
    }

    /// Whose key it is; nil where no enrolment is known.
    public func person(of kid: KeyID) -> PersonID? { enrolments[kid]?.person }

    /// Rights due for review at `now`, seconds since 1970, or ended for want of one; the oldest first.
    func overdue(now: Int64, days: Int) -> [LogReport.Overdue] {
        var rows: [LogReport.Overdue] = []
        for (kid, enrolment) in enrolments where !endedKeys.contains(kid) {
            guard let root = roots[kid], !endedBlocks.contains(root.id) else { continue }
            let review = AuthorityState.review(of: root.block, now: now, days: days)
            guard review == .due || review == .dead else { continue }
            rows.append(
                LogReport.Overdue(
                    actor: actor(kid, enrolment.role.text),
                    hasEnded: review == .dead, given: root.block.notBefore * 1_000, expires: root.block.expires * 1_000)
            )
        }
        return rows.sorted { ($0.given, $0.actor.kid) < ($1.given, $1.actor.kid) }
    }
}
