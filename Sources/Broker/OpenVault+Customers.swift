internal import AccessLog
internal import Authority
internal import Keys
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// A change of customers' records, sealed and ready: what goes into the keyring, the index and the vault.
struct CustomerChange: Sendable {
    var keys: [WrappedKey] = []
    var inserts: [StoredRecord] = []
    var updates: [RecordUpdate] = []
    var tags: [TagRow] = []
    /// Records whose tags are replaced as a whole by those in `tags`.
    var retagged: [RecordID] = []
    var numbers: [CustomerNumber] = []
    /// Records that the entry names besides those in the request's head.
    var orders: [String] = []
    /// What the change is part of, an opaque id.
    var xid = ""
    var progress: ImportProgress?

    var seals: [[UInt8]] { inserts.map(\.seal) + updates.map(\.seal) }
    var revisions: [UInt64] { inserts.map(\.rev) + updates.map(\.rev) }

    mutating func add(_ other: CustomerChange) {
        keys += other.keys
        inserts += other.inserts
        updates += other.updates
        tags += other.tags
        retagged += other.retagged
        numbers += other.numbers
    }
}

extension OpenVault {
    /// The field a verification writes.
    static var verifiedField: FieldName {
        guard let name = FieldName(record: customerKind, field: "verified_at") else {
            preconditionFailure("the name is well-formed")
        }
        return name
    }

    /// Values that have passed the policy in force.
    func form(
        _ fields: FieldValues, of kind: String = OpenVault.customerKind, isWhole: Bool
    ) throws(RequestRefusal) -> RecordForm {
        let policy = turnstile.policy
        guard let record = policy.record(named: kind) else {
            throw .denied(.unknownField, hint: "the policy has no record kind of this name")
        }
        do throws(RecordForm.Problem) {
            return try RecordForm(fields.values, record: record, region: policy.region, isWhole: isWhole)
        } catch { throw .invalid(error.hint) }
    }

    /// The customers who have one of the form's phones, e-mails, ID or member numbers already.
    func duplicates(of form: RecordForm, _ decision: Decision) throws(RequestRefusal) -> ComparisonResult {
        let grant = try turnstile.compareGrant(for: decision)
        var matches: [StoredRecord] = []
        var scanned = 0
        for (field, values) in form.values {
            guard let definition = turnstile.policy.field(field),
                let normaliser = Normaliser.identity(of: definition.type)
            else { continue }
            for value in values {
                guard let tag = turnstile.tagRows(for: field, [value], of: .none).first,
                    let wanted = try? normaliser.normalise(stored: value)
                else { continue }
                let result = try self.matches(grant, tag, field: field, by: normaliser, with: wanted)
                scanned += result.scanned
                for record in result.matches where !matches.contains(where: { $0.id == record.id }) {
                    matches.append(record)
                }
            }
        }
        return ComparisonResult(matches: matches, scanned: scanned)
    }

    /// A number that nobody has and nobody erased had. Of 35 random bits two are alike among 100,000 customers once in
    /// eight times.
    ///
    /// - Parameter isTaken: of numbers given to customers who are not in the vault yet.
    func freeNumber(
        _ isTaken: (CustomerNumber) -> Bool = { _ in false }
    ) throws(RequestRefusal) -> CustomerNumber {
        let id = try stored { () throws(StorageError) in
            try stores.keyring.unused {
                var number = CustomerNumber.random()
                while isTaken(number) { number = .random() }
                return RecordID(number)
            }
        }
        guard let number = CustomerNumber(id) else { preconditionFailure("it was made of a number") }
        return number
    }

    /// A new customer: a number, a key of her own, her sealed record and its tags.
    func newCustomer(
        _ form: RecordForm, number: CustomerNumber, shop decision: Decision
    ) throws(RequestRefusal) -> CustomerChange {
        let id = RecordID(number)
        let key = CustomerKey.random()
        let record = try RecordSealer(vault: vault, map: turnstile.fieldMap).create(
            form, kind: Self.customerKind, record: id, customer: id, key: key, shop: Self.shop(of: decision),
            month: CivilDay(milliseconds: decision.verified.receivedMilliseconds).yearAndMonth)
        var change = CustomerChange()
        change.keys = [
            WrappedKey(
                customer: id, version: key.version, epoch: keyset.keyringEpoch,
                wrap: keyset.wrapCEK(key, vault: vault, customer: id))
        ]
        change.inserts = [record]
        change.tags = form.values.flatMap { turnstile.tagRows(for: $0.key, $0.value, of: id) }
        change.numbers = [number]
        return change
    }

    /// A customer with some fields changed. Tags of other fields stay.
    func changedCustomer(_ record: StoredRecord, _ form: RecordForm) throws(RequestRefusal) -> CustomerChange {
        guard let number = CustomerNumber(record.customer) else { throw .integrity("a customer's number") }
        let update = try RecordSealer(vault: vault, map: turnstile.fieldMap).update(
            record, with: form, key: try turnstile.sealingKey(of: record))
        var change = CustomerChange()
        change.updates = [update]
        change.numbers = [number]
        let touched = Set(form.values.keys.compactMap { turnstile.fieldMap.place($0)?.field })
        let kept: [TagRow]
        do { kept = try stores.index.tags(of: record.id) } catch { throw RequestRefusal(storage: error) }
        change.retagged = [record.id]
        change.tags = kept.filter { !touched.contains($0.field) }
        change.tags += form.values.flatMap { turnstile.tagRows(for: $0.key, $0.value, of: record.id) }
        return change
    }

    /// Makes a change durable, in the order that leaves nothing half-done wherever it is cut short: keys, the log entry
    /// with the new seals, tags, rows. Rows that fail after the entry are reported by an `aborted` entry.
    func apply(
        _ change: CustomerChange, _ decision: Decision, as kind: EntryKind, scanned: Int, ending: RecordID? = nil
    ) async throws(RequestRefusal) -> CommittedEntry {
        do {
            if !change.keys.isEmpty { try await stores.keyring.insert(change.keys) }
        } catch { throw RequestRefusal(storage: error) }
        let entry = try await turnstile.logChange(
            decision, as: kind, numbers: change.numbers, revisions: change.revisions, seals: change.seals,
            records: change.inserts.map(\.id) + change.updates.map(\.id), scanned: scanned, ending: ending,
            orders: change.orders, xid: change.xid)
        do {
            if !change.tags.isEmpty { try await stores.index.insert(change.tags) }
            try await commit(
                RecordBatch(
                    logSeq: entry.seq, inserts: change.inserts, updates: change.updates, progress: change.progress))
        } catch {
            await turnstile.logAborted(entry)
            throw RequestRefusal(storage: error)
        }
        turnstile.settle(entry)
        // Old tags go last: a tag too many is harmless, a tag too few hides a customer.
        if !change.retagged.isEmpty { try? await stores.index.replace(change.retagged, with: change.tags) }
        return entry
    }

    static func shop(of decision: Decision) -> String {
        switch decision.standing?.shops {
        case .only(let shops): shops.first?.text ?? ""
        case .any, nil: ""
        }
    }
}
