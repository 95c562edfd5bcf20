import ArgumentParser
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct RequestShowCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "One request in full.",
        discussion: "Example: coffer request show r_0123456789abcdefghjkmnpqrs")

    @Argument(help: ArgumentHelp("The request's id.", valueName: "id"))
    var id: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let id = try Arguments.request(id)
        let session = try await Session.open(options, output)
        let reply = try await session.call(ShowRequest.self, .init(), RequestScope(ref: id))
        let shown = try ShownRequest(reply.message)
        var members = shown.request.members
        members["head"] = reply.message.head
        output.answer(reply.members(["requests": [.object(members)]])) { shown.text(paint: output.paint) }
        output.entry(reply.entry)
    }
}

/// A request as a person reads it before she decides. What is asked for comes from the head itself, the one that an
/// approval signs; the broker's summary is believed for the name alone.
struct ShownRequest {
    let request: PendingRequest
    let members: [String: JSONValue]
    private let head: RequestHead

    init(_ reply: ShowRequest.Reply) throws(Failure) {
        request = reply.request
        guard let members = reply.head.objectValue, let head = try? RequestHead(withoutCounter: members) else {
            throw Failure(
                code: "internal", why: "head", message: "the request shown is not one this program understands",
                hint: "the broker is of another version; update the older of the two", exitCode: 70)
        }
        self.members = members
        self.head = head
    }

    func text(paint: Paint) -> String {
        var list = LabelList()
        list.add("request", request.id)
        list.add("asked by", request.name)
        list.add("wants to", head.act.rawValue)
        list.add("fields", head.fields.map(\.description).joined(separator: ", "))
        list.add("form", head.form?.rawValue ?? "the best one the role has")
        list.add("purpose", head.purpose)
        if !head.ref.isEmpty { list.add("about", head.ref) }
        list.add("customers", "\(head.customers.count)")
        list.add("state", request.state.rawValue)
        if request.kind == .approval { list.add("approvals", "\(request.approvals) of \(request.needed)") }
        list.add("asked at", Moment.local(request.created * 1_000))
        list.add(request.kind == .approval ? "until" : "review by", Moment.local(request.until * 1_000))
        return list.rendered(paint: paint)
    }
}
