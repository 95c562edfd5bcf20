internal import AccessLog
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Looks customers up by a value: compares first, logs the matches and the number opened, then releases masked forms.
enum FindCustomersHandler: OperationHandler {
    typealias Op = FindCustomers

    static func handle(
        _ call: Call<FindCustomers.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<FindCustomers.Reply> {
        let turnstile = vault.turnstile
        guard call.head.customers.isEmpty, call.head.orders.isEmpty, call.head.form == .masked,
            !call.head.fields.isEmpty
        else {
            throw .malformed("a look-up names no customer, and the fields wanted in masked form")
        }
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: .find, record: OpenVault.customerKind, lookup: call.body.by), as: .lookup)
        let allowed = try decision.requireAllowed()
        if let field = call.head.fields.first(where: { !allowed.fields.contains($0) }) {
            throw await vault.refuse(
                decision, .denied(.field, hint: "this role may not see \(field) of what it finds"), as: .lookup)
        }

        let wanted = try normalised(call.body, region: turnstile.policy.region)
        let found = try await search(call.body, wanted, decision, in: vault)
        let known = found.matches.filter { vault.maySee($0, decision) }
        let visible = known.filter { turnstile.due($0.customer) == nil }
        // Whoever serves her at the counter must know why she is not found, or would begin a second file.
        if visible.isEmpty { try await vault.requireNotFrozen(known, decision, as: .lookup) }
        let listed = Array(visible.prefix(min(allowed.limits.listRows, FindCustomers.mostMatches)))
        // A term that found nothing is logged as a pseudonym, so that trying numbers out shows without naming them.
        let grant = try await turnstile.log(
            decision, as: .lookup, releasing: listed, scanned: found.scanned,
            missed: listed.isEmpty ? wanted : nil)
        var matches: [FindCustomers.Match] = []
        for record in listed {
            let released = try turnstile.release(grant, of: record, fields: call.head.fields)
            guard let number = CustomerNumber(released.customer) else { throw .integrity("a customer's number") }
            matches.append(FindCustomers.Match(number: number, masked: try FieldValues(released: released)))
        }
        let quota = turnstile.quota(after: decision, grant.entry)
        return Answer(
            FindCustomers.Reply(matches: matches, more: visible.count > listed.count, quota: quota), grant.entry)
    }

    private static func normalised(_ request: FindCustomers.Request, region: Region) throws(RequestRefusal) -> [UInt8] {
        do throws(FieldValueError) {
            return try request.by.normaliser.normalise(request.value.text, region: region)
        } catch { throw .invalid("\(request.by.rawValue): \(error.problem); \(error.hint)") }
    }

    private static func search(
        _ request: FindCustomers.Request, _ wanted: [UInt8], _ decision: Decision, in vault: OpenVault
    ) async throws(RequestRefusal) -> ComparisonResult {
        let turnstile = vault.turnstile
        let grant = try turnstile.compareGrant(for: decision)
        var matches: [StoredRecord] = []
        var scanned = 0
        for field in turnstile.policy.fields(for: request.by) where field.name.record == OpenVault.customerKind {
            if request.by == .name {
                let result = try await vault.scanNames(grant, field: field.name, wanted: wanted)
                matches += result.matches
                scanned += result.scanned
            } else if let tag = turnstile.tag(for: field.name, value: request.value.text) {
                let result = try vault.matches(
                    grant, tag, field: field.name, by: request.by.normaliser, with: wanted)
                matches += result.matches
                scanned += result.scanned
            }
        }
        return ComparisonResult(matches: matches, scanned: scanned)
    }
}
