import ArgumentParser
import CanonicalJSON
import Client
import Console
import Policy
import VaultModel
import Wire

struct PolicyExplainCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say how a role may see and use a field, and by which rule.",
        discussion: """
            Explains the policy in force, or a file with --policy, which needs no broker.

            Example: coffer policy explain --role courier --field address
            """)

    @Option(help: ArgumentHelp("The role; your own if left out.", valueName: "role"))
    var role: String?

    @Option(help: ArgumentHelp("A field, e.g. address or order.amount.", valueName: "field"))
    var field: String

    @Option(
        name: .customLong("policy"),
        help: ArgumentHelp("Explain this file instead of the policy in force.", valueName: "file"),
        completion: .file(extensions: ["yaml"]))
    var file: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        var role = try role.map(Arguments.role)
        let field = try FieldArguments.name(field)
        let policy: PolicyDocument
        if let file {
            policy = try PolicyFile.parse(file, output)
        } else {
            let session = try await Session.open(options, output)
            policy = try await session.policy()
            if role == nil { role = try await session.whoAmI().role }
        }
        guard let role else { throw Failure.usage("name a role", hint: "--role ROLE", why: "role") }
        let lines = policy.explain(role: role, field: field)
        output.answer([
            "field": .string(field.description), "lines": .strings(lines), "policy": .string(policy.sha256),
            "role": .string(role.text),
        ]) { lines.map { TerminalText.safe($0) + "\n" }.joined() }
    }
}
