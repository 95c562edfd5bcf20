import AccessLog
import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import Pages
import VaultModel
import Wire

struct SubjectReceiptCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipt",
        abstract: "The receipt of an erasure: what is gone, what stays, and what is not said.",
        discussion: """
            It is signed by the log's key and checked here. It names the customer by her random number alone. --out \
            writes it as a page to print.

            Example: coffer subject receipt C-7K3M-9QXD --out receipt.html
            """)

    @Argument(help: ArgumentHelp("The customer's number, or the erasure's id.", valueName: "number|id"))
    var subject: String

    @Option(
        name: [.short, .long], help: ArgumentHelp("The new page to print.", valueName: "file"), completion: .file())
    var out: String?

    @Flag(help: "Replace the page if it is there.")
    var replace = false

    @OptionGroup var options: GlobalOptions

    static let writesPages = true

    func perform(_ output: Output) async throws {
        let scope = try scope()
        let language = try options.pageLanguage()
        let file = try out.map { (path) throws(Failure) in try PageFile(path, replaces: replace) }
        let session = try await Session.open(options, output)
        let reply = try await session.call(GetErasureReceipt.self, .init(), scope)
        let erasure = reply.message.erasure
        guard let envelope = try? DSSEEnvelope(reply.message.statement),
            let statement = try? ErasureStatement.open(envelope, key: session.identity.broker.logKey),
            statement.customer == erasure.number, statement.id == erasure.id
        else {
            throw Failure(
                code: "integrity", why: "receipt", message: "the receipt is not signed by the log's key",
                hint: "the log export has the entry; tell the owner", exitCode: 6)
        }
        try file?.write(
            ErasurePage(statement, doneEntry: erasure.doneEntry, language: language, clock: .here).html)
        var members = (try? JSONValue.parse(envelope.payload, limits: .signed).objectValue) ?? [:]
        members["at"] = .string(Moment.iso(statement.at))
        members["requested"] = .string(Moment.iso(statement.requested))
        members["erased_at_entry"] = .count(statement.entry)
        members["receipt_entry"] = .count(erasure.doneEntry)
        members["residual"] = .string(ErasurePage.residual)
        members["statement"] = reply.message.statement
        output.answer(reply.members(members)) { Self.text(statement, erasure, output) }
        output.entry(reply.entry)
    }

    private func scope() throws(Failure) -> RequestScope {
        if let number = CustomerNumber(subject) { return RequestScope(customers: [number]) }
        guard OpaqueID.isRecord(subject) else {
            throw .usage(
                "this is neither a customer's number nor an erasure's id",
                hint: "a number looks like C-7K3M-9QXD; coffer subject list shows both", why: "number")
        }
        return RequestScope(ref: subject)
    }

    private static func text(_ statement: ErasureStatement, _ erasure: ErasureState, _ output: Output) -> String {
        var list = LabelList()
        list.add("customer", statement.customer.text)
        list.add("erased", Moment.local(statement.at))
        list.add("level", "\(ErasureStatement.level): live system")
        list.add("reason", statement.reason.rawValue)
        list.add("keys destroyed", "\(statement.keys)")
        list.add("records deleted", "\(statement.records - statement.kept)")
        list.add("kept without her", "\(statement.kept) (settlement)")
        list.add("archives", ErasureStatement.archives)
        list.add("ledger", "line \(statement.ledger)")
        list.add("entries", "\(statement.request), \(statement.entry), \(erasure.doneEntry)")
        list.add("id", statement.id)
        list.add("not undone", ErasurePage.residual)
        return list.rendered(paint: output.paint)
    }
}
