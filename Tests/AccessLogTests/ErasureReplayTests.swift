import AccessLog
import Authority
import CanonicalJSON
import Policy
import Primitives
import Testing
import VaultModel

/// An erasure that was carried out had been asked for, had waited, and was nobody else's.
struct ErasureReplayTests {
    private static let hour: Int64 = 3_600_000
    private static let officer = "compliance-officer"
    private let customer = CustomerNumber.random().text
    private let id = "e_" + Crockford.randomLower(26)

    /// The officer erases; the keeper, who is the owner's other hand, approves.
    private static func log(_ rules: String = "{undo_hours: 2, daily_limit: 2, queue_hours: 48}") -> SampleLog {
        let log = SampleLog.ready()
        var text = String(decoding: SampleLog.samplePolicy, as: UTF8.self)
        text = text.replacing("purge, hold]}", with: "purge, hold], subject: [erase], backup: [pick]}")
        log.apply(policy: Array((text + "erasure: \(rules)\n").utf8))
        return log
    }

    private func problems(_ log: SampleLog) throws -> [UInt64?: LogProblem] {
        let scratch = try Scratch()
        let findings = try log.export(to: scratch).verify().findings
        return Dictionary(findings.map { ($0.index, $0.problem) }) { first, _ in first }
    }

    private func order(isNow: Bool) -> String { ErasureOrder(reason: .customerRequest, isNow: isNow).digest }

    @discardableResult
    private func request(
        _ log: SampleLog, id: String? = nil, customer: String? = nil, isNow: Bool = false, by signer: Signer? = nil,
        role: String = officer
    ) -> UInt64 {
        let request = SampleRequest(
            act: .erase, fields: [], form: nil, purpose: "", customers: [customer ?? self.customer],
            object: order(isNow: isNow))
        return log.append(request, by: signer ?? log.officer, kind: .eraseRequest, role: role) { draft in
            (draft.xid, draft.released) = (id ?? self.id, 0)
        }
    }

    @discardableResult
    private func undo(_ log: SampleLog) -> UInt64 {
        let request = SampleRequest(act: .erase, fields: [], form: nil, purpose: "", customers: [customer])
        return log.append(request, by: log.officer, kind: .eraseUndo, role: Self.officer) { draft in
            (draft.xid, draft.released) = (id, 0)
        }
    }

    /// What the broker writes of its own accord.
    @discardableResult
    private func own(
        _ log: SampleLog, _ kind: EntryKind = .erase, id: String? = nil, customer: String? = nil
    ) -> UInt64 {
        var draft = EntryDraft(kind: kind, decision: .allow, why: .granted, policy: log.policy, xid: id ?? self.id)
        draft.subject.customers = [customer ?? self.customer]
        return log.append(draft)
    }

    @Test func `asked for, waited, announced twice after a crash, done`() throws {
        let log = Self.log()
        request(log)
        log.time += 2 * Self.hour
        own(log)
        own(log)
        own(log, .eraseDone)
        #expect(try problems(log) == [:])
    }

    @Test func `nobody asked, or it was taken back`() throws {
        let log = Self.log()
        let first = own(log)
        #expect(try problems(log) == [first: .erasedWithoutRequest])
        let other = Self.log()
        request(other)
        undo(other)
        other.time += 9 * Self.hour
        let second = own(other)
        #expect(try problems(other) == [second: .erasedWithoutRequest])
        let late = Self.log()
        request(late)
        late.time += 2 * Self.hour
        own(late)
        let third = undo(late)
        #expect(try problems(late) == [third: .erasedWithoutRequest])
        let skipped = Self.log()
        request(skipped)
        let fourth = own(skipped, .eraseDone)
        #expect(try problems(skipped) == [fourth: .erasedWithoutRequest])
    }

