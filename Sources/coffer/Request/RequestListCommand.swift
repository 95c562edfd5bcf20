import ArgumentParser
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct RequestListCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "What waits: for approval, or for a review.",
        discussion: """
            Whoever may approve sees everybody's, others their own.

            Example: coffer request list
            """)

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let reply = try await session.call(ListRequests.self, .init())
        let requests = reply.message.requests
        output.answer(reply.members(["requests": .array(requests.map { .object($0.members) })])) {
            Self.text(requests, output)
        }
        if requests.isEmpty, !output.isJSON { output.note("nothing waits") }
        output.entry(reply.entry)
    }

    private static func text(_ requests: [PendingRequest], _ output: Output) -> String {
        guard !requests.isEmpty else { return "" }
        var table = Table([
            .init("request"), .init("kind"), .init("asked by", canShrink: true), .init("purpose", canShrink: true),
            .init("fields", canShrink: true), .init("form"), .init("customers", .trailing), .init("approvals"),
            .init("until"),
        ])
        for request in requests {
            let fields = request.fields.map(\.description).joined(separator: " ")
            table.add([
                request.id, request.kind.rawValue, request.isOwn ? "you" : request.name, request.purpose, fields,
                request.form?.rawValue ?? "best", "\(request.customers)",
                request.kind == .approval ? "\(request.approvals) of \(request.needed)" : "",
                Moment.local(request.until * 1_000),
            ])
        }
        return table.rendered(width: output.width, paint: output.paint)
    }
}
