import ArgumentParser
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct SubjectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subject",
        abstract: "What customers have a right to: erasure.",
        subcommands: [
            SubjectEraseCommand.self, SubjectUndoCommand.self, SubjectListCommand.self, SubjectReceiptCommand.self,
        ])
}

extension ErasureState {
    /// As scripts read it: times in ISO 8601, empty where there is none.
    var members: [String: JSONValue] {
        var members = jsonValue.objectValue ?? [:]
        for (name, time) in [("requested", requested), ("due", due), ("done", done)] {
            members[name] = .string(time == 0 ? "" : Moment.iso(time))
        }
        return members
    }

    /// What has become of it, in a few words.
    var summary: String {
        switch state {
        case .pending: "frozen; to be erased after \(Moment.local(due))"
        case .begun: "frozen; being erased"
        case .done: "erased \(Moment.local(done))"
        case .undone: "taken back"
        }
    }
}

struct SubjectUndoCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Take an erasure back that has not been carried out.",
        discussion: """
            The customer's file is at once what it was. Who asked and who took it back stays in the log.

            Example: coffer subject undo C-7K3M-9QXD
            """)

    @Argument(help: ArgumentHelp("The customer's number.", valueName: "number"))
    var number: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let number = try Arguments.customer(number)
        let session = try await Session.open(options, output)
        let reply = try await session.call(UndoErasure.self, .init(), RequestScope(customers: [number]))
        let erasure = reply.message.erasure
        output.answer(reply.members(["erasure": .object(erasure.members)])) {
            "\(erasure.number.text)  \(erasure.summary)\n"
        }
        output.entry(reply.entry)
    }
}

struct SubjectListCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Erasures: under way and since when, due when, done, taken back.",
        discussion: """
            Levels: E0 erased from the live system, E1 also in no archive any more, by the operator's report.

            Members of --json: erasures [{id, number, state, reason, now, by, request_entry, requested, due, done_entry, \
            done, level, archives_entry}], entry.

            Example: coffer subject list
            """)

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let reply = try await session.call(ListErasures.self, .init())
        let erasures = reply.message.erasures
        output.answer(reply.members(["erasures": .array(erasures.map { .object($0.members) })])) {
            Self.text(erasures, output)
        }
        if erasures.isEmpty, !output.isJSON { output.note("nobody was to be erased") }
        output.entry(reply.entry)
    }

    private static func text(_ erasures: [ErasureState], _ output: Output) -> String {
        guard !erasures.isEmpty else { return "" }
        var table = Table([
            .init("customer"), .init("state"), .init("asked by", canShrink: true), .init("reason", canShrink: true),
            .init("asked"), .init("due"), .init("done"), .init("level"), .init("entry", .trailing),
        ])
        for erasure in erasures {
            table.add([
                erasure.number.text, erasure.state.rawValue, erasure.by, erasure.reason,
                Moment.local(erasure.requested), Moment.local(erasure.due),
                erasure.done == 0 ? "" : Moment.local(erasure.done), erasure.level?.rawValue ?? "",
                "\(erasure.requestEntry)",
            ])
        }
        return table.rendered(width: output.width, paint: output.paint)
    }
}
