import Authority
import Client
import Console
import VaultModel
import Wire

/// Asks the owner at a terminal about one right after the other. What is not clearly answered is skipped.
struct ReviewWalk {
    let output: Output
    /// From when on the use of rights is known, seconds since 1970.
    let knownSince: Int64

    func ask(
        _ members: [ListStaff.Member], _ rights: [KeyID: SignedRight]
    ) throws(Failure) -> [(member: ListStaff.Member, decision: ReviewDecision)] {
        output.note(StaffTable.knowledge(knownSince))
        var plan: [(member: ListStaff.Member, decision: ReviewDecision)] = []
        for member in members {
            guard let right = rights[member.kid] else { continue }
            describe(member, right)
            guard let decision = ask(right) else { break }
            plan.append((member, decision))
        }
        return plan
    }

    /// Nil when the person stops here. What cannot be done is asked again.
    private func ask(_ right: SignedRight) -> ReviewDecision? {
        while true {
            output.note("renew (r), narrow to what was used (n), end (e), skip (Enter), stop here (q)?")
            guard let line = readLine(strippingNewline: true), line != "q" else { return nil }
            let decision = Self.decision(line)
            guard decision == .narrow, right.known.acts.isEmpty else { return decision }
            output.note("nothing of it is known to be used: renew or end it")
        }
    }

    static func decision(_ line: String) -> ReviewDecision {
        switch line {
        case "r": .renew
        case "n": .narrow
        case "e": .end
        default: .skip
        }
    }

    private func describe(_ member: ListStaff.Member, _ right: SignedRight) {
        output.note("")
        output.note("\(member.name), \(member.role), key \(Fingerprint.text(member.kid)): \(member.review)")
        let used = member.lastUsed == 0 ? "no use known" : "last used \(Moment.local(member.lastUsed * 1_000))"
        output.note("  until \(Moment.local(member.expires * 1_000)), \(used)")
        let (acts, purposes) = (right.known.acts.map(\.rawValue), right.known.purposes.map(\.text))
        output.note("  used: \((acts + purposes.map { "for " + $0 }).joined(separator: ", "))")
        if !member.unused.isEmpty {
            output.note("  not used: \(member.unused.map(\.description).joined(separator: ", "))")
        }
    }
}
