import AccessLog
import Authority
import CanonicalJSON
import Primitives
import VaultModel

/// A key with a name, and the counter of its requests.
final class Signer {
    let key: Ed25519.SigningKey
    let kid: KeyID
    let person = PersonID.random()
    var counter: UInt64 = 0

    /// The same seed gives the same key in every run.
    init(_ seed: UInt8) {
        key = Ed25519.SigningKey(seed: SecretBytes(copying: [UInt8](repeating: seed, count: 32)))
        kid = KeyID(key.publicKey)
    }

    func sign(_ message: [UInt8]) -> [UInt8] { key.sign(message) }
}

/// A request as its sender puts it, with all that a test may want to bend.
struct SampleRequest {
    var act = Act.read
    var fields = [FieldName("customer.name"), FieldName("customer.phone")].compactMap { $0 }
    var form: Form? = .full
    var purpose = "order"
    var customers: [String] = []
    var orders: [String] = []
    var ref = ""
    var object = ""
    var capability: BlockID?
    /// Nil takes the signer's next counter.
    var counter: UInt64?
    /// Seconds between the signature and the entry.
    var age: Int64 = 1

    func head(counter: UInt64) -> [UInt8] {
        var subject: [String: JSONValue] = [:]
        if !customers.isEmpty { subject["customer"] = .strings(customers) }
        if !orders.isEmpty { subject["order"] = .strings(orders) }
        let value: JSONValue = [
            "act": .string(act.rawValue), "ctr": .integer(Int64(counter)),
            "fld": .strings(fields.map(\.description)), "frm": .string(form?.rawValue ?? ""), "obj": .string(object),
            "pur": .string(purpose), "ref": .string(ref), "sub": .object(subject), "v": 1,
        ]
        return value.encode()
    }

    func base(kid: KeyID, counter: UInt64, created: Int64) -> String {
        let block = capability.map { ":" + Base64.encode($0.bytes) + ":" } ?? "::"
        let components =
            #"("@method" "@authority" "@path" "@query" "content-type" "content-digest" "coffer-request" "#
            + #""coffer-capability")"#
        return [
            #""@method": POST"#, #""@authority": vault.example"#, #""@path": /v1/"# + act.rawValue, #""@query": ?"#,
            #""content-type": application/json"#,
            #""content-digest": sha-256=:"# + Base64.encode(SHA256.hash([])) + ":",
            #""coffer-request": :"# + Base64.encode(head(counter: counter)) + ":",
            #""coffer-capability": "# + block,
            #""@signature-params": "# + components + ";created=\(created);keyid=\"ed25519:\(kid.text)\""
                + ";expires=\(created + 60);nonce=\"\(Base64URL.encode(Random.bytes(16)))\";tag=\"coffer-req-v1\"",
        ].joined(separator: "\n")
    }
}

/// An access log in memory, kept as a broker would keep it, with every key at hand so that tests can forge what only
/// the owner of a key could.
final class SampleLog {
    struct Entry {
        var core: ExportedPart
        var subject: ExportedPart
        var evidence: ExportedPart
        var leaf: Leaf

        var exported: ExportedEntry { ExportedEntry(leaf: leaf, core: core, subject: subject, evidence: evidence) }
    }

    static let customers = [CustomerNumber.random().text]

    let vault: VaultID
    let log = Signer(1)
    let authority = Signer(2)
    let clerk = Signer(3)
    let officer = Signer(4)
    let stranger = Signer(5)

    private(set) var entries: [Entry] = []
    var blocks: [DSSEEnvelope] = []
    var policies: [[UInt8]] = []
    /// Milliseconds since 1970 of the last entry.
    var time: Int64 = 1_790_000_000_000
    var policy = ""
    private(set) var clerkRoot: BlockID?

    var key: VerifierKey {
        guard let key = VerifierKey(name: LogOrigin(vault: vault, incarnation: 1).description, key: log.key.publicKey)
        else { preconditionFailure("an origin is a key name") }
        return key
    }

    init(vault: VaultID = VaultID.random()) { self.vault = vault }

    /// A log as `init` leaves it: policy, two enrolled persons with their roots.
    static func ready(vault: VaultID = VaultID.random()) -> SampleLog {
        let log = SampleLog(vault: vault)
        log.apply(policy: samplePolicy)
        log.enrol(log.clerk, role: "clerk")
        log.clerkRoot = log.grant(log.clerk, role: "clerk")
        log.enrol(log.officer, role: "compliance-officer")
        log.grant(log.officer, role: "compliance-officer")
        return log
    }

    static let samplePolicy = Array(
        """
        version: 1
        trade: test
        region: CN
        classes: {identity: {}, contact: {}}
        purposes: [order, care]
        records:
          customer:
            fields:
              name: {type: name, class: identity}
              phone: {type: phone, class: contact}
              address: {type: address, class: contact}
        roles:
          owner: {staff: [approve], policy: [apply]}
          clerk: {limits: {opens_per_10_minutes: 100000, opens_per_day: 100000, list_rows: 9}, read: [{record: customer, fields: [name, phone], form: full, purposes: [order]}]}
          compliance-officer: {log: [tail, export, verify, report, purge, hold]}
          keeper: {approve: true}

        """.utf8)

    // MARK: - Entries

