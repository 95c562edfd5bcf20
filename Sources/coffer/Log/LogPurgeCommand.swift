import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct LogPurgeCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "Destroy readable parts of months that the policy keeps no longer. It cannot be undone.",
        discussion: """
            Details are whom an entry names and the signed request; cores say who did what and when, and outlive them. \
            Two other persons must approve: the first call asks for that and exits 3 with a request's id, the second \
            one, with --request, destroys. The log verifies as before, and its tree stays whole. What is held stays.

            Example: coffer log purge --before 2025-11-01
                     coffer log purge --request r_0123456789abcdefghjkmnpqrs
            """)

    @Option(help: ArgumentHelp("Only months before this time's.", valueName: "time"))
    var before: String?

    @Flag(help: "The cores, where their details are gone, instead of the details.")
    var cores = false

    @Flag(help: "Show what is old enough, and ask nobody.")
    var dryRun = false

    @Option(help: ArgumentHelp("The request that was approved.", valueName: "id"))
    var request: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let request = try request.map(Arguments.request)
        let before = try before.map { (text) throws(Failure) -> Int64 in
            guard let time = Moment.parse(text), time > 0 else {
                throw .usage("--before is not a time", hint: "2025-11-01", why: "time")
            }
            return time
        }
        guard request == nil || before == nil && !cores && !dryRun else {
            throw Failure.usage("an approved request says itself what it destroys", why: "request")
        }
        let session = try await Session.open(options, output)
        let envelope: DSSEEnvelope
        if let request {
            envelope = try await approved(request, session)
        } else {
            let plan = try await session.call(PlanPurge.self, .init(cores: cores, before: before ?? 0))
            show(plan, output)
            if dryRun || plan.message.first == plan.message.end { return }
            envelope = try order(plan.message, session)
        }
        let reply = try await session.call(
            PurgeLog.self, .init(block: envelope.value), RequestScope(object: envelope.object))
        output.answer(
            reply.members([
                "destroyed": .count(reply.message.entries - min(reply.message.kept, reply.message.entries)),
                "kept": .count(reply.message.kept),
            ])
        ) { "destroyed parts of \(reply.message.entries) entries, kept \(reply.message.kept)\n" }
        output.entry(reply.entry)
    }

    private func order(_ plan: PlanPurge.Reply, _ session: Session) throws -> DSSEEnvelope {
        let header = BlockHeader(
            vault: session.vault, issuer: session.identity.kid, at: session.nowSeconds + session.clockOffsetSeconds)
        let block = PurgeBlock(
            header: header, ranges: [Int64(clamping: plan.first)...Int64(clamping: plan.end - 1)],
            parts: cores ? [PurgeBlock.core] : PurgeBlock.details, rule: cores ? "core-months" : "detail-months")
        guard let block else { throw Failure.brokenReply }
        return try session.signer.seal(block)
    }

    /// The order as it was signed when it was asked for: the approvals are about that very block.
    private func approved(_ id: String, _ session: Session) async throws -> DSSEEnvelope {
        let shown = try ShownRequest(
            try await session.call(ShowRequest.self, .init(), RequestScope(ref: id)).message, of: session.vault)
        guard let envelope = shown.envelope, case .purge? = shown.block else {
            throw Failure(
                code: "conflict", why: "conflict", message: "this request destroys nothing",
                hint: "coffer request show ID", exitCode: 7)
        }
        return envelope
    }

    private func show(_ plan: Answer<PlanPurge.Reply>, _ output: Output) {
        let message = plan.message
        let what = cores ? "cores" : "details"
        guard message.first < message.end else {
            output.answer(plan.members(["destroyed": 0, "entries": 0, "kept": 0, "months": .integer(message.months)])) {
                "nothing is old enough: \(what) are kept \(message.months) months\n"
            }
            return
        }
        let text =
            "\(message.end - message.first) entries of \(Self.month(message.from)) to "
            + "\(Self.month(message.through)): \(what) kept \(message.months) months are over"
        let held = message.holds > 0 ? "; \(message.holds) holds keep what they are about" : ""
        if dryRun {
            output.answer(
                plan.members([
                    "entries": .count(message.end - message.first), "first": .count(message.first),
                    "from": .string(Self.month(message.from)), "holds": .integer(message.holds),
                    "through": .string(Self.month(message.through)),
                ])
            ) { text + held + "\n" }
        } else {
            output.note(text + held)
        }
    }

    /// 2025-11 of yyyymm.
    private static func month(_ number: Int64) -> String {
        "\(number / 100)-" + (number % 100 < 10 ? "0" : "") + "\(number % 100)"
    }
}
