import ArgumentParser
import CanonicalJSON
import Client
import Console
import Wire

struct RequestDenyCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "deny",
        abstract: "End another person's request without an approval.",
        discussion: "Example: coffer request deny r_0123456789abcdefghjkmnpqrs")

    @Argument(help: ArgumentHelp("The request's id.", valueName: "id"))
    var id: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        try await RequestEnd.perform(DenyRequest.self, id, "denied", options, output)
    }
}

struct RequestWithdrawCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "End a request of your own.",
        discussion: "Example: coffer request withdraw r_0123456789abcdefghjkmnpqrs")

    @Argument(help: ArgumentHelp("The request's id.", valueName: "id"))
    var id: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        try await RequestEnd.perform(WithdrawRequest.self, id, "withdrawn", options, output)
    }
}

struct RequestReviewCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Say that you have looked at an emergency another person claimed.",
        discussion: """
            Look at it first: coffer request show ID, and coffer log tail.

            Example: coffer request review r_0123456789abcdefghjkmnpqrs
            """)

    @Argument(help: ArgumentHelp("The request's id.", valueName: "id"))
    var id: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        try await RequestEnd.perform(ReviewRequest.self, id, "reviewed", options, output)
    }
}

/// The ends of a request differ in who may bring them about, which the broker decides.
private enum RequestEnd {
    static func perform<Op: WireOperation>(
        _ operation: Op.Type, _ id: String, _ state: String, _ options: GlobalOptions, _ output: Output
    ) async throws where Op.Request == NoMembers, Op.Reply == NoMembers {
        let id = try Arguments.request(id)
        let session = try await Session.open(options, output)
        let reply = try await session.call(operation, .init(), RequestScope(ref: id))
        output.answer(reply.members(["requests": [["id": .string(id), "state": .string(state)]]])) { "\(state)\n" }
        output.entry(reply.entry)
    }
}
