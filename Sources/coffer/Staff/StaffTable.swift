import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

/// Keys of people, as lists show them.
enum StaffTable {
    static func text(_ staff: [ListStaff.Member], _ output: Output) -> String {
        var table = Table([
            .init("name", canShrink: true), .init("role", canShrink: true), .init("state"), .init("until"),
            .init("review"), .init("last used"), .init("unused", .trailing), .init("agreement"), .init("training"),
            .init("person", canShrink: true),
        ])
        for member in staff {
            table.add([
                member.name, member.role.text, member.state, moment(member.expires), member.review,
                moment(member.lastUsed), "\(member.unused.count)", member.nda, member.training, member.person.text,
            ])
        }
        return table.rendered(width: output.width, paint: output.paint)
    }

    /// The broker's members, times as ISO 8601.
    static func json(_ member: ListStaff.Member) -> JSONValue {
        var members = member.jsonValue.objectValue ?? [:]
        for (name, seconds) in [("expires", member.expires), ("last_used", member.lastUsed)] {
            members[name] = .string(seconds == 0 ? "" : Moment.iso(seconds * 1_000))
        }
        return .object(members)
    }

    /// How far back the two columns about use can be believed.
    static func knowledge(_ knownSince: Int64) -> String {
        "the use of rights is known since \(Moment.local(knownSince * 1_000))"
    }

    private static func moment(_ seconds: Int64) -> String { seconds == 0 ? "" : Moment.local(seconds * 1_000) }
}
