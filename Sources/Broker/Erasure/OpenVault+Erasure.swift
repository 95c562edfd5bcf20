internal import AccessLog
internal import Authority
internal import Host
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Customers who are to be erased: who is frozen, and what is said about them.
extension OpenVault {
    /// Milliseconds since 1970; never before the last entry, so that a clock set back brings nothing back.
    var loggedNow: Int64 { max(files.clock.nowMilliseconds(), writer.last?.time ?? 0) }

    /// Whether another erasure today is one too many. The requests are counted where the log keeps them, by the times of
    /// their entries: neither a restart nor a clock set back makes them fewer.
    func isBeyondLimit(at now: Int64) throws(RequestRefusal) -> Bool {
        let count = try stored { () throws(StorageError) in
            try stores.log.erasures(requestedAfter: now - ErasureRules.dayMilliseconds)
        }
        return count >= turnstile.policy.erasure.dailyLimit
    }

    /// Refuses when one of these records belongs to somebody who is being erased. The writer of the log asks once more.
    func requireNotFrozen(
        _ records: [StoredRecord], _ decision: Decision, as kind: EntryKind
    ) async throws(RequestRefusal) {
        guard let record = records.first(where: { turnstile.due($0.customer) != nil }) else { return }
        throw await refuse(decision, frozen(record.customer), as: kind, records: [record])
    }

    /// Says that a customer is frozen, and until when that can be undone. Her number is said, so that somebody at the
    /// counter can tell who may undo it; it is opaque.
    func frozen(_ customer: RecordID) -> RequestRefusal {
        guard let due = turnstile.due(customer), let number = CustomerNumber(customer) else { return .frozen }
        return RequestRefusal(
            .conflict, .frozen,
            hint:
                "customer \(number) is to be erased after \(UTCText.text(due)); until then whoever may erase can take it "
                + "back: coffer subject undo \(number)")
    }

    /// What to say of customers of whom there is no record: that one has been erased, or nothing.
    func missing(_ numbers: [CustomerNumber], besides records: [StoredRecord]) throws(RequestRefusal) -> RequestRefusal
    {
        let found = Set(records.map(\.customer))
        let unknown = numbers.map { RecordID($0) }.filter { !found.contains($0) }
        let keys = try stored { () throws(StorageError) in try stores.keyring.fetch(customers: unknown) }
        guard let erased = unknown.first(where: { keys[$0] == .erased }), let number = CustomerNumber(erased) else {
            return .notFound("no such customer; check the number")
        }
        return RequestRefusal(
            .erased, .erased,
            hint:
                "nothing of hers is left but the receipt: coffer subject receipt \(number); a new file gets a new number"
        )
    }

    /// Whether a customer has been erased: what remembers her value from before does not count.
    func isErased(_ customer: RecordID) throws(RequestRefusal) -> Bool {
        guard turnstile.due(customer) != nil else { return false }
        return try stored { () throws(StorageError) in
            try stores.keyring.fetch(customers: [customer])[customer] == .erased
        }
    }

    /// Whether a hold keeps a customer from being erased.
    func isHeld(_ customer: RecordID, at now: Int64) -> Bool {
        guard let number = CustomerNumber(customer)?.text else { return false }
        return turnstile.controls.authority.holds(at: now / 1_000).contains { $0.block.scope.keeps([number]) }
    }

    /// The customer whom a request wants erased.
    /// - Throws: the refusal, logged: there is none, she has been erased, her erasure is under way, or a hold keeps her.
    func erasable(_ decision: Decision) async throws(RequestRefusal) -> StoredRecord {
        guard
            let record = try await customers(of: decision, as: .eraseRequest, thoughFrozen: true).first
        else { throw .notFound("no such customer") }
        if turnstile.due(record.customer) != nil {
            throw await refuse(decision, frozen(record.customer), as: .eraseRequest, records: [record])
        }
        guard !isHeld(record.customer, at: loggedNow) else {
            throw await refuse(
                decision,
                RequestRefusal(
                    .conflict, .held, hint: "see coffer log hold list; an erasure has to wait until it ends"),
                as: .eraseRequest, records: [record])
        }
        return record
    }

    /// The erasure that a request is about, by its id in `ref` or by its customer's number.
    func erasure(of decision: Decision, as kind: EntryKind) async throws(RequestRefusal) -> StoredErasure {
        let head = decision.head
        let found = try stored { () throws(StorageError) in
            if let number = head.customerNumbers.first { return try stores.log.erasure(of: RecordID(number)) }
            return try stores.log.erasure(head.ref)
        }
        guard let found, maySee(shop: found.shop, decision) else {
            throw await refuse(
                decision, .notFound("no erasure of this number or id; coffer subject list shows them"), as: kind)
        }
        return found
    }

    /// Whether the requester's blocks cover the shop.
    func maySee(shop: String, _ decision: Decision) -> Bool {
        switch decision.standing?.shops {
        case .any: true
        case .only(let shops): shops.contains(ShopName(stored: shop))
        case nil: false
        }
    }

    /// An erasure as it is shown.
    func shown(_ erasure: StoredErasure) throws(RequestRefusal) -> ErasureState {
        guard let number = CustomerNumber(erasure.customer), let order = ErasureOrder(digest: erasure.object) else {
            throw .integrity("an erasure in log.db")
        }
        return ErasureState(
            id: erasure.id, number: number, state: erasure.state.shown, reason: order.reason.rawValue,
            isNow: order.isNow, by: try name(of: erasure.kid, turnstile.controls.authority),
            requestEntry: erasure.requested.seq, requested: erasure.requested.time, due: erasure.due,
            doneEntry: erasure.done?.seq ?? 0, done: erasure.done?.time ?? 0,
            level: erasure.state == .done ? (erasure.archives == nil ? .live : .archives) : nil,
            archivesEntry: erasure.archives?.place.seq ?? 0)
    }
}

extension StoredErasure.State {
    var shown: ErasureState.State {
        switch self {
        case .pending: .pending
        case .begun: .begun
        case .done: .done
        case .undone: .undone
        }
    }
}