    /// Appends what a broker would write for `draft` and returns its index.
    @discardableResult
    func append(_ draft: EntryDraft, seq: UInt64? = nil, time given: Int64? = nil, vault other: VaultID? = nil)
        -> UInt64
    {
        let index = UInt64(entries.count)
        time = given ?? time + 1000
        let core = EntryCore.encode(
            draft, vault: other ?? vault, seq: seq ?? index, t: time, salt: EntrySalt.random())
        let subject = draft.subject.encode(salt: EntrySalt.random())
        let evidence = EntryEvidence.encode(draft.evidence, salt: EntrySalt.random())
        entries.append(
            Entry(
                core: .shown(core), subject: .shown(subject), evidence: .shown(evidence),
                leaf: Leaf(hashing: core, subject: subject, evidence: evidence)))
        return index
    }

    /// The entry of a request by `signer`; `bend` may make it say something else than what was signed.
    @discardableResult
    func append(
        _ request: SampleRequest, by signer: Signer, kind: EntryKind = .read, role: String = "clerk",
        bend: (inout EntryDraft) -> Void = { _ in }
    ) -> UInt64 {
        append(draft(request, by: signer, kind: kind, role: role, bend: bend))
    }

    func draft(
        _ request: SampleRequest, by signer: Signer, kind: EntryKind = .read, role: String = "clerk",
        bend: (inout EntryDraft) -> Void = { _ in }
    ) -> EntryDraft {
        signer.counter = request.counter ?? signer.counter + 1
        let counter = signer.counter
        let base = request.base(kid: signer.kid, counter: counter, created: (time + 1000) / 1000 - request.age)
        var draft = EntryDraft(
            kind: kind, decision: .allow, why: .granted, kid: signer.kid, act: request.act, role: role,
            fields: request.fields, form: request.form, purpose: request.purpose, released: request.customers.count,
            capability: request.capability?.text ?? "", policy: policy, object: request.object, terminal: "uid:1000",
            via: .socket, uid: 1000, counter: counter)
        draft.subject = EntrySubject(
            customers: request.customers, orders: request.orders, ref: request.ref,
            revisions: request.customers.map { _ in 1 })
        draft.evidence = EntryEvidence(base: base, signature: Base64.encode(signer.sign(Array(base.utf8))))
        bend(&draft)
        return draft
    }

    /// Puts a block in force, with the DSSE text as evidence, as `init` does.
    @discardableResult
    func register(_ block: some BlockBody, by signer: Signer, kind: EntryKind, publish: Bool = true) -> UInt64 {
        let envelope = DSSEEnvelope.sealing(block) { signer.sign($0) }
        if publish { blocks.append(envelope) }
        var draft = EntryDraft(
            kind: kind, decision: .allow, why: .granted, kid: signer.kid, policy: policy, via: .offline)
        draft.object = Hex.encode(SHA256.hash(envelope.payload))
        draft.evidence = EntryEvidence(
            base: String(decoding: envelope.pae, as: UTF8.self), signature: Base64.encode(envelope.signature))
        return append(draft)
    }

    func header(_ signer: Signer) -> BlockHeader { BlockHeader(vault: vault, issuer: signer.kid, at: time / 1000) }

    func apply(policy bytes: [UInt8]) {
        let hash = Hex.encode(SHA256.hash(bytes))
        guard let block = PolicyBlock(header: header(authority), sha256: hash, previous: policy.isEmpty ? nil : policy)
        else { preconditionFailure("a hash") }
        policies.append(bytes)
        policy = hash
        register(block, by: authority, kind: .policy)
    }

    func enrol(_ signer: Signer, role: String) {
        guard let role = RoleName(role), let day = CalendarDay("2026-01-01"), let until = CalendarDay("2036-01-01")
        else {
            preconditionFailure("a role and days")
        }
        let block = EnrolBlock(
            header: header(authority), person: signer.person, kid: signer.kid, role: role, nda: day, training: until,
            uid: nil)
        register(block, by: authority, kind: .enrol)
    }

    @discardableResult
    func grant(_ signer: Signer, role: String, seconds: Int64 = CapabilityBlock.rootSeconds) -> BlockID {
        guard let role = RoleName(role) else { preconditionFailure("a role") }
        let block = CapabilityBlock.root(
            vault: vault, authority: authority.kid, audience: signer.kid, role: role, notBefore: time / 1000,
            expires: time / 1000 + seconds)
        register(block, by: authority, kind: .role)
        return block.id
    }

    func revoke(_ signer: Signer) {
        guard let block = RevokeBlock(header: header(authority), kids: [signer.kid], caps: [], reason: "offboarded")
        else {
            preconditionFailure("a reason")
        }
        register(block, by: authority, kind: .revoke)
    }

    /// `count` reads by the clerk, of customers of their own.
    func read(_ count: Int) {
        for _ in 0..<count {
            append(SampleRequest(customers: [CustomerNumber.random().text]), by: clerk)
        }
    }

    // MARK: - Tampering and signing

    func edit(_ index: Int, _ change: (inout Entry) -> Void) { change(&entries[index]) }

    func swapEntries(_ first: Int, _ second: Int) { entries.swapAt(first, second) }

    func removeLast(_ count: Int) { entries.removeLast(count) }

    func frontier(of count: Int? = nil) -> MerkleFrontier {
        var frontier = MerkleFrontier()
        for entry in entries.prefix(count ?? entries.count) { frontier.append(entry.leaf.hash) }
        return frontier
    }

    /// The checkpoint over the first `count` entries, signed.
    func note(of count: Int? = nil) -> [UInt8] {
        let frontier = frontier(of: count)
        let checkpoint = Checkpoint(origin: key.name, size: frontier.size, root: frontier.root())
        return checkpoint.signed(by: key) { log.sign($0) }
    }
}
