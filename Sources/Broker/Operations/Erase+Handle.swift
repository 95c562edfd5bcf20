internal import AccessLog
internal import Authority
internal import CanonicalJSON
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Freezes a customer from this entry on, and has her erased when it can no longer be taken back: at once if another
/// person has approved that.
enum EraseSubjectHandler: OperationHandler {
    typealias Op = EraseSubject

    static func handle(
        _ call: Call<EraseSubject.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ErasureReply> {
        guard let reason = ErasureReason(rawValue: call.body.reason) else {
            throw .invalid("an erasure needs one of the reasons that coffer subject erase --help lists")
        }
        let order = ErasureOrder(reason: reason, isNow: call.body.now)
        guard call.head.customers.count == 1, call.head.orders.isEmpty, call.head.fields.isEmpty,
            call.head.object == order.digest
        else { throw .malformed("an erasure names one customer, why, and whether it waits") }
        return try await vault.erasures.run { () throws(RequestRefusal) in
            let isBeyond = try vault.isBeyondLimit(at: vault.loggedNow)
            let ask = PolicyAsk(act: .erase, verb: "erase", needsSecond: order.isNow || isBeyond)
            // Nobody is asked to approve what could not be done.
            let first = vault.turnstile.gate.decide(call.verified, ask)
            let isRefused =
                if case .refused(let refusal) = first.outcome { refusal.reason != .approvalRequired } else { false }
            if !isRefused { _ = try await vault.erasable(first) }
            let decision = try await vault.admit(call.verified, ask, as: .eraseRequest)
            let record = try await vault.erasable(decision)
            let wait = vault.turnstile.policy.erasure.wait(isNow: order.isNow, isBeyondLimit: isBeyond)
            let id = try await vault.requestErasure(decision, of: record, wait: wait)
            // What cannot be finished now is finished by the housekeeping; frozen she is.
            if wait == 0 { try await vault.carryOutInTurn() }
            let erasure = try vault.stored { () throws(StorageError) in try vault.stores.log.erasure(id.id) }
            guard let erasure else { throw .integrity("the table of erasures in log.db") }
            return Answer(ErasureReply(erasure: try vault.shown(erasure)), id.entry)
        }
    }
}

extension OpenVault {
    /// Logs the request and uses up what stood in for approvals.
    fileprivate func requestErasure(
        _ decision: Decision, of record: StoredRecord, wait: Int64
    ) async throws(RequestRefusal) -> (id: String, entry: CommittedEntry) {
        let consent = decision.consent
        // No approval is used up by a wait, so that the row has to go first.
        if let consent, consent.isWait { try end(consent.request, from: .open, as: .used) }
        let logged = try await turnstile.logErasure(decision, of: record, wait: wait)
        if let consent {
            if consent.isWait {
                try await turnstile.logAlert(xid: consent.request)
            } else {
                // The approvals are used in the log, whether the row says so or not.
                try? end(consent.request, from: .open, as: .used)
            }
        }
        return logged
    }
}

/// Takes an erasure back that has not begun: the customer's file is as it was.
enum UndoErasureHandler: OperationHandler {
    typealias Op = UndoErasure

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ErasureReply> {
        guard call.head.customers.count == 1, call.head.orders.isEmpty, call.head.fields.isEmpty else {
            throw .malformed("what is taken back names one customer")
        }
        return try await vault.erasures.run { () throws(RequestRefusal) in
            let decision = try await vault.admit(
                call.verified, PolicyAsk(act: .erase, verb: "erase"), as: .eraseUndo)
            let erasure = try await vault.erasure(of: decision, as: .eraseUndo)
            guard erasure.state == .pending else {
                throw await vault.refuse(decision, .erased, as: .eraseUndo)
            }
            let entry = try await vault.turnstile.logUndo(decision, of: erasure)
            let after = try vault.stored { () throws(StorageError) in try vault.stores.log.erasure(erasure.id) }
            return Answer(ErasureReply(erasure: try vault.shown(after ?? erasure)), entry)
        }
    }
}

/// Lists erasures of the requester's shops.
enum ListErasuresHandler: OperationHandler {
    typealias Op = ListErasures

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ListErasures.Reply> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .erase, verb: "erase"), as: .list)
        let (open, ended) = try vault.stored { () throws(StorageError) in
            (
                try vault.stores.log.erasures([.pending, .begun], limit: ListErasures.mostErasures),
                try vault.stores.log.erasures([.done, .undone], limit: ListErasures.mostErasures)
            )
        }
        let seen =
            (ended.filter { vault.maySee(shop: $0.shop, decision) }
            + open.filter { vault.maySee(shop: $0.shop, decision) }).suffix(ListErasures.mostErasures)
        let shown = try seen.sorted { $0.requested.seq < $1.requested.seq }
            .map { (erasure) throws(RequestRefusal) in try vault.shown(erasure) }
        let grant = try await vault.turnstile.log(decision, as: .list)
        return Answer(ListErasures.Reply(erasures: shown), grant.entry)
    }
}

/// Gives the signed receipt of an erasure.
enum ErasureReceiptHandler: OperationHandler {
    typealias Op = GetErasureReceipt

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<GetErasureReceipt.Reply> {
        guard call.head.customers.count + (call.head.ref.isEmpty ? 0 : 1) == 1, call.head.orders.isEmpty,
            call.head.fields.isEmpty
        else { throw .malformed("a receipt is asked for by a customer's number or an erasure's id") }
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .erase, verb: "erase"), as: .list)
        let erasure = try await vault.erasure(of: decision, as: .list)
        guard erasure.state == .done, let proof = erasure.proof,
            let envelope = try? DSSEEnvelope(parsing: proof.receipt)
        else {
            let hint =
                erasure.state == .undone
                ? "this erasure was taken back" : "not erased yet; due \(UTCText.text(erasure.due))"
            throw await vault.refuse(decision, .conflict(hint), as: .list)
        }
        let grant = try await vault.turnstile.log(
            decision, as: .list, about: [erasure.customer].compactMap { CustomerNumber($0) })
        return Answer(
            GetErasureReceipt.Reply(
                erasure: try vault.shown(erasure), statement: envelope.value,
                archives: erasure.archives.flatMap { try? DSSEEnvelope(parsing: $0.receipt) }?.value ?? .object([:])),
            grant.entry)
    }
}
