import CanonicalJSON
import Primitives
import Testing
import VaultModel

@testable import Wire

/// One message of one type, with the type forgotten.
struct SampleMessage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let value: JSONValue
    let read: @Sendable (JSONValue) throws -> Void
    let roundTrip: @Sendable () throws -> Void

    init<Message: MessagePart>(_ message: Message) {
        testDescription = String(reflecting: Message.self)
        value = message.jsonValue
        read = { _ = try Message($0) }
        roundTrip = {
            let copy = try Message(message.jsonValue)
            #expect(copy == message)
            // Through the bytes too, where the canonical form is checked.
            var limits = JSONLimits.message
            limits.names = .any
            let parsed = try Message(JSONValue.parse(message.jsonValue.encode(), limits: limits))
            #expect(parsed == message)
        }
    }
}

enum SampleMessages {
    static let kid = KeyID(Sample.key().publicKey)
    static let hash = String(repeating: "0a", count: 32)
    static let person = PersonID.random()
    static let block = JSONValue.object(["payload": "e30=", "payloadType": "application/x", "signatures": .array([])])

    static func values() -> FieldValues {
        FieldValues(["name": ["李娜"], "phone": ["+8613800138000", "+8613900139000"], "note": []]) ?? FieldValues()
    }

    static func number() -> CustomerNumber { CustomerNumber(Sample.customers[0]) ?? .random() }

    static func customer(_ values: FieldValues) -> ShowCustomers.Customer {
        ShowCustomers.Customer(number: number(), form: .full, rev: 3, fields: values)
    }

