import ArgumentParser
import CanonicalJSON
import Client
import Console
import Wire

struct ScrubCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "scrub",
        abstract: "Verify every record while the shop goes on working.",
        discussion: """
            Opens every field in the broker, checks every seal, compares the look-up index with the records, and counts \
            keys that belong to nobody. Nothing of what is opened is shown. What is wrong is listed and exits 6; an index \
            that is wrong can be put right with --repair-index.

            Members of --json: state, done, total, opened, repaired, orphans, findings [{record, kind, problem}], entry.

            Example: coffer scrub --rate 500
            """)

    @Option(help: ArgumentHelp("Records a second at the most.", valueName: "n"))
    var rate: Int64 = 2_000

    @Flag(help: "Put the index right where it differs from the records.")
    var repairIndex = false

    @Flag(help: "Only show what the scrub that runs, or the last one, has found.")
    var status = false

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        guard (1...100_000).contains(rate) else {
            throw Failure.usage("--rate is 1 to 100000 records a second", why: "rate")
        }
        let session = try await Session.open(options, output)
        if !status { _ = try await session.call(BeginScrub.self, .init(rate: rate, repairs: repairIndex)) }
        let reply = try await wait(session, output)
        let found = reply.message
        output.answer(
            reply.members([
                "done": .integer(found.done), "findings": .array(found.findings.map(\.jsonValue)),
                "opened": .integer(found.opened), "orphans": .integer(found.orphans),
                "repaired": .integer(found.repaired), "state": .string(found.state), "total": .integer(found.total),
            ])
        ) { text(found) }
        output.entry(reply.entry)
        guard let failure = failure(found) else { return }
        // A script has its object already.
        guard !output.isJSON else {
            output.warning(failure.message)
            throw EndedWith(exitCode: failure.exitCode)
        }
        throw failure
    }

    private func failure(_ found: ScrubStatus.Reply) -> Failure? {
        if found.state == "failed" {
            return Failure(
                code: "unavailable", why: "unavailable", message: "the scrub stopped before its end",
                hint: "coffer doctor; then try again", exitCode: 5)
        }
        let isDamaged = found.findings.contains { $0.problem != "tags" }
        guard isDamaged || found.findings.count > Int(found.repaired) else { return nil }
        return Failure(
            code: "integrity", why: "integrity", message: "\(found.findings.count) records are not as they should be",
            hint: isDamaged
                ? "keep a copy of the vault's folder, find out who changed it, and restore these customers"
                : "put the index right: coffer scrub --repair-index", exitCode: 6)
    }

    private func wait(_ session: Session, _ output: Output) async throws -> Answer<ScrubStatus.Reply> {
        var progress = Progress("scrub", unit: .things("records"), output: output)
        defer { progress.finish() }
        while true {
            let reply = try await session.call(ScrubStatus.self, .init())
            if status || reply.message.state != "running" { return reply }
            progress.show(done: reply.message.done, of: reply.message.total)
            // Each look is an entry of the log: not too many of them.
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func text(_ found: ScrubStatus.Reply) -> String {
        var text = "\(found.state): \(found.done) of \(found.total) records, \(found.opened) fields opened"
        if found.repaired > 0 { text += ", \(found.repaired) put right in the index" }
        if found.orphans > 0 { text += ", \(found.orphans) keys of nobody" }
        return text + "\n" + found.findings.map { "\($0.problem)  \($0.kind)  \($0.record)\n" }.joined()
    }
}
