import ArgumentParser
import CanonicalJSON
import Console
import VaultModel
import Wire

struct StatusCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "What the broker is doing, and what it warns of.",
        discussion: "Needs no identity.\n\nExample: coffer status --dir /srv/coffer")

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let status = try await Session.anonymous(options).statusOrFailure()
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
