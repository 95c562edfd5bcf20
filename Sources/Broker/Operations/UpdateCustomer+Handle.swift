internal import AccessLog
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Gives some fields of one customer new values.
enum UpdateCustomerHandler: OperationHandler {
    typealias Op = UpdateCustomer

    static func handle(
        _ call: Call<UpdateCustomer.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<RevisionReply> {
        guard call.head.customers.count == 1, call.head.orders.isEmpty else {
            throw .malformed("an update names one customer")
        }
        try AddCustomerHandler.requireFields(call.body.fields, in: call.head)
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: .write, record: OpenVault.customerKind), as: .write)
        let form = try vault.form(call.body.fields, isWhole: false)
        return try await vault.writes.run { () throws(RequestRefusal) in
            guard let record = try await vault.customers(of: decision, as: .write).first else {
                throw .notFound("no such customer")
            }
            guard call.body.rev == 0 || call.body.rev == record.rev else {
                throw await vault.refuse(
                    decision, .conflict("the customer has changed since revision \(call.body.rev); read again"),
                    as: .write, records: [record])
            }
            let known = try vault.duplicates(of: form, decision)
            try await vault.requireNotFrozen(known.matches, decision, as: .write)
            if let other = known.matches.first(where: { $0.id != record.id }) {
                let number = CustomerNumber(other.customer)?.text ?? ""
                throw await vault.refuse(
                    decision, .conflict("customer \(number) has the same phone, e-mail or ID number"), as: .write,
                    records: [record, other])
            }
            let change = try vault.changedCustomer(record, form)
            let entry = try await vault.apply(change, decision, as: .write, scanned: known.scanned)
            return Answer(RevisionReply(number: change.numbers[0], rev: record.rev + 1), entry)
        }
    }
}

/// Notes that the customer was asked and her data is right as of today.
enum VerifyCustomerHandler: OperationHandler {
    typealias Op = VerifyCustomer

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<RevisionReply> {
        guard call.head.customers.count == 1, call.head.orders.isEmpty, call.head.fields.isEmpty else {
            throw .malformed("a verification names one customer and no field")
        }
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: .write, record: OpenVault.customerKind), as: .write)
        guard
            let values = FieldValues([
                OpenVault.verifiedField.field: [CivilDay(milliseconds: call.verified.receivedMilliseconds).description]
            ])
        else { throw .invalid("the date") }
        let form = try vault.form(values, isWhole: false)
        return try await vault.writes.run { () throws(RequestRefusal) in
            guard let record = try await vault.customers(of: decision, as: .write).first else {
                throw .notFound("no such customer")
            }
            let change = try vault.changedCustomer(record, form)
            let entry = try await vault.apply(change, decision, as: .write, scanned: 0)
            return Answer(RevisionReply(number: change.numbers[0], rev: record.rev + 1), entry)
        }
    }
}
