import AccessLog
import ArgumentParser
import Authority
import CanonicalJSON
import Console
import Host
import Pages
import Policy
import VaultModel
import Wire

struct LogReportCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "A month of the log as a page to read or print: who opened what, and what stands out.",
        discussion: """
            The page needs no script and no network. --json gives the same figures. With --from the entries come from \
            an export, which is verified first; that needs neither broker nor identity.

            Members of --json: month, since, until, made, vault, policy, entry, total, days, hours, people, customers, \
            purposes, denials, remarkable, remarks, emergencies, emergency_count, approvals, customer_exports, log_exports, \
            log_readings, erasures, erasure_counts, archives {made, carried, removed, drills, drills_failed, newest [{set, \
            time, index, person, name, kid, role}], newest_drills [{tier (T3 with the drill key, T4 with the recovery \
            cards), passed, took_ms, rpo_s, set, time, index, person, name, kid, role}]}, overdue, coverage, witness.

            Example: coffer log report --out november.html --month 2026-11 --lang zh
            """)

    @Option(help: ArgumentHelp("The new page. Not needed with --json.", valueName: "file"), completion: .file())
    var out: String?

    @Flag(help: "Replace the page if it is there.")
    var replace = false

    @Option(help: ArgumentHelp("The month. Default: the current one.", valueName: "yyyy-mm"))
    var month: String?

    @OptionGroup var source: LogSourceOptions
    @OptionGroup var options: GlobalOptions

    static let writesPages = true

    func perform(_ output: Output) async throws {
        guard out != nil || output.isJSON else {
            throw Failure.usage("name the page to write", hint: "--out FILE.html, or --json", why: "out")
        }
        let language = try options.pageLanguage()
        let asked = try month.map { (text) throws(Failure) in try ReportMonth(text) }
        let now = SystemClock().nowMilliseconds()
        _ = try asked?.period(now: now)
        let file = try out.map { (path) throws(Failure) in try PageFile(path, replaces: replace) }
        let export = try source.export()
        let month = asked ?? ReportMonth(of: export?.made ?? now)
        let period = try month.period(now: now)
        let reading: any LogReading
        if let export {
            reading = export
        } else {
            let session = try await Session.open(options, output)
            reading = try await BrokerReading.begin(.init(since: period.since, until: period.until), session)
        }
        let report = try await Self.report(period, reading, output)
        let names = try await reading.names()
        try await reading.end()
        try file?.write(
            ReportPage(report, language: language, names: names, clock: .here, isFromExport: export != nil).html)
        var members = report.members(names)
        members["month"] = .string(month.text)
        members["entry"] = reading.entry.map(JSONValue.count)
        output.answer(members) { report.summary(output) }
        if let entry = reading.entry { output.entry(entry) }
    }

    /// Reads everything once, then asks for the blocks that say who is who.
    private static func report(
        _ period: ReportPeriod, _ reading: any LogReading, _ output: Output
    ) async throws(Failure) -> LogReport {
        var builder = ReportBuilder(period)
        let checkpoint = try await reading.read(output) { builder.add($0) }
        try await reading.learn(&builder.staff)
        let policy = builder.newestPolicy.isEmpty ? nil : try await reading.policy(builder.newestPolicy)
        return builder.report(
            made: reading.made, reviewDays: policy?.reviewDays ?? Review.dueDays, checkpoint: checkpoint,
            authority: reading.authority, witnessed: reading.witnessed)
    }
}
