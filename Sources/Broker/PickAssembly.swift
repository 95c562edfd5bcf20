internal import AccessLog
internal import Keys
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Archived records of one customer, compared with what the vault has of her: what is to be written so that they are again
/// as they were.
struct PickAssembly {
    let vault: OpenVault
    let decision: Decision
    let customer: RecordID
    private(set) var change = CustomerChange()
    private(set) var changes: [PickCustomer.Change] = []
    private(set) var same = 0
    /// Records opened to compare.
    private(set) var scanned = 0

    init(vault: OpenVault, decision: Decision, customer: RecordID) {
        (self.vault, self.decision, self.customer) = (vault, decision, customer)
    }

    /// An order that has ended stays ended: what became of it is not taken from an archive.
    private static let keptOfOrders = Set(
        ["status", "delivered_at"].compactMap { FieldName(record: OpenVault.orderKind, field: $0) })

    /// - Throws: the refusal: she has been erased or is being erased, a row does not verify, somebody else has her phone by
    ///   now. Nothing was changed.
    mutating func take(_ rows: [PickRow]) throws(RequestRefusal) {
        let grant = try vault.turnstile.compareGrant(for: decision)
        try requireNotErased()
        let archived = try rows.map { (row) throws(RequestRefusal) in try stored(row) }
        guard Set(archived.map(\.id)).count == archived.count else { throw .malformed("a record came twice") }
        let ids = Array(Set(archived.map(\.id) + [customer]))
        var live: [RecordID: StoredRecord] = [:]
        // One more than a read takes at once, where her own record is not among a thousand others.
        for part in [ids.prefix(StorageLimits.recordsAtOnce), ids.dropFirst(StorageLimits.recordsAtOnce)] {
            for record in try vault.fetch(Array(part)) { live[record.id] = record }
        }
        guard let shop = live[customer]?.shop ?? archived.first(where: { $0.id == customer })?.shop else {
            throw .notFound("neither the vault nor what was sent has the customer herself")
        }
        guard vault.maySee(shop: shop, decision) else { throw .notFound("no such customer; check the number") }
        for record in archived {
            try take(record, over: live[record.id], shop: shop, grant)
        }
    }

    private func requireNotErased() throws(RequestRefusal) {
        let erasure = try vault.stored { () throws(StorageError) in try vault.stores.log.erasure(of: customer) }
        if let erasure, erasure.state == .begun || erasure.state == .done { throw .erased }
        let keys = try vault.stored { () throws(StorageError) in
            try vault.stores.keyring.fetch(customers: [customer])[customer]
        }
        if keys == .erased { throw .erased }
        if vault.turnstile.due(customer) != nil { throw vault.frozen(customer) }
    }

    private mutating func take(
        _ archived: StoredRecord, over live: StoredRecord?, shop: String, _ grant: CompareGrant
    ) throws(RequestRefusal) {
        guard live.map({ $0.customer == customer && $0.kind == archived.kind }) ?? true,
            let kind = vault.turnstile.fieldMap.name(ofKind: archived.kind)
        else { throw .conflict("a record is another customer's by now, or nobody's") }
        guard (archived.id == customer) == (kind == OpenVault.customerKind) else {
            throw .malformed("a customer's own record has her number")
        }
        scanned += live == nil ? 1 : 2
        let isOrder = kind == OpenVault.orderKind
        let columns = PickedColumns(shop: shop, month: archived.month) { revision in
            guard isOrder, var status = OrderStatus(archived.status) else { return .active }
            // What was lent for it is over: that was for an earlier revision.
            status.handedOverAt = revision
            return status.stored
        }
        guard
            let picked = try vault.turnstile.pick(
                grant, archived, over: live, keeping: isOrder ? Self.keptOfOrders : [], columns: columns)
        else {
            same += 1
            return
        }
        if kind == OpenVault.customerKind { try requireUnique(picked, archived, grant) }
        let name = archived.id == customer ? nil : RecordName(archived.id, kind: kind)
        if let name { change.orders.append(name.text) }
        try add(picked)
        changes.append(
            PickCustomer.Change(
                id: name?.text ?? CustomerNumber(customer)?.text ?? "", kind: kind, isNew: live == nil,
                rev: picked.rev, fields: picked.fields.map(\.field)))
    }

    private mutating func add(_ picked: PickedRecord) throws(RequestRefusal) {
        let tags = picked.tags.values.flatMap { $0 }
        change.tags += tags
        switch picked.content {
        case .insert(let record): change.inserts.append(record)
        case .update(let update):
            change.updates.append(update)
            let touched = Set(picked.tags.keys.compactMap { vault.turnstile.fieldMap.place($0)?.field })
            guard !touched.isEmpty else { return }
            let kept = try vault.stored { () throws(StorageError) in try vault.stores.index.tags(of: update.id) }
            change.retagged.append(update.id)
            change.tags += kept.filter { !touched.contains($0.field) }
        }
    }

    /// Her old phone may be somebody else's by now, or her own under a new number.
    private mutating func requireUnique(
        _ picked: PickedRecord, _ archived: StoredRecord, _ grant: CompareGrant
    ) throws(RequestRefusal) {
        for (field, tags) in picked.tags {
            for tag in tags {
                let candidates = try vault.candidates(tag).filter { $0.customer != customer }
                scanned += candidates.count
                let others = try vault.turnstile.sharing(grant, candidates, field: field, with: archived)
                guard let other = others.first else { continue }
                let number = CustomerNumber(other)?.text ?? ""
                throw .conflict(
                    "customer \(number) has the archived \(field.field) by now; settle whose it is, then try again")
            }
        }
    }

    /// A row under the numbers that this vault has for its names. Were they others when it was sealed, its seal says so.
    private func stored(_ row: PickRow) throws(RequestRefusal) -> StoredRecord {
        let map = vault.turnstile.fieldMap
        guard let kind = map.kind(row.kind), row.rev > 0, row.seal.count == 32 else {
            throw .invalid("this vault has no such kind of record")
        }
        var fields: [StoredField] = []
        for field in row.fields {
            guard let number = map.number(ofField: field.name, table: kind) else {
                throw .invalid("this vault has no field \(row.kind).\(field.name)")
            }
            fields.append(StoredField(field: number, ordinal: field.ordinal, envelope: field.envelope))
        }
        guard Set(fields.map { FieldPlace(field: $0.field, ordinal: $0.ordinal) }).count == fields.count else {
            throw .malformed("a field came twice")
        }
        fields.sort { ($0.field, $0.ordinal) < ($1.field, $1.ordinal) }
        return StoredRecord(
            id: row.id, customer: customer, kind: kind, rev: row.rev, seal: row.seal, shop: row.shop,
            month: row.month, status: RecordStatus(rawValue: row.status), logSeq: 0, fields: fields)
    }
}
