internal import AccessLog
internal import Authority
internal import CanonicalJSON
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Registers a person's approval of another one's request. The broker mints nothing: the approver's own key has signed
/// the very head that was refused.
enum ApproveRequestHandler: OperationHandler {
    typealias Op = ApproveRequest

    static func handle(
        _ call: Call<ApproveRequest.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ApproveRequest.Reply> {
        let signed = try vault.open(call.body.block)
        guard case .approve(let block) = signed.block, signed.issuer == call.verified.request.kid else {
            throw .malformed("an approval is a block signed by the key that brings it")
        }
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .approve), as: .approve)
        guard let person = decision.standing?.person else { throw .unauthenticated }
        let row = try await vault.request(of: decision, as: .approve)
        try await vault.requireOther(row, decision)
        try await vault.require(row, in: .open, decision)
        guard JSONValue.object(block.head).encode() == row.head else {
            throw await vault.refuse(
                decision, .denied(.headMismatch, hint: "the approval is for something else than what was asked for"),
                as: .approve)
        }
        let now = call.verified.receivedMilliseconds / 1_000
        guard try !vault.approvals(of: row, now: now).contains(where: { $0.person == person }) else {
            throw await vault.refuse(decision, .conflict("you have approved this request already"), as: .approve)
        }
        let entry = try await vault.turnstile.register(signed, decision, as: .approve, xid: row.id)
        let after = try vault.stored { () throws(StorageError) in
            try vault.stores.records.approve(row.id, by: person, block: signed.id.bytes)
            return try vault.stores.records.request(row.id)
        }
        let counted = try after.map { row throws(RequestRefusal) in try vault.approvals(of: row, now: now).count } ?? 0
        return Answer(ApproveRequest.Reply(approvals: Int64(counted), needed: Int64(row.needed)), entry)
    }
}

/// Ends another person's request without an approval.
enum DenyRequestHandler: OperationHandler {
    typealias Op = DenyRequest

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .approve), as: .approve)
        return try await vault.close(decision, from: .open, as: .denied, isOwn: false)
    }
}

/// Ends the asking person's own request.
enum WithdrawRequestHandler: OperationHandler {
    typealias Op = WithdrawRequest

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        let decision = try await vault.admitToRequests(call.verified, as: .approve).decision
        return try await vault.close(decision, from: .open, as: .withdrawn, isOwn: true)
    }
}

/// Closes the review of an emergency that another person claimed.
enum ReviewRequestHandler: OperationHandler {
    typealias Op = ReviewRequest

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .approve), as: .approve)
        return try await vault.close(decision, from: .review, as: .reviewed, isOwn: false)
    }
}

extension OpenVault {
    /// Ends the request the head names, logged first: a row that stays open after a crash is ended again.
    fileprivate func close(
        _ decision: Decision, from: RequestState, as state: RequestState, isOwn: Bool
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        // An entry of this kind that names an object would claim to register a block.
        guard decision.head.object.isEmpty else { throw .malformed("this request names no object") }
        let row = try await request(of: decision, as: .approve)
        if isOwn {
            guard decision.standing?.person == row.person else {
                throw await refuse(decision, .notFound("no such request of yours"), as: .approve)
            }
        } else {
            try await requireOther(row, decision)
        }
        try await require(row, in: from, decision)
        let grant = try await turnstile.log(decision, as: .approve, xid: row.id)
        try end(row.id, from: from, as: state)
        return Answer(NoMembers(), grant.entry)
    }
}
