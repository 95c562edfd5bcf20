internal import AccessLog
internal import Policy
internal import Turnstile
internal import VaultModel
internal import Wire

/// Begins to verify every record.
enum BeginScrubHandler: OperationHandler {
    typealias Op = BeginScrub

    static func handle(
        _ call: Call<BeginScrub.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .scrub, verb: "scrub"), as: .job)
        // A rotation makes tags and seals that are neither the old ones nor all the new ones.
        guard vault.rotations.last?.state != .running, vault.scrubs.begin() else {
            throw await vault.refuse(
                decision, .conflict("a scrub or a rotation is running; see coffer scrub --status, coffer keys status"),
                as: .job)
        }
        do throws(RequestRefusal) {
            let entry = try await vault.turnstile.log(decision, as: .job).entry
            vault.scrub(rate: Int(call.body.rate), repairs: call.body.repairs)
            return Answer(NoMembers(), entry)
        } catch {
            vault.scrubs.update { $0.state = "failed" }
            throw error
        }
    }
}

/// What the scrub has found so far. Opaque ids and counts.
enum ScrubStatusHandler: OperationHandler {
    typealias Op = ScrubStatus

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ScrubStatus.Reply> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .scrub, verb: "scrub"), as: .list)
        let run = vault.scrubs.last
        let grant = try await vault.turnstile.log(decision, as: .list)
        return Answer(
            ScrubStatus.Reply(
                state: run?.state ?? "none", done: Int64(run?.done ?? 0), total: Int64(run?.total ?? 0),
                opened: Int64(run?.opened ?? 0), repaired: Int64(run?.repaired ?? 0), orphans: Int64(run?.orphans ?? 0),
                findings: run?.findings ?? []),
            grant.entry)
    }
}
