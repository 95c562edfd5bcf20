import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import Host
import VaultModel
import Wire

struct StaffReviewCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Re-certify rights: renew them, narrow them to what is used, or end them.",
        discussion: """
            A right falls due 90 days after it was signed, or sooner where the policy says so, and ends after 120. \
            Without options a terminal asks about each right that is due or soon will be; elsewhere they are listed. \
            To change anything the authority's key is needed.

            Example: coffer staff review --renew-unchanged
            """)

    @Flag(help: "Renew every right that is listed and not named by another option.")
    var renewUnchanged = false

    @Flag(help: "List the rights that are not due, too.")
    var all = false

    @Option(help: ArgumentHelp("End the rights of this person; may be repeated.", valueName: "name"))
    var end: [String] = []

    @Option(help: ArgumentHelp("Narrow the rights of this person to what is used.", valueName: "name"))
    var narrow: [String] = []

    @Option(help: ArgumentHelp("Give this person all that the role has, again.", valueName: "name"))
    var widen: [String] = []

    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let list = try await session.call(ListStaff.self, .init())
        let reviewed = list.message.staff.filter { !$0.review.isEmpty && $0.state != "revoked" }
        let listed = reviewed.filter { all || $0.review != Review.current.rawValue }
        var plan = try named(reviewed)
        if renewUnchanged {
            for member in listed where !plan.contains(where: { $0.member.kid == member.kid }) {
                plan.append((member, .renew))
            }
        }
        let isWalk =
            plan.isEmpty && !renewUnchanged && !listed.isEmpty && !output.isJSON && Terminal.isTerminal(0)
            && Terminal.isTerminal(2)
        var outcomes: [ReviewDesk.Outcome] = []
        if isWalk || !plan.isEmpty {
            let rights = try await rights(of: isWalk ? listed : plan.map(\.member), session)
            if isWalk { plan = try ReviewWalk(output: output, knownSince: list.message.knownSince).ask(listed, rights) }
            outcomes = try await carryOut(plan, rights, session, output)
        }
        output.answer(
            list.members([
                "decisions": .array(outcomes.map(\.json)), "due": .array(listed.map(StaffTable.json)),
                "known_since": .string(Moment.iso(list.message.knownSince * 1_000)),
            ])
        ) { outcomes.isEmpty ? Self.text(listed, output) : Self.text(outcomes, output) }
        guard !output.isJSON else { return }
        output.note(StaffTable.knowledge(list.message.knownSince))
        if outcomes.isEmpty, !listed.isEmpty { output.hint("coffer staff review --renew-unchanged") }
    }

    /// The keys of the people that the options name.
    private func named(_ reviewed: [ListStaff.Member]) throws(Failure) -> [(
        member: ListStaff.Member, decision: ReviewDecision
    )] {
        var plan: [(member: ListStaff.Member, decision: ReviewDecision)] = []
        for (names, decision) in [(end, ReviewDecision.end), (narrow, .narrow), (widen, .widen)] {
            for name in names {
                let keys = reviewed.filter { $0.name.utf8.elementsEqual(name.utf8) }
                guard !keys.isEmpty else {
                    throw Failure(
                        code: "not-found", why: "person", message: "nobody of this name has a right",
                        hint: "coffer staff list", exitCode: 4)
                }
                plan += keys.map { ($0, decision) }
            }
        }
        return plan
    }

    private func rights(
        of members: [ListStaff.Member], _ session: Session
    ) async throws(Failure) -> [KeyID: SignedRight] {
        let rights = try await session.rights(of: members.map(\.kid))
        return Dictionary(rights.map { ($0.kid, $0) }) { first, _ in first }
    }

    private func carryOut(
        _ plan: [(member: ListStaff.Member, decision: ReviewDecision)], _ rights: [KeyID: SignedRight],
        _ session: Session, _ output: Output
    ) async throws(Failure) -> [ReviewDesk.Outcome] {
        guard plan.contains(where: { $0.decision != .skip }) else { return [] }
        let desk = ReviewDesk(session: session, signer: try authority.open(options, session, output))
        for (member, decision) in plan { if let right = rights[member.kid] { try desk.require(decision, right) } }
        var outcomes: [ReviewDesk.Outcome] = []
        for (member, decision) in plan {
            guard let right = rights[member.kid] else { continue }
            outcomes.append(try await desk.carryOut(decision, right, name: member.name))
        }
        return outcomes
    }

    // MARK: - Text

    private static func text(_ members: [ListStaff.Member], _ output: Output) -> String {
        members.isEmpty ? "no right is due for review\n" : StaffTable.text(members, output)
    }

    private static func text(_ outcomes: [ReviewDesk.Outcome], _ output: Output) -> String {
        var table = Table([
            .init("name", canShrink: true), .init("role", canShrink: true), .init("decision"), .init("until"),
            .init("fingerprint"),
        ])
        for outcome in outcomes {
            table.add([
                outcome.name, outcome.right.enrolment.role.text, outcome.decision.rawValue,
                outcome.expires == 0 ? "" : Moment.local(outcome.expires * 1_000), Fingerprint.text(outcome.right.kid),
            ])
        }
        return table.rendered(width: output.width, paint: output.paint)
    }
}
