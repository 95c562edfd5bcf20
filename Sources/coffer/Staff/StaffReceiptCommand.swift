import AccessLog
import ArgumentParser
import Authority
import CanonicalJSON
import Console
import Host
import VaultModel

struct StaffReceiptCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipt",
        abstract: "Check the receipt of an offboarding, without broker or vault.",
        discussion: """
            Checks the statement's signature by the log's key, and that the log's entry of the same number is the \
            one it speaks of.

            Example: coffer staff receipt lin.json --key LOGKEY
            """)

    @Argument(help: ArgumentHelp("The receipt.", valueName: "file"), completion: .file())
    var file: String

    @Option(help: ArgumentHelp("The log's key, as init printed it.", valueName: "logkey"))
    var key: String

    @OptionGroup var options: GlobalOptions

    private static let limits = JSONLimits(maxBytes: 16 * 1_024 * 1_024, maxDepth: 8, names: .any)

    func perform(_ output: Output) async throws {
        guard let key = VerifierKey(key) else {
            throw Failure.usage("this is not a log's key", hint: "init printed it as log_key", why: "key")
        }
        let statement = try Self.statement(in: file, key)
        output.answer([
            "at": .string(Moment.iso(statement.at)), "chains_killed": .integer(statement.killed),
            "entry": .count(statement.entry), "kids": .strings(statement.keys.map(\.text)), "ok": true,
            "person": .string(statement.person.text),
        ]) {
            var list = LabelList()
            list.add("receipt", "genuine")
            list.add("person", statement.person.text)
            list.add("keys ended", Moment.local(statement.at))
            list.add("entry", "\(statement.entry)")
            list.add("capabilities ended", "\(statement.killed)")
            return list.rendered(paint: output.paint)
        }
    }

    private static func statement(in file: String, _ key: VerifierKey) throws -> OffboardingStatement {
        let bytes: [UInt8]
        do throws(HostError) { bytes = try DurableFile.read(file, limit: limits.maxBytes) } catch {
            throw Failure(
                code: "not-found", why: "receipt", message: "the receipt cannot be read: \(error.reason)",
                hint: "name the file that staff offboard --receipt wrote", exitCode: 4)
        }
        let text = bytes.last == 0x0A ? Array(bytes.dropLast()) : bytes
        guard let value = try? JSONValue.parse(text, limits: limits), let envelope = value["statement"],
            let receipt = value["receipt"]?.stringValue,
            let dsse = try? DSSEEnvelope(envelope), let parsed = try? Receipt(parsing: Array(receipt.utf8))
        else { throw forged("this is no receipt of an offboarding, or it was edited") }
        guard let statement = try? OffboardingStatement.open(dsse, key: key) else {
            throw forged("the statement is not signed by this log's key")
        }
        guard let opened = try? parsed.open(logKey: key) else { throw forged("the entry is not in this log") }
        guard parsed.index == statement.entry, opened.core.kind == .offboard, opened.core.decision == .allow else {
            throw forged("the entry is not the one that the statement speaks of")
        }
        // Beyond what one answer holds the list is incomplete, and says nothing.
        let killed = (value["killed"]?.arrayValue ?? []).compactMap(\.stringValue)
        guard Int64(killed.count) < statement.killed || OffboardingStatement.digest(of: killed) == statement.list else {
            throw forged("the list of what ended is not the one that the statement speaks of")
        }
        return statement
    }

    private static func forged(_ message: String) -> Failure {
        Failure(
            code: "check", why: "receipt", message: message, hint: "ask for the original; the log export has the entry",
            exitCode: 1)
    }
}
