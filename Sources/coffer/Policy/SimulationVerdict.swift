import Authority
import CanonicalJSON
import Client
import Console
import Policy
import VaultModel
import Wire

/// What would become of a request: the blocks first, then the policy, then the limits, as at the broker.
struct SimulationVerdict {
    let decision: String
    /// The reason as the log would have it; empty when it is allowed.
    let why: String
    let detail: String
    private let simulation: Simulation
    private let person: SimulatedPerson?

    init(_ simulation: Simulation, _ ask: PolicyAsk, _ person: SimulatedPerson?) {
        self.simulation = simulation
        self.person = person
        // A refused request shows no form; the blocks are asked about the one that was wanted.
        if let reason = person?.obstacle(to: ask, form: simulation.form ?? ask.form) {
            (decision, why, detail) = ("deny", reason.rawValue, RefusalText.message(reason))
            return
        }
        switch simulation.decision {
        case .deny(let reason, let text): (decision, why, detail) = ("deny", reason.rawValue, text)
        case .approval(let persons):
            (decision, why) = ("approval-required", Reason.approvalRequired.rawValue)
            detail = "\(persons) other person\(persons == 1 ? "" : "s") must approve"
        case .allow:
            if ask.act.opensRecords, person?.right.known.quota.left == 0 {
                (decision, why, detail) = ("deny", Reason.rate.rawValue, RefusalText.message(.rate))
            } else {
                (decision, why, detail) = ("allow", "", "")
            }
        }
    }

    // MARK: - The answer

    func members(policy: PolicyDocument, role: RoleName) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "approvals": .count(simulation.approvals), "decision": .string(decision), "detail": .string(detail),
            "form": .string(simulation.form?.rawValue ?? ""), "policy": .string(policy.sha256),
            "role": .string(role.text), "rule": .string(simulation.rules.first?.path ?? ""), "why": .string(why),
        ]
        members["rules"] = .array(
            simulation.rules.map { rule in
                ["line": .count(rule.line ?? 0), "path": .string(rule.path), "text": .string(rule.text)]
            })
        if let limits = simulation.limits {
            members["limits"] = [
                "list_rows": .count(limits.listRows), "opens_per_10_minutes": .count(limits.opensPer10Minutes),
                "opens_per_day": .count(limits.opensPerDay),
            ]
        }
        members["person"] = person.map(Self.json)
        return members
    }

    private static func json(_ person: SimulatedPerson) -> JSONValue {
        let (enrolment, known) = (person.right.enrolment, person.right.known)
        let expires = person.right.root?.expires
        return [
            "expires": .string(expires.map { Moment.iso($0 * 1_000) } ?? ""), "kid": .string(enrolment.kid.text),
            "name": .string(person.name), "nda": .string(enrolment.nda?.text ?? ""), "quota": known.quota.jsonValue,
            "review": .string(person.review?.rawValue ?? ""), "revoked": .bool(known.isRevoked),
            "training": .string(enrolment.training?.text ?? ""),
            "uid": .string(enrolment.uid.map(String.init) ?? ""),
        ]
    }

    func text(_ output: Output) -> String {
        var list = LabelList()
        list.add("decision", decision, ink: decision == "allow" ? .good : .error)
        if !why.isEmpty { list.add("why", "\(why): \(detail)") }
        if let form = simulation.form { list.add("form", form.rawValue) }
        if simulation.approvals > 0 { list.add("approvals", "\(simulation.approvals)") }
        list.add(
            simulation.rules.count == 1 ? "rule" : "rules",
            simulation.rules.map { rule in
                rule.text + " (" + rule.path + (rule.line.map { ", line \($0)" } ?? "") + ")"
            })
        if let limits = simulation.limits {
            list.add("limits", "\(limits.opensPer10Minutes) in 10 minutes, \(limits.opensPerDay) a day")
        }
        if let person { add(person, to: &list) }
        return list.rendered(paint: output.paint)
    }

    private func add(_ person: SimulatedPerson, to list: inout LabelList) {
        let (enrolment, quota) = (person.right.enrolment, person.right.known.quota)
        list.add("left", "\(quota.left) of \(quota.limit) (\(quota.window.rawValue))")
        list.add("agreement", enrolment.nda?.text ?? "none")
        list.add("training until", enrolment.training?.text ?? "none")
        if let root = person.right.root {
            list.add("right until", Moment.local(root.expires * 1_000))
            list.add("review", person.review?.rawValue ?? "")
        }
        if let uid = enrolment.uid { list.add("bound to user", "\(uid)") }
    }
}

extension Act {
    /// Acts whose answers count as opened records.
    fileprivate var opensRecords: Bool { [.read, .match, .find].contains(self) }
}
