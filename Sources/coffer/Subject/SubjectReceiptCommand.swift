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

            Level E0: erased from the live system; archives of keys from before may hold the key until archives_until. \
            Level E1: no archive holds the key any more. The broker sees no target: it says so by the report that coffer \
            backup run and coffer backup prune apply make of all targets that their device knows.

            Members of --json: those of the statement, with level, archives (none, keyring, gone), archives_until, \
            archives_reported, archives_oldest, archives_targets, archives_report_entry (E1), archives_entry, \
            erased_at_entry, receipt_entry, residual, statement, archives_statement, entry.

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
            let (statement, archives) = Self.open(envelope, reply.message, session.identity.broker.logKey)
        else {
            throw Failure(
                code: "integrity", why: "receipt", message: "the receipt is not signed by the log's key",
                hint: "the log export has the entry; tell the owner", exitCode: 6)
        }
        let page = ErasurePage(
            statement, archives, entries: [erasure.doneEntry, erasure.archivesEntry], language: language, clock: .here)
        try file?.write(page.html)
        var members = (try? JSONValue.parse(envelope.payload, limits: .signed).objectValue) ?? [:]
        members["at"] = .string(Moment.iso(statement.at))
        members["requested"] = .string(Moment.iso(statement.requested))
        members["erased_at_entry"] = .count(statement.entry)
        members["receipt_entry"] = .count(erasure.doneEntry)
        members["residual"] = .string(ErasurePage.residual)
        members["statement"] = reply.message.statement
        members["archives_until"] = .string(
            archives == nil && statement.archivesUntil > 0 ? Moment.iso(statement.archivesUntil) : "")
        if let archives {
            members["level"] = .string(ErasureArchivesStatement.level)
            members["archives"] = "gone"
            members["archives_reported"] = .string(Moment.iso(archives.reported))
            members["archives_oldest"] = .string(Moment.iso(archives.oldest))
            members["archives_targets"] = .integer(archives.targets)
            members["archives_report_entry"] = .count(archives.report)
            members["archives_entry"] = .count(erasure.archivesEntry)
            members["archives_statement"] = reply.message.archives
        }
        output.answer(reply.members(members)) { Self.text(statement, archives, erasure, output) }
        output.entry(reply.entry)
    }

    /// Both statements, believed by the log's key. The first one may be of a life of the vault before this: then it is
    /// believed because the second names it.
    private static func open(
        _ envelope: DSSEEnvelope, _ reply: GetErasureReceipt.Reply, _ key: VerifierKey
    ) -> (ErasureStatement, ErasureArchivesStatement?)? {
        let erasure = reply.erasure
        var archives: ErasureArchivesStatement?
        if erasure.level == .archives {
            guard let second = try? DSSEEnvelope(reply.archives),
                let opened = try? ErasureArchivesStatement.open(second, key: key)
            else { return nil }
            archives = opened
        }
        let signed = try? ErasureStatement.open(envelope, key: key)
        let named = archives.flatMap { try? ErasureStatement.open(envelope, sha256: $0.first) }
        guard let statement = signed ?? named, statement.customer == erasure.number, statement.id == erasure.id,
            archives?.follows(statement) != false
        else { return nil }
        return (statement, archives)
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

    private static func text(
        _ statement: ErasureStatement, _ archives: ErasureArchivesStatement?, _ erasure: ErasureState,
        _ output: Output
    ) -> String {
        var list = LabelList()
        list.add("customer", statement.customer.text)
        list.add("erased", Moment.local(statement.at))
        list.add(
            "level",
            archives == nil
                ? "\(ErasureStatement.level): live system"
                : "\(ErasureArchivesStatement.level): live system and archives")
        list.add("reason", statement.reason.rawValue)
        list.add("keys destroyed", "\(statement.keys)")
        list.add("records deleted", "\(statement.records - statement.kept)")
        list.add("kept without her", "\(statement.kept) (settlement)")
        list.add("archives", archivesText(statement, archives))
        list.add("ledger", "line \(statement.ledger)")
        let entries =
            [statement.request, statement.entry, erasure.doneEntry] + (archives == nil ? [] : [erasure.archivesEntry])
        list.add("entries", entries.map(String.init).joined(separator: ", "))
        list.add("id", statement.id)
        list.add("not undone", ErasurePage.residual)
        return list.rendered(paint: output.paint)
    }

    private static func archivesText(_ statement: ErasureStatement, _ archives: ErasureArchivesStatement?) -> String {
        if let archives {
            return "none holds the key, as reported by the operator on \(Moment.local(archives.reported)) of "
                + "\(archives.targets) targets (entry \(archives.report))"
        }
        guard statement.archivesUntil > 0 else { return "none was ever made" }
        return "keys archived before may be kept until \(Moment.local(statement.archivesUntil)); the newest three stay "
            + "longer where no new ones are made"
    }
}
