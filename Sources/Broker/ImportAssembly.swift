internal import AccessLog
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// A batch of an import while its rows are looked at. Rows of one customer are brought together before anything is
/// sealed, whether she is in the vault, earlier in this file or earlier in this batch.
struct ImportAssembly {
    let vault: OpenVault
    let session: ImportSession
    let decision: Decision
    private(set) var totals = ImportSession.Totals()
    private(set) var rejected: [ImportBatch.Rejection] = []
    /// Records opened to compare.
    private(set) var scanned = 0
    /// Customers this batch adds, in the order of the file, and what their rows say.
    private var added: [CustomerNumber] = []
    private var forms: [RecordID: RecordForm] = [:]
    /// Customers of the vault who may lack something this batch has.
    private var known: [RecordID] = []

    init(vault: OpenVault, session: ImportSession, decision: Decision) {
        (self.vault, self.session, self.decision) = (vault, session, decision)
    }

    /// Looks at one row: a new customer, something new about a known one, nothing new, or a row to be sorted out by a
    /// person.
    mutating func take(_ row: ImportBatch.Row) throws(RequestRefusal) {
        totals.rows += 1
        let policy = vault.turnstile.policy
        guard let record = policy.record(named: OpenVault.customerKind) else { return }
        let form: RecordForm
        do throws(RecordForm.Problem) {
            form = try RecordForm(row.fields.values, record: record, region: policy.region, isWhole: true)
        } catch { return reject(row, error.code, error.field) }

        let owners = try owners(of: form)
        guard owners.count <= 1 else { return reject(row, "matches-several-customers", "") }
        if let owner = owners.first, vault.turnstile.due(owner) != nil { return reject(row, "erasure-under-way", "") }
        guard let owner = owners.first else {
            let number = try vault.freeNumber { forms[RecordID($0)] != nil }
            added.append(number)
            forms[RecordID(number)] = form
            totals.imported += 1
            return remember(form, owner: RecordID(number))
        }
        totals.duplicates += 1
        if let earlier = forms[owner] {
            forms[owner] = earlier.merging(form, record: record)
        } else {
            known.append(owner)
            forms[owner] = form
        }
        remember(form, owner: owner)
    }

    /// Seals what the rows came to.
    mutating func finish() throws(RequestRefusal) -> CustomerChange {
        var change = CustomerChange()
        for number in added {
            guard let form = forms[RecordID(number)] else { continue }
            if !session.isDryRun { change.add(try vault.newCustomer(form, number: number, shop: decision)) }
        }
        let grant = try vault.turnstile.compareGrant(for: decision)
        for record in try vault.fetch(known) {
            guard let form = forms[record.id] else { continue }
            scanned += 1
            let missing = try vault.turnstile.missing(grant, in: record, of: form.values)
            guard !missing.isEmpty else { continue }
            totals.updated += 1
            if !session.isDryRun { change.add(try vault.extendedCustomer(record, with: missing)) }
        }
        return change
    }

    /// The customers, new ones of this file included, who have one of the row's phones, e-mails, ID or member numbers.
    private mutating func owners(of form: RecordForm) throws(RequestRefusal) -> [RecordID] {
        var owners: [RecordID] = []
        for (field, values) in form.values {
            guard let definition = vault.turnstile.policy.field(field) else { continue }
            for value in values {
                guard let owner = session.seen.owner(of: value, field: definition), try !vault.isErased(owner) else {
                    continue
                }
                if !owners.contains(owner) { owners.append(owner) }
            }
        }
        guard !session.knowsVault else { return owners }
        let found = try vault.duplicates(of: form, decision)
        scanned += found.scanned
        for record in found.matches where !owners.contains(record.id) { owners.append(record.id) }
        return owners
    }

    private func remember(_ form: RecordForm, owner: RecordID) {
        for (field, values) in form.values {
            guard let definition = vault.turnstile.policy.field(field) else { continue }
            for value in values { session.seen.insert(value, field: definition, owner: owner) }
        }
    }

    private mutating func reject(_ row: ImportBatch.Row, _ reason: String, _ field: String) {
        totals.rejected += 1
        rejected.append(ImportBatch.Rejection(line: row.line, reason: reason, field: field))
    }
}
