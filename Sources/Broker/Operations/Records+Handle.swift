internal import AccessLog
internal import Authority
internal import Keys
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Adds a record to a customer's file, under her key.
enum AddRecordHandler: OperationHandler {
    typealias Op = AddRecord

    static func handle(
        _ call: Call<AddRecord.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<AddRecord.Reply> {
        let kind = call.body.kind
        guard call.head.customers.count == 1, call.head.orders.isEmpty else {
            throw .malformed("a new record belongs to one customer and has no id yet")
        }
        guard kind != OpenVault.customerKind else {
            throw .malformed("customers are added by an operation of their own")
        }
        try AddCustomerHandler.requireFields(call.body.fields, of: kind, in: call.head)
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .write, record: kind), as: .write)
        let form = try vault.form(call.body.fields, of: kind, isWhole: true)
        return try await vault.writes.run { () throws(RequestRefusal) in
            guard let customer = try await vault.customers(of: decision, as: .write).first,
                let number = CustomerNumber(customer.customer)
            else { throw .notFound("no such customer") }
            let id = RecordID.random()
            let record = try RecordSealer(vault: vault.vault, map: vault.turnstile.fieldMap).create(
                form, kind: kind, record: id, customer: customer.customer,
                key: try vault.turnstile.sealingKey(of: customer), shop: customer.shop,
                month: CivilDay(milliseconds: call.verified.receivedMilliseconds).yearAndMonth)
            var change = CustomerChange()
            change.inserts = [record]
            change.numbers = [number]
            change.tags = form.values.flatMap { vault.turnstile.tagRows(for: $0.key, $0.value, of: id) }
            let entry = try await vault.apply(change, decision, as: .write, scanned: 0)
            return Answer(AddRecord.Reply(id: RecordName(id, kind: kind), rev: 1), entry)
        }
    }
}

/// Shows fields of records that are not the customer's own.
enum ShowRecordsHandler: OperationHandler {
    typealias Op = ShowRecords

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ShowRecords.Reply> {
        let head = call.head
        guard !head.orders.isEmpty, head.customers.isEmpty, let kind = head.fields.first?.record,
            kind != OpenVault.customerKind, head.fields.allSatisfy({ $0.record == kind })
        else { throw .malformed("a read names records of one kind and fields of that kind") }
        guard head.form != .match else { throw .malformed("comparing has an operation of its own") }
        guard head.object.isEmpty else { throw .malformed("an emergency is claimed for customers") }
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .read), as: .read)
        var records = try await vault.records(of: decision, kind: kind, as: .read)
        if decision.standing?.isDelegated == true { records = [try await vault.borrowed(decision, as: .read).order] }
        let grant = try await vault.log(decision, as: .read, releasing: records)
        var shown: [ShowRecords.Record] = []
        for record in records {
            let released = try vault.turnstile.release(grant, of: record, fields: head.fields)
            let number = CustomerNumber(released.customer)
            guard number != nil || released.customer == .none else { throw .integrity("a customer's number") }
            let status = kind == OpenVault.orderKind ? OrderStatus(record.status)?.state.text ?? "" : ""
            shown.append(
                ShowRecords.Record(
                    id: RecordName(record.id, kind: kind), kind: kind, customer: number, form: released.form,
                    rev: released.rev, status: status, fields: try FieldValues(released: released)))
        }
        return Answer(ShowRecords.Reply(records: shown), grant.entry)
    }
}
