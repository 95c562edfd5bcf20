import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import Host
import Wire

struct RequestApproveCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approve another person's request, once.",
        discussion: """
            Shows what is asked for and asks before it signs. The approval lives for 4 hours and is used up by the one \
            thing it is for.

            Example: coffer request approve r_0123456789abcdefghjkmnpqrs
            """)

    @Argument(help: ArgumentHelp("The request's id.", valueName: "id"))
    var id: String

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var options: GlobalOptions

    /// An approval lives a minute less than it might: the clocks of this device and the broker may differ.
    private static let marginSeconds: Int64 = 60

    func perform(_ output: Output) async throws {
        let id = try Arguments.request(id)
        let session = try await Session.open(options, output)
        let shown = try ShownRequest(
            try await session.call(ShowRequest.self, .init(), RequestScope(ref: id)).message, of: session.vault)
        guard shown.request.id.utf8.elementsEqual(id.utf8), shown.request.kind == .approval else {
            throw Failure(
                code: "conflict", why: "conflict", message: "this request waits for a review, not for an approval",
                hint: "coffer request review ID", exitCode: 7)
        }
        output.write(Array(shown.text(paint: output.notesPaint).utf8), to: .notes)
        if !yes { try Self.confirm() }
        let now = session.nowSeconds + session.clockOffsetSeconds
        let block = ApproveBlock(
            header: BlockHeader(vault: session.vault, issuer: session.identity.kid, at: now), head: shown.members,
            expires: min(now + ApproveBlock.longestSeconds - Self.marginSeconds, shown.request.expires))
        let envelope = try session.signer.seal(block)
        let reply = try await session.call(
            ApproveRequest.self, .init(block: envelope.value), RequestScope(object: envelope.object, ref: id))
        var members = shown.request.members
        members["approvals"] = .integer(reply.message.approvals)
        members["needed"] = .integer(reply.message.needed)
        output.answer(
            reply.members([
                "expires": .string(Moment.iso(block.expires * 1_000)), "requests": [.object(members)],
            ])
        ) { "approved, \(reply.message.approvals) of \(reply.message.needed)\n" }
        output.entry(reply.entry)
    }

    private static func confirm() throws(Failure) {
        let answer: String
        do throws(Terminal.PromptFailure) { answer = try Terminal.ask("approve this? [y/N] ") } catch {
            guard error == .noTerminal else { throw .usage("nothing was approved", why: "not-confirmed") }
            throw .usage(
                "there is no terminal to ask on", hint: "read the request, then add --yes", why: "no-terminal")
        }
        guard ["y", "yes"].contains(answer.lowercased()) else {
            throw .usage("nothing was approved", why: "not-confirmed")
        }
    }
}
