import ArgumentParser
import CanonicalJSON
import Client
import Console
import Policy
import VaultModel
import Wire

struct SubjectEraseCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Erase a customer: frozen at once, gone when the policy's hours are over.",
        discussion: """
            From this answer on nobody finds, sees or changes her. Until it is due it can be taken back with coffer \
            subject undo. Then her keys are destroyed and her records deleted; amounts and dishes stay in the books \
            without her. Reasons: \(ErasureReason.allCases.map(\.rawValue).joined(separator: ", ")).

            --now does not wait, but another person must approve: the call exits 3 with a request's id; once that is \
            approved, the same call with --request erases. So does the one that is too many for a day, which waits all \
            the same.

            Example: coffer subject erase C-7K3M-9QXD --reason customer-request
            """)

    @Argument(help: ArgumentHelp("The customer's number.", valueName: "number"))
    var number: String

    @Option(
        help: ArgumentHelp("Why: a code; it is logged.", valueName: "code"),
        completion: .list(ErasureReason.allCases.map(\.rawValue)))
    var reason: String

    @Flag(help: "Do not wait; another person must approve.")
    var now = false

    @Option(help: ArgumentHelp("Id of the request that was approved; the rest as before.", valueName: "id"))
    var request: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        // The broker knows a request again by its head: the id is checked for slips of the pen and not sent.
        _ = try request.map(Arguments.request)
        let number = try Arguments.customer(number)
        guard let reason = ErasureReason(rawValue: reason) else {
            throw Failure.usage(
                "--reason is none of the codes", hint: ErasureReason.allCases.map(\.rawValue).joined(separator: ", "),
                why: "reason")
        }
        let order = ErasureOrder(reason: reason, isNow: now)
        let session = try await Session.open(options, output)
        let reply = try await session.call(
            EraseSubject.self, .init(reason: reason.rawValue, now: now),
            RequestScope(object: order.digest, customers: [number]))
        let erasure = reply.message.erasure
        output.answer(reply.members(["erasure": .object(erasure.members)])) {
            "\(erasure.number.text)  \(erasure.summary)\n"
        }
        if !output.isJSON {
            output.note(
                erasure.state == .done
                    ? "the receipt: coffer subject receipt \(erasure.number.text)"
                    : "to take it back: coffer subject undo \(erasure.number.text)")
        }
        output.entry(reply.entry)
    }
}
