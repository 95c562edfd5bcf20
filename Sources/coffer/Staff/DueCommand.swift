import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import Policy
import VaultModel
import Wire

struct DueCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "due",
        abstract: "What waits for you: requests to approve, emergencies to look at, rights to review.",
        discussion: "Example: coffer due")

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        var duties = try await session.call(ListRequests.self, .init()).message.requests.map(Duty.init)
        let rights = try await KnownRights.of(session)
        if rights.policy.allows(rights.role, .staff, "review") {
            duties += try await session.call(ListStaff.self, .init()).message.staff.compactMap(Duty.init)
        }
        duties.sort { ($0.due, $0.id) < ($1.due, $1.id) }
        output.answer(["duties": .array(duties.map(\.json))]) {
            guard !duties.isEmpty else { return "nothing is due\n" }
            var table = Table([.init("by"), .init("what"), .init("who", canShrink: true), .init("id", canShrink: true)])
            for duty in duties { table.add([Moment.local(duty.due * 1_000), duty.text, duty.who, duty.id]) }
            return table.rendered(width: output.width, paint: output.paint)
        }
        if !duties.isEmpty, !output.isJSON { output.hint("coffer request show ID, coffer staff review") }
    }
}

/// One thing that waits.
private struct Duty {
    let kind: String
    /// The request or the person.
    let id: String
    let who: String
    /// In words.
    let text: String
    /// Seconds since 1970.
    let due: Int64

    init(_ request: PendingRequest) {
        id = request.id
        who = request.isOwn ? "you" : request.name
        due = request.due == 0 ? request.expires : request.due
        switch request.kind {
        case .breakGlass: (kind, text) = ("breakglass", "an emergency to be reviewed")
        case .approval where request.isOwn:
            (kind, text) = ("own-request", "waits for others: \(request.approvals) of \(request.needed)")
        case .approval: (kind, text) = ("approval", "asks for an approval, for \(request.purpose)")
        }
    }

    /// Nil for a right that is not due.
    init?(_ member: ListStaff.Member) {
        guard member.state != "revoked", let review = Review(rawValue: member.review), review != .current else {
            return nil
        }
        kind = "review"
        id = member.person.text
        who = member.name
        text = review == .dead ? "the right has ended" : "the right is to be reviewed"
        due = member.expires
    }

    var json: JSONValue {
        [
            "due": .string(Moment.iso(due * 1_000)), "id": .string(id), "kind": .string(kind), "text": .string(text),
            "who": .string(who),
        ]
    }
}
