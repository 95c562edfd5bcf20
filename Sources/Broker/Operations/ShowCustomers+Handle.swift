internal import AccessLog
internal import Policy
internal import Turnstile
internal import VaultModel
internal import Wire

/// Shows fields of the customers in the head: the read that everything else is built around.
enum ShowCustomersHandler: OperationHandler {
    typealias Op = ShowCustomers

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ShowCustomers.Reply> {
        let head = call.head
        let isBorrowed = head.customers.isEmpty && head.orders.count == 1 && call.verified.request.capability != nil
        guard isBorrowed || (!head.customers.isEmpty && head.orders.isEmpty), !head.fields.isEmpty else {
            throw .malformed("a read names a customer, or the order something was lent for, and at least one field")
        }
        guard head.form != .match else { throw .malformed("comparing has an operation of its own") }
        // The object of a read is the emergency it claims.
        let kind: EntryKind = head.object.isEmpty ? .read : .breakglass
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .read), as: kind)
        let records =
            if isBorrowed { [try await vault.borrowedCustomer(decision, as: kind)] } else {
                try await vault.customers(of: decision, as: kind)
            }
        let grant = try await vault.log(decision, as: kind, releasing: records)
        var customers: [ShowCustomers.Customer] = []
        customers.reserveCapacity(records.count)
        for record in records {
            let released = try vault.turnstile.release(grant, of: record, fields: head.fields)
            customers.append(try ShowCustomers.Customer(released))
        }
        let quota = vault.turnstile.quota(after: decision, grant.entry)
        return Answer(ShowCustomers.Reply(customers: customers, quota: quota), grant.entry)
    }
}

extension ShowCustomers.Customer {
    /// Released values by the field's own name: a request is about one record kind.
    init(_ released: ReleasedRecord) throws(RequestRefusal) {
        guard let number = CustomerNumber(released.customer) else { throw .integrity("a customer's number") }
        self.init(
            number: number, form: released.form, rev: released.rev, fields: try FieldValues(released: released))
    }
}

extension FieldValues {
    init(released: ReleasedRecord) throws(RequestRefusal) {
        var values: [String: [String]] = [:]
        for (field, list) in released.values { values[field.field] = list }
        guard let fields = FieldValues(values) else { throw .integrity("a field's length") }
        self = fields
    }
}
