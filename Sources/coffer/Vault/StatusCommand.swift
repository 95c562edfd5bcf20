import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import VaultModel
import Wire

struct StatusCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "What the broker is doing, and what it warns of.",
        discussion: """
            Needs no identity.

            Members of --json: state, profile, vault_id, incarnation, log_size, customers, policy, unattended, overdue, \
            witnesses (how many), witness{name, size, time} (the last cosigned checkpoint, time in seconds since 1970; \
            empty for none), archives{made, stored, t3, t3_took, t4, t4_took, drill_key} (times in milliseconds since 1970, 0 \
            for none; empty without recovery cards), warnings[].

            Example: coffer status --dir /srv/coffer
            """)

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let status = try await Session.anonymous(options).statusOrFailure()
        // Nobody signs a status; but a number below the one this device has seen signed needs no signature to alarm.
        if status.logSize > 0, let seen = try Session.rememberedSize(options, of: status.vault), status.logSize < seen {
            throw Failure(.log(.rollback(seen: seen, shown: status.logSize)))
        }
        let warnings = status.warnings + Self.overdue(status)
        var members = status.jsonValue.objectValue ?? [:]
        members["warnings"] = .strings(warnings)
        output.answer(members) {
            var list = LabelList()
            list.add("state", status.state.rawValue)
            list.add("vault", status.vault.description)
            list.add("profile", status.profile.rawValue)
            list.add("incarnation", "\(status.incarnation)")
            if status.state == .unsealed {
                list.add("log entries", "\(status.logSize)")
                list.add("customers", "\(status.customers)")
                list.add("policy", status.policy)
            }
            if let witness = status.witness {
                list.add(
                    "witness", "\(witness.name): \(witness.size) entries, \(Moment.local(witness.time * 1_000))")
            }
            if let archives = status.archives {
                list.add(
                    "last verified restorable",
                    Restorability(state: archives, now: SystemClock().nowMilliseconds()).verified)
            }
            list.add("unattended", status.unattended ? "yes" : "no")
            return list.rendered(paint: output.paint)
        }
        if !output.isJSON { warnings.forEach(output.warning) }
        if status.state == .sealed { output.hint("coffer unseal opens the vault") }
    }

    /// What the number of overdue rights means to a person.
    private static func overdue(_ status: StatusReply) -> [String] {
        switch status.overdue {
        case 0: []
        case 1: ["1 right is overdue for review: coffer staff review"]
        default: ["\(status.overdue) rights are overdue for review: coffer staff review"]
        }
    }
}
