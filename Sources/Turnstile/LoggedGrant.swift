public import AccessLog
internal import Keys
internal import Policy
internal import Primitives
public import Storage
public import VaultModel
internal import Wire

/// The proof that a read stands durably in the log. Only `Turnstile.log` makes one, after the commit, and only it lets
/// a value out.
///
/// It is bound to what the entry says: these fields, of these customers, in this form. It does not open anything else.
public struct LoggedGrant: Sendable {
    /// The durable entry.
    public let entry: CommittedEntry
    let fields: Set<FieldName>
    let customers: Set<RecordID>
    let form: Form

    fileprivate init(entry: CommittedEntry, fields: Set<FieldName>, customers: Set<RecordID>, form: Form) {
        self.entry = entry
        self.fields = fields
        self.customers = customers
        self.form = form
    }
}

/// Values on their way out of the vault. Only `Turnstile.release` makes one; a reply cannot be filled with anything
/// else that holds plaintext.
public struct ReleasedRecord: Sendable {
    public let customer: RecordID
    public let rev: UInt64
    public let form: Form
    /// By field; several for fields of which a customer may have many, none when absent.
    public let values: [FieldName: [String]]

    fileprivate init(customer: RecordID, rev: UInt64, form: Form, values: [FieldName: [String]]) {
        self.customer = customer
        self.rev = rev
        self.form = form
        self.values = values
    }
}

extension Turnstile {
    /// Appends the entry of an allowed request, waits until it is durable, and gives the grant.
    ///
    /// - Parameters:
    ///   - records: whose values the grant may release; the entry names them and their revisions.
    ///   - scanned: how many records were opened to compare.
    ///   - object: the hash of a statement that the broker makes in answer, in place of the head's.
    ///   - xid: the opaque id of the export, job or request the entry belongs to; where it is empty, that of the request
    ///     whose approvals are used.
    ///   - about: customers whom the answer is about although no value of theirs leaves.
    ///   - missed: a normalised search term that found nothing; it is logged as a keyed pseudonym.
    /// - Throws: the refusal of the decision (nothing is logged), or why the entry could not be written; then nothing
    ///   may be released.
    public func log(
        _ decision: Decision, as kind: EntryKind, releasing records: [StoredRecord] = [], scanned: Int = 0,
        about customers: [CustomerNumber] = [], missed: [UInt8]? = nil, object: String? = nil, xid: String = ""
    ) async throws(RequestRefusal) -> LoggedGrant {
        let grant = try decision.requireAllowed()
        let subject = EntrySubject(
            customers: Self.numbers(of: records) + customers.map(\.text), orders: decision.head.orders,
            ref: decision.head.ref,
            revisions: records.map(\.rev),
            scanned: scanned,
            pseudonym: missed.map { Hex.encode(opener.keyset.logPseudonym(of: $0, vault: vault)) } ?? "")
        var draft = decision.draft(kind, subject: subject, released: records.count)
        if let object { draft.object = object }
        if !xid.isEmpty { draft.xid = xid }
        let entry = try await append(draft, for: decision)
        return LoggedGrant(
            entry: entry, fields: Set(decision.head.fields), customers: Set(records.map(\.customer)), form: grant.form)
    }

    /// The values a grant covers. Checks the seal of the record, then opens each field.
    ///
    /// A field outside the grant, or a record of another customer, is an error of the program and refused: nothing is
    /// ever released beyond what was logged.
    public func release(
        _ grant: LoggedGrant, of record: StoredRecord, fields: [FieldName]
    ) throws(RequestRefusal) -> ReleasedRecord {
        guard grant.form != .match, grant.customers.contains(record.customer), grant.fields.isSuperset(of: fields)
        else {
            throw RequestRefusal(.internal, .field, hint: "the broker asked for more than it had logged; report this")
        }
        let map = fieldMap
        guard let key = try opener.keys(of: [record])[record.customer] else {
            throw .notFound("this customer has been erased")
        }
        try opener.checkSeal(of: record, key: key)
        var values: [FieldName: [String]] = [:]
        for field in fields {
            guard let place = map.place(field) else { throw .denied(.unknownField, hint: "no field \(field)") }
            let opened = try opener.values(of: place, in: record, key: key)
            values[field] = grant.form == .full ? opened : opened.map { place.definition.mask.apply($0) }
        }
        return ReleasedRecord(customer: record.customer, rev: record.rev, form: grant.form, values: values)
    }

    static func numbers(of records: [StoredRecord]) -> [String] {
        records.compactMap { CustomerNumber($0.customer)?.text }
    }
}
