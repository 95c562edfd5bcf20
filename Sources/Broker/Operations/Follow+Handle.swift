internal import AccessLog
internal import Authority
internal import CanonicalJSON
internal import Policy
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Begins to follow the log: one entry for all that is shown until the session ends.
enum BeginFollowHandler: OperationHandler {
    typealias Op = BeginFollow

    static func handle(
        _ call: Call<BeginFollow.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<BeginFollow.Reply> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .logTail, verb: "tail"), as: .list)
        guard call.body.minutes > 0 else { throw .malformed("a session lasts 1 to 60 minutes") }
        let now = call.verified.receivedMilliseconds
        guard let person = decision.standing?.person else { throw .unauthenticated }
        let id = "f_" + Crockford.randomLower(26)
        let session = FollowSession(
            owner: call.verified.request.kid, person: person, expires: now + call.body.minutes * 60_000)
        do throws(RequestRefusal) { try vault.follows.add(session, id: id, now: now) } catch {
            throw await vault.refuse(decision, error, as: .list)
        }
        let grant: LoggedGrant
        do throws(RequestRefusal) { grant = try await vault.turnstile.log(decision, as: .list, xid: id) } catch {
            vault.follows.remove(id)
            throw error
        }
        let before = min(grant.entry.seq, UInt64(call.body.count))
        return Answer(BeginFollow.Reply(follow: id, next: grant.entry.seq - before), grant.entry)
    }
}

/// What has come since the last page. Makes no entry while it is allowed; the right is asked anew each time, and a refusal
/// is logged and ends the session.
enum FollowPageHandler: OperationHandler {
    typealias Op = FollowPage

    static func handle(
        _ call: Call<FollowPage.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<FollowPage.Reply> {
        let owner = call.verified.request.kid
        try vault.follows.require(call.body.follow, of: owner, now: call.verified.receivedMilliseconds)
        do throws(RequestRefusal) {
            _ = try await vault.admit(call.verified, PolicyAsk(act: .logTail, verb: "tail"), as: .list)
        } catch {
            vault.follows.remove(call.body.follow)
            throw error
        }
        let size = try vault.stored { () throws(StorageError) in try vault.stores.log.size() }
        let end = min(size, call.body.from + min(size, UInt64(BeginFollow.mostEntries)))
        guard call.body.from < end else {
            return Answer(FollowPage.Reply(entries: [], next: min(call.body.from, size), size: size), nil)
        }
        let own = Array(call.body.follow.utf8)
        let page = try vault.page(of: call.body.from..<end) { !$0.contains(own) }
        return Answer(FollowPage.Reply(entries: page.cores, next: page.looked.upperBound, size: size), nil)
    }
}

/// The end of a session, logged like its beginning.
enum EndFollowHandler: OperationHandler {
    typealias Op = EndFollow

    static func handle(
        _ call: Call<EndFollow.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .logTail, verb: "tail"), as: .list)
        try vault.follows.require(
            call.body.follow, of: call.verified.request.kid, now: call.verified.receivedMilliseconds)
        let grant = try await vault.turnstile.log(decision, as: .list, xid: call.body.follow)
        vault.follows.remove(call.body.follow)
        return Answer(NoMembers(), grant.entry)
    }
}
