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
            With --follow new entries are shown as they come, with --json one object a line; each look is an entry, and \
            these of your own are left out.

            Example: coffer log tail -n 20
            """)

    @Option(name: .customShort("n"), help: ArgumentHelp("How many, at most 500.", valueName: "count"))
    var count: Int64 = 20

    @Flag(help: "Go on showing new entries until interrupted.")
    var follow = false

    @OptionGroup var options: GlobalOptions

    private static let pollSeconds = 5

    func perform(_ output: Output) async throws {
        guard (1...Int64(TailLog.mostEntries)).contains(count) else {
            throw Failure.usage("-n is 1 to \(TailLog.mostEntries)", why: "count")
        }
        let session = try await Session.open(options, output)
        let first = try await session.call(TailLog.self, .init(count: count, before: 0))
        show(first, first.message.entries, output)
        guard follow else {
            output.entry(first.entry)
            return
        }
        var next = first.message.size
        while true {
            try await Task.sleep(for: .seconds(Self.pollSeconds))
            let most = Int64(TailLog.mostEntries)
            let reply = try await session.call(TailLog.self, .init(count: most, before: 0))
            let fresh = reply.message.entries.filter { entry in
                guard let index = entry["seq"]?.integerValue, UInt64(index) >= next else { return false }
                return entry["act"]?.stringValue != Act.logTail.rawValue
                    || entry["kid"]?.stringValue != session.identity.kid.text
            }
            next = max(next, reply.message.size)
            if !fresh.isEmpty { show(reply, fresh, output) }
        }
    }

    private func show(_ reply: Answer<TailLog.Reply>, _ entries: [JSONValue], _ output: Output) {
        output.answer(reply.members(["entries": .array(entries), "size": .count(reply.message.size)])) {
            LogTable.text(entries, output)
        }
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
