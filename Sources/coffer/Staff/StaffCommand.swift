import ArgumentParser
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct StaffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "staff",
        abstract: "Invite people, approve their keys, review their rights, let them go.",
        subcommands: [
            StaffInviteCommand.self, StaffApproveCommand.self, StaffSetCommand.self, StaffListCommand.self,
            StaffReviewCommand.self, StaffOffboardCommand.self, StaffReceiptCommand.self,
        ])
}

struct StaffListCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Everybody with a key: role, state, until when, and what of the right is used.",
        discussion: """
            "unused" counts the fields that the right covers and nobody used it for in the last 90 days, as far as the \
            broker knows; --json names them.

            Example: coffer staff list
            """)

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let reply = try await session.call(ListStaff.self, .init())
        let staff = reply.message.staff
        output.answer(
            reply.members([
                "known_since": .string(Moment.iso(reply.message.knownSince * 1_000)),
                "staff": .array(staff.map(StaffTable.json)),
            ])
        ) { StaffTable.text(staff, output) }
        output.entry(reply.entry)
        if !output.isJSON { output.note(StaffTable.knowledge(reply.message.knownSince)) }
    }
}
