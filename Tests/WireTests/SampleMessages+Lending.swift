import VaultModel

@testable import Wire

extension SampleMessages {
    private static let order = RecordName(.random(), kind: "order")
    private static let shop = ShopName.main

    private static let erasure = ErasureState(
        id: "e_0123456789abcdefghjkmnpqrs", number: number(), state: .pending, reason: "customer-request", isNow: true,
        by: "李娜", requestEntry: 4, requested: 5, due: 6, doneEntry: 7, done: 8, level: .archives,
        archivesEntry: 9)

    static let lending: [SampleMessage] = [
        SampleMessage(EraseSubject.Request(reason: "customer-request", now: true)),
        SampleMessage(ErasureReply(erasure: erasure)),
        SampleMessage(ListErasures.Reply(erasures: [erasure])),
        SampleMessage(GetErasureReceipt.Reply(erasure: erasure, statement: block, archives: block)),
        SampleMessage(AddRecord.Request(kind: "order", fields: values())),
        SampleMessage(AddRecord.Reply(id: order, rev: 1)),
        SampleMessage(
            ShowRecords.Reply(records: [
                ShowRecords.Record(
                    id: order, kind: "order", customer: number(), form: .full, rev: 2, status: "open", fields: values())
            ])),
        SampleMessage(StepOrder.Request(step: .reassigned)),
        SampleMessage(PlanPurge.Request(cores: true, before: 5)),
        SampleMessage(PlanPurge.Reply(first: 3, end: 9, from: 202_611, through: 202_612, months: 36, holds: 2)),
        SampleMessage(PurgeLog.Reply(entries: 6, kept: 2)),
        SampleMessage(RotateKeys.Request(rotation: .krk)),
        SampleMessage(BeginScrub.Request(rate: 500, repairs: true)),
        SampleMessage(
            RunBackup.Request(
                full: false, resume: "", sequence: 6, hash: String(repeating: "a", count: 64),
                created: 1_795_000_000_000,
                bases: [.init(hash: String(repeating: "b", count: 64), until: 1_796_000_000_000)])),
        SampleMessage(RunBackup.Reply(set: "b_0123456789abcdefghjkmnpqrs")),
        SampleMessage(
            BackupStatus.Reply(
                state: "running", set: "b_0123456789abcdefghjkmnpqrs", phase: "sealing", part: "vault", done: 1,
                total: 2, problem: "", lastSet: "",
                archives: .init(
                    made: 1, stored: 2, structure: 3, structureTook: 4, cards: 5, cardsTook: 6, hasDrillKey: true),
                drillKey: "age1qq", warnings: ["old"], ledger: 3)),
        SampleMessage(GetBackupObject.Request(kind: .pack, name: String(repeating: "c", count: 64), offset: 700)),
        SampleMessage(
            DrillNote(tier: .structure, passed: true, took: 900, age: 3_600, set: "b_0123456789abcdefghjkmnpqrs")
                .map(NoteBackup.Request.init) ?? .prune),
        SampleMessage(NoteBackup.Request.prune),
        SampleMessage(KeysNote(oldest: 1_795_000_000_000, targets: 2).map(NoteBackup.Request.init) ?? .prune),
        SampleMessage(KeysNote(oldest: nil, targets: 1).map(NoteBackup.Request.init) ?? .prune),
        SampleMessage(SetDrillKey.Request(recipient: "age1qq")),
        SampleMessage(
            PickPage.Request(
                from: 3,
                rows: [
                    PickRow(
                        id: .random(), kind: "order", rev: 2, seal: Array(repeating: 1, count: 32), shop: "main",
                        month: 202_611, status: 1, fields: [.init(name: "amount", ordinal: 0, envelope: [1, 2, 3])])
                ])),
        SampleMessage(PickCustomer.Request(statement: block, dryRun: true)),
        SampleMessage(
            PickCustomer.Reply(
                changes: [.init(id: order.text, kind: "order", isNew: true, rev: 3, fields: ["amount"])], same: 4)),
        SampleMessage(StoredBackup.Request(set: "b_0123456789abcdefghjkmnpqrs", stored: 1, failed: 1)),
        SampleMessage(
            ScrubStatus.Reply(
                state: "done", done: 3, total: 4, opened: 12, repaired: 1, orphans: 0,
                findings: [ScrubStatus.Finding(record: "C-7K3M-9QXD", kind: "customer", problem: "seal")])),
        SampleMessage(
            ListHolds.Reply(holds: [ListHolds.Hold(id: "abc", block: block, by: "李娜", index: 7)])),
        SampleMessage(StepOrder.Reply(id: order, rev: 3, status: "delivered")),
        SampleMessage(PrepareGrant.Request(to: "李娜")),
        SampleMessage(PrepareGrant.Reply(kid: kid, role: role("courier"), parent: "abc", shop: shop, now: 7)),
        SampleMessage(BlockRequest(block: block)),
        SampleMessage(DelegateGrant.Reply(capability: "abc", expires: 5)),
        SampleMessage(
            ListGrants.Reply(grants: [
                ListGrants.Grant(
                    capability: "abc", by: "李娜", to: "王伟", isMine: true, order: order.text, fields: [field()],
                    form: .full,
                    purpose: "delivery", begins: 1, expires: 2, max: 3, used: 1, state: "live")
            ])),
        SampleMessage(RevokeGrant.Reply(ended: 2)),
        SampleMessage(OffboardStaff.Request(person: person, block: block)),
        SampleMessage(
            OffboardStaff.Reply(
                killed: [
                    OffboardStaff.Killed(
                        capability: "abc", holder: kid, to: "王伟", wasLent: true, order: order.text, block: block,
                        left: 2)
                ], ended: 1, connections: 1, withdrawn: 1, tasks: ["vault-passphrase"], statement: block)),
        SampleMessage(ListSeen.Request(person: person, from: 20_000)),
        SampleMessage(
            ListSeen.Reply(
                seen: [ListSeen.Seen(customer: number(), form: .masked, fields: [field()], reads: 4, last: 1_000)],
                denied: 1, purged: 2, next: 3, size: 4,
                days: [ListSeen.Day(day: 20_000, shown: 1, lookups: 2, changes: 3, denied: 4)])),
    ]
}
