internal import AccessLog
internal import Policy
internal import Turnstile
internal import VaultModel
internal import Wire

/// Answers whether a field of one customer has a value, and shows nothing.
enum MatchCustomerHandler: OperationHandler {
    typealias Op = MatchCustomer

    static func handle(
        _ call: Call<MatchCustomer.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<MatchCustomer.Reply> {
        guard call.head.customers.count == 1, call.head.fields == [call.body.field] else {
            throw .malformed("a match names one customer, and in head and body the same field")
        }
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .match), as: .read)
        let records = try await vault.customers(of: decision, as: .read)
        let turnstile = vault.turnstile
        guard let definition = turnstile.policy.field(call.body.field) else {
            throw .denied(.unknownField, hint: "the policy declares no such field")
        }
        let comparison = try turnstile.compare(
            turnstile.compareGrant(for: decision), records, field: call.body.field,
            with: call.body.value.text, definition: definition)
        // The answer says something about this customer whichever it is: it is logged as a read in the form `match`.
        let grant = try await turnstile.log(decision, as: .read, releasing: records, scanned: comparison.scanned)
        return Answer(MatchCustomer.Reply(match: !comparison.matches.isEmpty), grant.entry)
    }
}