    @Test func `an hour early is early, and another customer is another`() throws {
        let log = Self.log()
        request(log)
        log.time += Self.hour
        let first = own(log)
        #expect(try problems(log) == [first: .erasedEarly])
        let other = Self.log()
        request(other)
        other.time += 2 * Self.hour
        let second = own(other, customer: CustomerNumber.random().text)
        #expect(try problems(other) == [second: .erasedOther])
    }

    @Test func `who may not, and who says not why, freezes nobody`() throws {
        let log = Self.log()
        let clerk = request(log, by: log.clerk, role: "clerk")
        #expect(try problems(log) == [clerk: .notAllowedByPolicy])
        let mute = Self.log()
        let request = SampleRequest(act: .erase, fields: [], form: nil, purpose: "", customers: [customer])
        let index = mute.append(request, by: mute.officer, kind: .eraseRequest, role: Self.officer) { draft in
            (draft.xid, draft.released) = (id, 0)
        }
        #expect(try problems(mute)[index] == .notAllowedByPolicy)
    }

    @Test func `what does not wait takes an approval`() throws {
        let log = try shopWithKeeper()
        let index = request(log, isNow: true)
        own(log)
        #expect(try problems(log) == [index: .notAllowedByPolicy])
        let approved = try shopWithKeeper()
        try approve(approved, isNow: true)
        request(approved, isNow: true)
        own(approved)
        own(approved, .eraseDone)
        #expect(try problems(approved) == [:])
        // An approval of one that waits is none of one that does not.
        let other = try shopWithKeeper()
        try approve(other, isNow: false)
        let second = request(other, isNow: true)
        #expect(try problems(other) == [second: .notAllowedByPolicy])
    }

    @Test func `the third of a day takes an approval and waits, also when it says now`() throws {
        let log = try shopWithKeeper()
        for place in 0..<2 { request(log, id: "e_" + String(repeating: "\(place)", count: 26)) }
        let third = request(log)
        #expect(try problems(log) == [third: .notAllowedByPolicy])
        let approved = try shopWithKeeper()
        for place in 0..<2 { request(approved, id: "e_" + String(repeating: "\(place)", count: 26)) }
        try approve(approved, isNow: true)
        request(approved, isNow: true)
        approved.time += 3 * Self.hour
        let early = own(approved)
        #expect(try problems(approved) == [early: .erasedEarly])
        // A day later it is the first again.
        let next = try shopWithKeeper()
        for place in 0..<2 { request(next, id: "e_" + String(repeating: "\(place)", count: 26)) }
        next.time += 24 * Self.hour
        request(next)
        #expect(try problems(next) == [:])
    }

