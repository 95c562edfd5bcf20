import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import Policy
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
        let shown = try ShownRequest(reply.message, of: session.vault)
        var members = shown.request.members
        members["head"] = reply.message.head
        if shown.block != nil { members["block"] = reply.message.block }
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
    /// The signed block that the head names by its hash, where it names one.
    let envelope: DSSEEnvelope?
    let block: Block?

    init(_ reply: ShowRequest.Reply, of vault: VaultID) throws(Failure) {
        request = reply.request
        guard let members = reply.head.objectValue, let head = try? RequestHead(withoutCounter: members) else {
            throw Failure(
                code: "internal", why: "head", message: "the request shown is not one this program understands",
                hint: "the broker is of another version; update the older of the two", exitCode: 70)
        }
        self.members = members
        self.head = head
        guard reply.block != .object([:]) else {
            (envelope, block) = (nil, nil)
            return
        }
        // What is approved is the hash in the head: a block shown beside it must be the one that has it.
        guard let envelope = try? DSSEEnvelope(reply.block), envelope.object.utf8.elementsEqual(head.object.utf8),
            let signed = try? Block.open(envelope, vault: vault), signed.issuer == reply.request.kid
        else {
            throw Failure(
                code: "integrity", why: "integrity", message: "the broker shows another block than the request names",
                hint: "approve nothing; tell the owner", exitCode: 6)
        }
        (self.envelope, self.block) = (envelope, signed.block)
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
        if case .purge(let order)? = block {
            list.add(
                "destroys",
                order.parts.joined(separator: " and ") + " of entries "
                    + order.ranges.map { "\($0.lowerBound) to \($0.upperBound)" }.joined(separator: ", "))
            list.add("by the rule", order.rule)
        }
        if head.act == .erase, let order = ErasureOrder(digest: head.object) {
            list.add("erases", head.customers.joined(separator: ", "))
            list.add("because", order.reason.rawValue)
            list.add("waits", order.isNow ? "no: it cannot be taken back" : "yes: it can be taken back")
        }
        list.add("customers", "\(head.customers.count)")
        list.add("state", request.state.rawValue)
        if request.kind == .approval { list.add("approvals", "\(request.approvals) of \(request.needed)") }
        list.add("asked at", Moment.local(request.created * 1_000))
        list.add(request.kind == .approval ? "until" : "review by", Moment.local(request.until * 1_000))
        return list.rendered(paint: paint)
    }
}
