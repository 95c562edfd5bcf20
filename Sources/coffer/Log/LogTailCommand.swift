import ArgumentParser
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct LogTailCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "The newest entries, oldest first.",
        discussion: """
            With --follow new entries are shown as they come, with --json one object a line. The session is one entry \
            of the log, its end another; Ctrl-C ends it.

            Example: coffer log tail -n 20
            """)

    @Option(name: .customShort("n"), help: ArgumentHelp("How many, at most 500.", valueName: "count"))
    var count: Int64 = 20

    @Flag(help: "Go on showing new entries until interrupted.")
    var follow = false

    @Option(help: ArgumentHelp("With --follow: end after so many minutes, 1 to 60.", valueName: "minutes"))
    var minutes: Int64?

    @OptionGroup var options: GlobalOptions

    private static let usualMinutes: Int64 = 15

    func perform(_ output: Output) async throws {
        guard (follow ? 0...Int64(TailLog.mostEntries) : 1...Int64(TailLog.mostEntries)).contains(count) else {
            throw Failure.usage("-n is 1 to \(TailLog.mostEntries)", why: "count")
        }
        guard follow || minutes == nil else { throw Failure.usage("--minutes goes with --follow", why: "minutes") }
        let minutes = minutes ?? Self.usualMinutes
        guard (1...BeginFollow.mostMinutes).contains(minutes) else {
            throw Failure.usage("--minutes is 1 to \(BeginFollow.mostMinutes)", why: "minutes")
        }
        let session = try await Session.open(options, output)
        guard !follow else {
            return try await LogFollow(session: session, output: output, minutes: minutes, count: count).run()
        }
        let reply = try await session.call(TailLog.self, .init(count: count, before: 0))
        var entries = reply.message.entries
        // What does not fit into one reply takes further ones, of which each is an entry.
        var (end, from) = (reply.entry, reply.message.from)
        while from > 0, end - from < UInt64(count) {
            let more = try await session.call(
                TailLog.self, .init(count: count - Int64(end - from), before: from)
            ).message
            guard more.from < from else { break }
            entries = more.entries + entries
            from = more.from
        }
        output.answer(reply.members(["entries": .array(entries), "size": .count(reply.message.size)])) {
            LogTable.text(entries, output)
        }
        output.entry(reply.entry)
    }
}

/// Cores of entries as a table.
enum LogTable {
    static func text(_ entries: [JSONValue], _ output: Output) -> String {
        var table = Table([
            .init("entry", .trailing), .init("time"), .init("kind"), .init("decision"), .init("reason"),
            .init("role", canShrink: true), .init("purpose", canShrink: true), .init("fields", canShrink: true),
            .init("form"), .init("n", .trailing),
        ])
        for entry in entries {
            func text(_ name: String) -> String { entry[name]?.stringValue ?? "" }
            func number(_ name: String) -> Int64 { entry[name]?.integerValue ?? 0 }
            let fields = (entry["fld"]?.arrayValue ?? []).compactMap(\.stringValue).joined(separator: " ")
            table.add([
                "\(number("seq"))", Moment.local(number("t"), seconds: true), text("kind"), text("dec"), text("why"),
                text("role"), text("pur"), fields, text("frm"), "\(number("n"))",
            ])
        }
        return table.rendered(width: output.width, paint: output.paint)
    }
}
