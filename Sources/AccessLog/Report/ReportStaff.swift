import Authority
import VaultModel

/// Who the keys of the log belong to, and what became of their rights: read from the blocks that its entries name.
struct ReportStaff {
    private var enrolments: [KeyID: EnrolBlock] = [:]
    private var roots: [KeyID: (id: BlockID, block: CapabilityBlock)] = [:]
    private var endedKeys: Set<KeyID> = []
    private var endedBlocks: Set<BlockID> = []

    /// Entries whose block says who somebody is or ends her right. What is lent is left out: there is far more of it.
    static func names(_ kind: EntryKind) -> Bool { [.enrol, .role, .revoke, .offboard].contains(kind) }

    /// Takes the blocks in the order of their entries.
    mutating func learn(_ signed: SignedBlock) {
        switch signed.block {
        case .enrol(let block): enrolments[block.kid] = block
        case .capability(let block) where block.parent == nil: roots[block.audience] = (signed.id, block)
        case .revoke(let block):
            endedKeys.formUnion(block.kids)
            endedBlocks.formUnion(block.caps)
        default: break
        }
    }

    func person(of kid: KeyID) -> PersonID? { enrolments[kid]?.person }

    /// Rights due for review at `now`, seconds since 1970, or ended for want of one; the oldest first.
    func overdue(now: Int64, days: Int) -> [LogReport.Overdue] {
        var rows: [LogReport.Overdue] = []
        for (kid, enrolment) in enrolments where !endedKeys.contains(kid) {
            guard let root = roots[kid], !endedBlocks.contains(root.id) else { continue }
            let review = AuthorityState.review(of: root.block, now: now, days: days)
            guard review == .due || review == .dead else { continue }
            rows.append(
                LogReport.Overdue(
                    actor: .init(person: enrolment.person.text, kid: kid.text, role: enrolment.role.text),
                    hasEnded: review == .dead, given: root.block.notBefore * 1_000, expires: root.block.expires * 1_000)
            )
        }
        return rows.sorted { ($0.given, $0.actor.kid) < ($1.given, $1.actor.kid) }
    }
}
