internal import AccessLog
internal import Authority
internal import CanonicalJSON
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Lists what waits for another person.
enum ListRequestsHandler: OperationHandler {
    typealias Op = ListRequests

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ListRequests.Reply> {
        let (decision, person, isOwnOnly) = try await vault.admitToRequests(call.verified, as: .list)
        let requests = try vault.waitingRequests(
            for: person, isOwnOnly: isOwnOnly, now: call.verified.receivedMilliseconds / 1_000)
        let grant = try await vault.turnstile.log(decision, as: .list)
        return Answer(ListRequests.Reply(requests: requests), grant.entry)
    }
}

/// Shows one request with the head an approval of it is signed for. Another person's is nobody's who may not approve.
enum ShowRequestHandler: OperationHandler {
    typealias Op = ShowRequest

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ShowRequest.Reply> {
        let (decision, person, isOwnOnly) = try await vault.admitToRequests(call.verified, as: .list)
        let row = try await vault.request(of: decision, as: .list)
        guard !isOwnOnly || row.person == person else {
            throw await vault.refuse(
                decision, .notFound("no such request; coffer request list shows them"), as: .list)
        }
        let request = try vault.pending(row, for: person, now: call.verified.receivedMilliseconds / 1_000)
        guard let head = try? JSONValue.parse(row.head, limits: .signed) else {
            throw .integrity("a request in vault.db")
        }
        var block = JSONValue.object([:])
        if !row.block.isEmpty {
            guard let envelope = try? DSSEEnvelope(parsing: row.block) else {
                throw .integrity("a request in vault.db")
            }
            block = envelope.value
        }
        let grant = try await vault.turnstile.log(decision, as: .list, xid: row.id)
        return Answer(ShowRequest.Reply(request: request, head: head, block: block), grant.entry)
    }
}
