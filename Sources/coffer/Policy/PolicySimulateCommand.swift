import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import Policy
import VaultModel
import Wire

struct PolicySimulateCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Say what would become of a request, and which rule decides. Reads nothing.",
        discussion: """
            Asks the policy in force, or a file with --policy. With --as the state of that person counts too: a right \
            that has ended, an agreement or a training that is missing, the limits. That takes a role that may list \
            the staff; --role and a file need no broker.

            Exit code 0 whatever the answer, 2 when a name is unknown.

            Example: coffer policy simulate --as "Li Hua" --action read --fields name,phone --purpose order
            """)

    @Option(name: .customLong("as"), help: ArgumentHelp("The person, as the staff list names her.", valueName: "name"))
    var person: String?

    @Option(help: ArgumentHelp("A role; with --as, which of the person's.", valueName: "role"))
    var role: String?

    @Option(help: ArgumentHelp("What is tried: read, find, write, export, delegate …", valueName: "act"))
    var action: String

    @Option(help: ArgumentHelp("The verb within a group of rights, e.g. set for enrol.", valueName: "verb"))
    var verb: String?

    @Option(help: ArgumentHelp("Fields separated by commas.", valueName: "fields"))
    var fields: String?

    @Option(help: ArgumentHelp("What for, as the policy names it.", valueName: "purpose"))
    var purpose: String?

    @Option(help: ArgumentHelp("full, masked or match.", valueName: "form"))
    var form: String?

    @Option(help: ArgumentHelp("For find: what is looked up by, e.g. phone.", valueName: "kind"))
    var lookup: String?

    @Option(help: ArgumentHelp("For list and write: the kind of record.", valueName: "record"))
    var record: String?

    @Option(name: .customLong("to"), help: ArgumentHelp("For delegate: the role that borrows.", valueName: "role"))
    var recipient: String?

    @Option(help: ArgumentHelp("How many other persons have approved.", valueName: "n"))
    var requestApprovals: Int = 0

    @Option(
        name: .customLong("policy"),
        help: ArgumentHelp("Ask this file instead of the policy in force.", valueName: "file"),
        completion: .file(extensions: ["yaml"]))
    var file: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        var role = try role.map(Arguments.role)
        guard role != nil || person != nil else {
            throw Failure.usage("name a person or a role", hint: "--as NAME or --role ROLE", why: "role")
        }
        var policy = try file.map { (path) throws(Failure) in try PolicyFile.parse(path, output) }
        var subject: SimulatedPerson?
        if policy == nil || person != nil {
            let session = try await Session.open(options, output)
            let asked: PolicyDocument
            if let policy { asked = policy } else { asked = try await session.policy() }
            policy = asked
            if let person {
                subject = try await SimulatedPerson(named: try Arguments.personName(person), role: role, session, asked)
            }
            role = subject?.role ?? role
        }
        guard let policy else { throw Failure.usage("name a policy", hint: "--policy FILE", why: "policy") }
        guard let role, policy.role(role) != nil else {
            throw Self.unknown("role", among: policy.roleNames.map(\.text))
        }
        let ask = try ask(policy)
        let verdict = SimulationVerdict(policy.simulate(role: role, ask: ask), ask, subject)
        output.answer(verdict.members(policy: policy, role: role)) { verdict.text(output) }
    }

    /// What is asked, every name checked against the policy: a misspelt one must not look like a right that is missing.
    private func ask(_ policy: PolicyDocument) throws(Failure) -> PolicyAsk {
        guard let act = Act(rawValue: action) else { throw Self.unknown("act", among: Act.allCases.map(\.rawValue)) }
        var ask = PolicyAsk(act: act, record: record, verb: verb, approvals: max(0, requestApprovals))
        if let fields { ask.fields = try FieldArguments.names(fields, record: record ?? "customer") }
        ask.purpose = try purpose.map(Arguments.purpose)
        if let form {
            guard let known = Form(rawValue: form) else {
                throw Self.unknown("form", among: Form.allCases.map(\.rawValue))
            }
            ask.form = known
        }
        if let lookup {
            guard let kind = LookupKind(rawValue: lookup) else {
                throw Self.unknown("lookup", among: LookupKind.allCases.map(\.rawValue))
            }
            ask.lookup = kind
        }
        if let recipient = try recipient.map(Arguments.role) {
            guard policy.role(recipient) != nil else { throw Self.unknown("role", among: policy.roleNames.map(\.text)) }
            ask.recipient = recipient
        }
        guard ask.fields.allSatisfy({ policy.field($0) != nil }) else { throw Self.unknown("field", among: []) }
        if let purpose = ask.purpose, !policy.declares(purpose) {
            throw Self.unknown("purpose", among: policy.purposes.map(\.text))
        }
        if let verb, case .verbs(_, let verbs) = ActRight(act), !verbs.contains(verb) {
            throw Self.unknown("verb", among: verbs)
        }
        if let record, policy.record(named: record) == nil {
            throw Self.unknown("record", among: policy.records.map(\.name))
        }
        return ask
    }

    private static func unknown(_ what: String, among names: [String]) -> Failure {
        .usage(
            "there is no such \(what)", hint: names.isEmpty ? "" : "one of: " + names.joined(separator: ", "), why: what
        )
    }
}
