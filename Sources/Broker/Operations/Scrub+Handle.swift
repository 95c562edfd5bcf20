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
        do throws(RequestRefusal) { try vault.scrubs.begin(ScrubProgress()) } catch {
            throw await vault.refuse(decision, error, as: .job)
        }
        do throws(RequestRefusal) {
            let entry = try await vault.turnstile.log(decision, as: .job).entry
            vault.scrub(rate: Int(call.body.rate), repairs: call.body.repairs)
            return Answer(NoMembers(), entry)
        } catch {
            vault.scrubs.cancel()
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
        let last = vault.scrubs.last
        let run = last?.progress ?? ScrubProgress()
        let grant = try await vault.turnstile.log(decision, as: .list)
        return Answer(
            ScrubStatus.Reply(
                state: last?.state.rawValue ?? "none", done: Int64(run.done), total: Int64(run.total),
                opened: Int64(run.opened), repaired: Int64(run.repaired), orphans: Int64(run.orphans),
                findings: run.findings),
            grant.entry)
    }
}