    static let item = LogItem(leaf: [hash, hash, hash], core: #"{"v":1}"#, subject: "-", evidence: "=")

    static func role(_ name: String) -> RoleName {
        guard let role = RoleName(name) else { preconditionFailure("a role's name") }
        return role
    }

    static func field() -> FieldName {
        guard let field = FieldName(record: "customer", field: "phone") else { preconditionFailure("a field's name") }
        return field
    }

    static let quota = OpenQuota(left: 5, limit: 60, window: .tenMinutes)

    static let all: [SampleMessage] =
        vault + staff + imports + customers + requests + log + lending + witnesses
        + keys

    private static let vault: [SampleMessage] = [
        SampleMessage(
            HealthReply(
                state: .sealed, vault: .random(), incarnation: 1, logKey: "coffer/00/1+abcd+key", replyKey: kid,
                tlsPin: hash, authority: kid, profile: .test, version: "0.1.0")),
        SampleMessage(
            StatusReply(
                state: .unsealed, profile: .default, vault: .random(), incarnation: 1, logSize: 2, customers: 3,
                policy: hash, unattended: true, overdue: 2, witnesses: 1,
                witness: WitnessedState(name: "officer", size: 9, time: 5),
                archives: .init(
                    made: 1, stored: 2, structure: 3, structureTook: 4, cards: 5, cardsTook: 6, hasDrillKey: false),
                warnings: ["no cards"])),
        SampleMessage(
            StatusReply(
                state: .sealed, profile: .default, vault: .random(), incarnation: 1, logSize: 0, customers: 0,
                policy: "", unattended: false, overdue: 0, witnesses: 0, witness: nil, archives: nil, warnings: [])),
        SampleMessage(UnsealVault.Request(passphrase: Sensitive("correct horse"), checkpoint: "coffer/x\n1\n")),
        SampleMessage(StateReply(state: .unsealed)),
        SampleMessage(ApplyPolicy.Request(policy: Array("version: 1\n".utf8), block: block)),
        SampleMessage(ApplyPolicy.Reply(policy: hash, difference: ["+ courier: read"])),
        SampleMessage(GetPolicy.Request(sha256: hash)), SampleMessage(GetPolicy.Request(sha256: "")),
        SampleMessage(GetPolicy.Reply(policy: Array("version: 1\n".utf8))),
        SampleMessage(ErrorBody(code: .denied, why: "field", hint: "ask", request: "")),
    ]

    private static let staff: [SampleMessage] = [
        SampleMessage(
            InviteStaff.Request(
                invitation: "abc", person: person, name: "李娜", role: role("courier"), shop: ShopName("s12"), expires: 5)
        ),
        SampleMessage(
            InviteStaff.Request(
                invitation: "abc", person: person, name: "李娜", role: role("courier"), shop: nil, expires: 5)),
        SampleMessage(Enroll.Request(invitation: "abc", mac: [UInt8](repeating: 1, count: 32))),
        SampleMessage(PendingStaff.Request(name: "李娜")),
        SampleMessage(
            PendingStaff.Reply(
                person: person, invitation: "abc", kid: kid, mac: [1, 2], role: role("courier"), shop: nil, expires: 5)),
        SampleMessage(GrantReply(grant: "abc")),
        SampleMessage(
            ListStaff.Reply(
                staff: [
                    ListStaff.Member(
                        name: "李娜", person: person, role: role("owner"), kid: kid, expires: 1, nda: "2026-01-31",
                        training: "", state: "active", review: "soon", lastUsed: 2, unused: [field()])
                ], knownSince: 3)),
        SampleMessage(StaffRights.Request(name: "李娜")), SampleMessage(StaffRights.Request(kids: [kid])),
        SampleMessage(
            StaffRights.Reply(
                rights: [
                    StaffRights.Right(
                        kid: kid, enrolment: block, root: block, roots: ["abc"], isRevoked: false, acts: [.read],
                        fields: [field()], purposes: [Purpose("order")].compactMap { $0 }, quota: quota)
                ], knownSince: 4)),
        SampleMessage(WhoAmI.Reply(person: person, name: "李娜", role: role("owner"), expires: 1, policy: hash)),
    ]

    private static let imports: [SampleMessage] = [
        SampleMessage(BeginImport.Request(map: hash, rows: 10, dryRun: true)),
        SampleMessage(BeginImport.Reply(job: "j_1", resume: 5)),
        SampleMessage(
            ImportBatch.Request(
                job: "j_1", firstLine: 2, rows: [ImportBatch.Row(line: 2, fields: values())], dryRun: false)),
        SampleMessage(
            ImportBatch.Reply(
                imported: 1, updated: 2, duplicates: 3,
                rejected: [ImportBatch.Rejection(line: 4, reason: "invalid-value", field: "phone")])),
        SampleMessage(EndImport.Request(job: "j_1")),
        SampleMessage(EndImport.Reply(rows: 1, imported: 2, updated: 3, duplicates: 4, rejected: 5)),
    ]

    private static let customers: [SampleMessage] = [
        SampleMessage(FindCustomers.Request(by: .phone, value: Sensitive("13800138000"))),
        SampleMessage(
            FindCustomers.Reply(
                matches: [FindCustomers.Match(number: number(), masked: values())], more: true, quota: quota)),
        SampleMessage(ShowCustomers.Reply(customers: [customer(values())], quota: quota)), SampleMessage(quota),
        SampleMessage(customer(FieldValues())),
        SampleMessage(MatchCustomer.Request(field: field(), value: Sensitive("13800138000"))),
        SampleMessage(MatchCustomer.Reply(match: true)), SampleMessage(AddCustomer.Request(fields: values())),
        SampleMessage(RevisionReply(number: number(), rev: 1)),
        SampleMessage(UpdateCustomer.Request(fields: values(), rev: 0)),
    ]

    private static let pending = PendingRequest(
        id: "r_" + Crockford.randomLower(26), kind: .approval, state: .open, name: "李娜", person: person, kid: kid,
        head: Sample.head(), approvals: 1, needed: 2, created: 1, expires: 2, due: 0, isOwn: true)

    private static let requests: [SampleMessage] = [
        SampleMessage(pending),
        SampleMessage(
            PendingRequest(
                id: "r_" + Crockford.randomLower(26), kind: .breakGlass, state: .review, name: "", person: person,
                kid: kid, head: RequestHead(act: .read, counter: 1), approvals: 0, needed: 0, created: 1, expires: 0,
                due: 2, isOwn: false)),
        SampleMessage(ListRequests.Reply(requests: [pending])),
        SampleMessage(ShowRequest.Reply(request: pending, head: .object(["v": 1]))),
        SampleMessage(ApproveRequest.Reply(approvals: 1, needed: 2)),
    ]

    private static let log: [SampleMessage] = [
        SampleMessage(TailLog.Request(count: 10, before: 0)),
        SampleMessage(TailLog.Reply(entries: [.object(["v": 1])], from: 11, size: 12)),
        SampleMessage(BeginFollow.Request(minutes: 15, count: 20)),
        SampleMessage(BeginFollow.Reply(follow: "f_1", next: 3)),
        SampleMessage(FollowPage.Request(follow: "f_1", from: 3)),
        SampleMessage(FollowPage.Reply(entries: [.object(["v": 1])], next: 4, size: 5)),
        SampleMessage(EndFollow.Request(follow: "f_1")),
        SampleMessage(ShowLogEntry.Request(index: 3)), SampleMessage(ShowLogEntry.Reply(item: item, proof: "x")),
        SampleMessage(
            BeginExport.Request(
                since: 1, until: 2, customer: number(), employee: person, delegation: "b", purpose: Purpose("order"),
                decision: "deny", redact: true)),
        SampleMessage(BeginExport.Request()),
        SampleMessage(
            BeginExport.Reply(
                export: "x_1", size: 3, checkpoint: "note", origin: "coffer/00/1", statement: "s", blocks: ["b"],
                policies: [hash], witnesses: ["officer+0a+key"], cosigned: "note")),
        SampleMessage(GetExportPage.Request(export: "x_1", from: 0, count: 500)),
        SampleMessage(GetExportPage.Reply(items: [item])),
        SampleMessage(GetExportObject.Request(export: "x_1", kind: .policy, id: hash)),
        SampleMessage(GetExportObject.Reply(data: [1, 2, 3])), SampleMessage(EndExport.Request(export: "x_1")),
    ]
}