    @Test func `nobody is brought back who was erased, nor without the right or the archive's name`() throws {
        let log = Self.log()
        let manifest = String(repeating: "ab", count: 32)
        func pick(_ customer: String, set: String = "b_" + String(repeating: "0", count: 26), object: String) -> UInt64
        {
            let request = SampleRequest(
                act: .backupRestore, fields: [], form: nil, purpose: "", customers: [customer], object: object)
            return log.append(request, by: log.officer, kind: .restore, role: Self.officer) { draft in
                (draft.xid, draft.released) = (set, 0)
            }
        }
        _ = pick(customer, object: manifest)
        request(log)
        log.time += 3 * Self.hour
        own(log)
        own(log, .eraseDone)
        #expect(try problems(log) == [:])
        let restored = pick(customer, object: manifest)
        let another = CustomerNumber.random().text
        _ = pick(another, object: manifest)
        let nameless = pick(another, set: "", object: manifest)
        let aimless = pick(another, object: "")
        var text = String(decoding: SampleLog.samplePolicy, as: UTF8.self)
        text = text.replacing("purge, hold]}", with: "purge, hold], backup: [restore, run]}")
        log.apply(policy: Array(text.utf8))
        let rightless = pick(another, object: manifest)
        #expect(
            try problems(log) == [
                restored: .erasedRestored, nameless: .notAllowedByPolicy, aimless: .notAllowedByPolicy,
                rightless: .notAllowedByPolicy,
            ])
    }

    @Test func `a hold in force keeps her`() throws {
        let log = Self.log()
        request(log)
        let header = log.header(log.officer)
        let block = HoldBlock(header: header, scope: .customers([customer]), until: log.time / 1_000 + 100_000)
        let envelope = DSSEEnvelope.sealing(block) { log.officer.sign($0) }
        log.blocks.append(envelope)
        let brought = SampleRequest(
            act: .hold, fields: [], form: nil, purpose: "", object: Hex.encode(SHA256.hash(envelope.payload)))
        log.append(brought, by: log.officer, kind: .hold, role: Self.officer)
        log.time += 3 * Self.hour
        let index = own(log)
        #expect(try problems(log) == [index: .erasedHeld])
    }

    @Test func `where nobody else can approve, what does not wait has waited as a request does`() throws {
        let log = Self.log("{undo_hours: 72, daily_limit: 2, queue_hours: 72}")
        func refused() {
            let request = SampleRequest(
                act: .erase, fields: [], form: nil, purpose: "", customers: [customer], object: order(isNow: true))
            log.append(request, by: log.officer, kind: .eraseRequest, role: Self.officer) { draft in
                (draft.decision, draft.why, draft.released) = (.deny, .approvalRequired, 0)
                draft.xid = id
            }
        }
        refused()
        log.time += 23 * Self.hour
        let early = request(log, isNow: true)
        #expect(try problems(log) == [early: .notAllowedByPolicy])
        let patient = Self.log("{undo_hours: 72, daily_limit: 2, queue_hours: 72}")
        patient.append(
            SampleRequest(
                act: .erase, fields: [], form: nil, purpose: "", customers: [customer], object: order(isNow: true)),
            by: patient.officer, kind: .eraseRequest, role: Self.officer
        ) { draft in
            (draft.decision, draft.why, draft.released) = (.deny, .approvalRequired, 0)
            draft.xid = id
        }
        patient.time += 24 * Self.hour
        request(patient, isNow: true)
        own(patient)
        own(patient, .eraseDone)
        #expect(try problems(patient) == [:])
    }

    // MARK: - Archives

    /// - Parameter before: how long before this entry the oldest archive of keys was made, milliseconds.
    @discardableResult
    private func report(
        _ log: SampleLog, before: Int64? = 0, act: Act = .backupRun, saying other: KeysNote? = nil,
        signing object: String? = nil
    ) throws -> UInt64 {
        let note = try #require(KeysNote(oldest: before.map { log.time + 1_000 - $0 }, targets: 2))
        let request = SampleRequest(act: act, fields: [], form: nil, purpose: "", object: object ?? note.object)
        return log.append(request, by: log.officer, kind: .backup, role: Self.officer) { draft in
            (draft.xid, draft.released, draft.object) = ((other ?? note).text, 0, note.object)
        }
    }

    private func erased(_ rights: String = "backup: [run]") -> SampleLog {
        let log = SampleLog.ready()
        var text = String(decoding: SampleLog.samplePolicy, as: UTF8.self)
        text = text.replacing("purge, hold]}", with: "purge, hold], subject: [erase], \(rights)}")
        log.apply(policy: Array((text + "erasure: {undo_hours: 2, daily_limit: 2, queue_hours: 48}\n").utf8))
        request(log)
        log.time += 2 * Self.hour
        own(log)
        own(log, .eraseDone)
        return log
    }

    @Test func `no archive holds her key: said after a report of archives that are all newer`() throws {
        let log = erased()
        log.time += Self.hour
        try report(log, before: Self.hour / 2)
        // A report of an older one that turned up later takes nothing back.
        try report(log, before: nil)
        own(log, .eraseArchives)
        #expect(try problems(log) == [:])
    }

    @Test func `a request that names no report is none, whatever the entry says`() throws {
        let log = erased()
        log.time += Self.hour
        // The broker has a signed request of an ordinary run, and says that it reported.
        let forged = try report(log, before: Self.hour / 2, signing: "")
        own(log, .eraseArchives)
        #expect(try problems(log) == [forged: .head])
    }

    @Test func `a second statement without a first, without a report, or by an older one is found`() throws {
        let first = SampleLog.ready()
        let alone = own(first, .eraseArchives)
        #expect(try problems(first)[alone] == .erasedWithoutRequest)

        let unfinished = Self.log()
        request(unfinished)
        unfinished.time += 2 * Self.hour
        own(unfinished)
        let early = own(unfinished, .eraseArchives)
        #expect(try problems(unfinished) == [early: .erasedWithoutRequest])

        let silent = erased()
        let missing = own(silent, .eraseArchives)
        #expect(try problems(silent) == [missing: .erasedUnreported])

        let unknown = erased()
        try report(unknown, before: nil)
        let unclear = own(unknown, .eraseArchives)
        #expect(try problems(unknown) == [unclear: .erasedUnreported])

        let older = erased()
        try report(older, before: Self.hour)
        let stale = own(older, .eraseArchives)
        #expect(try problems(older) == [stale: .erasedUnreported])

        // What was reported before she was erased once more says nothing of what came back in between.
        let again = erased()
        again.time += Self.hour
        try report(again)
        own(again)
        own(again, .eraseDone)
        let old = own(again, .eraseArchives)
        #expect(try problems(again) == [old: .erasedUnreported])

        let other = erased()
        other.time += Self.hour
        try report(other)
        let another = own(other, .eraseArchives, customer: CustomerNumber.random().text)
        #expect(try problems(other) == [another: .erasedOther])
    }

    @Test func `a report from the future, one that was altered, and one without the right are found`() throws {
        let future = erased()
        let ahead = try report(future, before: -Self.hour)
        let said = own(future, .eraseArchives)
        #expect(try problems(future) == [ahead: .time, said: .erasedUnreported])

        let altered = erased()
        altered.time += Self.hour
        let better = try #require(KeysNote(oldest: altered.time, targets: 2))
        let changed = try report(altered, before: 3 * Self.hour, saying: better)
        #expect(try problems(altered) == [changed: .head])

        let rightless = erased("backup: [list]")
        rightless.time += Self.hour
        let reported = try report(rightless)
        #expect(try problems(rightless) == [reported: .notAllowedByPolicy])
        let pruner = erased("backup: [prune-apply]")
        pruner.time += Self.hour
        try report(pruner, act: .backupPrune)
        let wrong = try report(pruner, act: .backupRun)
        let listed = try report(pruner, act: .backupList)
        #expect(try problems(pruner) == [wrong: .notAllowedByPolicy, listed: .notAllowedByPolicy])
    }

    // MARK: - Approvals

    private func shopWithKeeper() throws -> SampleLog {
        let log = Self.log()
        log.enrol(log.stranger, role: "keeper")
        log.grant(log.stranger, role: "keeper")
        return log
    }

    private func approve(_ log: SampleLog, isNow: Bool) throws {
        let request = SampleRequest(
            act: .erase, fields: [], form: nil, purpose: "", customers: [customer], object: order(isNow: isNow))
        var members = try #require(try JSONValue.parse(request.head(counter: 1), limits: .signed).objectValue)
        members["ctr"] = nil
        let block = ApproveBlock(
            header: log.header(log.stranger), head: members, expires: log.time / 1_000 + 3_600)
        let envelope = DSSEEnvelope.sealing(block) { log.stranger.sign($0) }
        log.blocks.append(envelope)
        let brought = SampleRequest(
            act: .approve, fields: [], form: nil, purpose: "", object: Hex.encode(SHA256.hash(envelope.payload)))
        log.append(brought, by: log.stranger, kind: .approve, role: "keeper") { $0.xid = id }
    }
}
