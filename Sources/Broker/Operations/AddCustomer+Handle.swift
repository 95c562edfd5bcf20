internal import AccessLog
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Adds a customer. A person whose phone, e-mail or ID number is in the vault already is reported, never doubled.
enum AddCustomerHandler: OperationHandler {
    typealias Op = AddCustomer

    static func handle(
        _ call: Call<AddCustomer.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<RevisionReply> {
        guard call.head.customers.isEmpty, call.head.orders.isEmpty else {
            throw .malformed("a new customer has no number yet")
        }
        try requireFields(call.body.fields, in: call.head)
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: .write, record: OpenVault.customerKind), as: .write)
        let form = try vault.form(call.body.fields, isWhole: true)
        return try await vault.writes.run { () throws(RequestRefusal) in
            let known = try vault.duplicates(of: form, decision)
            try await vault.requireNotFrozen(known.matches, decision, as: .write)
            if let known = known.matches.first {
                let number = CustomerNumber(known.customer)?.text ?? ""
                throw await vault.refuse(
                    decision, .conflict("customer \(number) has the same phone, e-mail or ID number; update that one"),
                    as: .write, records: [known])
            }
            let change = try vault.newCustomer(form, number: try vault.freeNumber(), shop: decision)
            let entry = try await vault.apply(change, decision, as: .write, scanned: known.scanned)
            return Answer(RevisionReply(number: change.numbers[0], rev: 1), entry)
        }
    }

    /// The head says which fields are written; the body may not say more.
    static func requireFields(
        _ fields: FieldValues, of kind: String = OpenVault.customerKind, in head: RequestHead
    ) throws(RequestRefusal) {
        let named = fields.names.compactMap { FieldName(record: kind, field: $0) }
        guard !named.isEmpty, named.sorted() == head.fields else {
            throw .malformed("the head must name exactly the fields of the body")
        }
    }
}
