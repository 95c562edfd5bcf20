import AccessLog
import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import Host
import Primitives
import VaultModel
import Wire

struct LogExportCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the log, or what of it concerns somebody, into a folder that anybody can verify.",
        discussion: """
            The folder appears once it is complete. --since is included, --until is not; both take 2026-11-21 or \
            2026-11-21T08:00+08:00.

            Example: coffer log export --out export-2026-11 --since 2026-11-01 --until 2026-12-01
            """)

    @Option(help: ArgumentHelp("The new folder.", valueName: "dir"), completion: .directory)
    var out: String

    @Option(help: ArgumentHelp("From this time on.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Before this time.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("Only entries about this customer: who saw her data.", valueName: "number"))
    var customer: String?

    @Option(help: ArgumentHelp("Only what this person did; a name, or an id p_….", valueName: "person"))
    var employee: String?

    @Option(help: ArgumentHelp("Only what was done under this lent capability.", valueName: "id"))
    var delegation: String?

    @Option(help: ArgumentHelp("Only for this purpose.", valueName: "purpose"))
    var purpose: String?

    @Option(
        help: ArgumentHelp("Only what was decided so: allow or deny.", valueName: "decision"),
        completion: .list(["allow", "deny"]))
    var decision: String?

    @Option(
        help: ArgumentHelp(
            "subject withholds subject and evidence of entries that name a customer.", valueName: "part"),
        completion: .list(["subject"]))
    var redact: String?

    @Option(
        help: ArgumentHelp(
            "An entry to write a tlog-proof file for; may be repeated.", valueName: "index"))
    var proof: [UInt64] = []

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        guard !Folder.exists(out) else {
            throw Failure.usage("the folder for the export is there already", hint: "name a new one", why: "out")
        }
        let filter = try Filter(self)
        let session = try await Session.open(options, output)
        let request = try await filter.request(session)
        let scope = RequestScope(customers: request.customer.map { [$0] } ?? [])
        let begun = try await session.call(BeginExport.self, request, scope)
        if let beyond = proof.first(where: { $0 >= begun.message.size }) {
            throw Failure.usage(
                "entry \(beyond) cannot be proved", hint: "the log has \(begun.message.size) entries", why: "proof")
        }
        let export = try await LogExport(
            session: session, begun: begun.message, out: out, output: output, proofs: proof
        ).run(scope)
        output.answer(
            begun.members([
                "checkpoint": .string(begun.message.checkpoint), "entries": .count(export),
            ])
        ) { "\(export) entries\n" }
        if !output.isJSON {
            output.entry(begun.entry)
            output.hint("check it, with the key that init printed: coffer log verify DIR --key LOGKEY")
        }
    }

    /// The options, checked before the broker is asked.
    private struct Filter {
        var since: Int64 = 0
        var until: Int64 = 0
        var customer: CustomerNumber?
        var employee: String?
        var delegation = ""
        var purpose: Purpose?
        var decision = ""
        var redact = false

        init(_ command: LogExportCommand) throws(Failure) {
            since = try Arguments.time(command.since, "--since")
            until = try Arguments.time(command.until, "--until")
            customer = try command.customer.map(Arguments.customer)
            employee = command.employee
            if let delegation = command.delegation {
                guard BlockID(delegation) != nil else {
                    throw .usage("this is not a capability's id", why: "delegation")
                }
                self.delegation = delegation
            }
            purpose = try command.purpose.map(Arguments.purpose)
            if let decision = command.decision {
                guard ["allow", "deny"].contains(decision) else {
                    throw .usage("--decision is allow or deny", why: "decision")
                }
                self.decision = decision
            }
            if let redact = command.redact {
                guard redact == "subject" else { throw .usage("--redact is subject", why: "redact") }
                self.redact = true
            }
        }

        func request(_ session: Session) async throws(Failure) -> BeginExport.Request {
            var person: PersonID?
            if let employee {
                person = PersonID(employee)
                if person == nil { person = try await session.person(named: employee, as: .logTail) }
            }
            return BeginExport.Request(
                since: since, until: until, customer: customer, employee: person, delegation: delegation,
                purpose: purpose, decision: decision, redact: redact)
        }
    }
}
