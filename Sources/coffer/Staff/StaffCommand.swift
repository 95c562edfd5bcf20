import ArgumentParser
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct StaffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "staff",
        abstract: "Invite people, approve their keys, list who has one.",
        subcommands: [
            StaffInviteCommand.self, StaffApproveCommand.self, StaffListCommand.self,
            StaffOffboardCommand.self, StaffReceiptCommand.self,
        ])
}

struct StaffListCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Everybody with a key: role, state, and until when.",
        discussion: "Example: coffer staff list")

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let reply = try await session.call(ListStaff.self, .init())
        let staff = reply.message.staff
        output.answer(reply.members(["staff": .array(staff.map(Self.json))])) {
            var table = Table([
                .init("name", canShrink: true), .init("role", canShrink: true), .init("state"), .init("until"),
                .init("agreement"), .init("training"), .init("person", canShrink: true),
            ])
            for member in staff {
                table.add([
                    member.name, member.role.text, member.state,
                    member.expires == 0 ? "" : Moment.local(member.expires * 1_000), member.nda, member.training,
                    member.person.text,
                ])
            }
            return table.rendered(width: output.width, paint: output.paint)
        }
        output.entry(reply.entry)
    }

    /// The broker's members, the time as ISO 8601.
    private static func json(_ member: ListStaff.Member) -> JSONValue {
        var members = member.jsonValue.objectValue ?? [:]
        members["expires"] = .string(member.expires == 0 ? "" : Moment.iso(member.expires * 1_000))
        return .object(members)
    }
}
