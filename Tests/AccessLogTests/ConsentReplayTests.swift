import AccessLog
import Authority
import CanonicalJSON
import Primitives
import Testing
import VaultModel

/// A read that needs approvals is covered by them in the log, or it was not allowed.
struct ConsentReplayTests {
    private let request = SampleRequest(customers: SampleLog.customers)
    private let id = "r_" + Crockford.randomLower(26)

    /// The clerk's reads need so many approvals; officer and owner may give them.
    private static func log(approvals: Int = 1, others: String = "approve: true, ") -> SampleLog {
        let log = SampleLog.ready()
        var text = String(decoding: SampleLog.samplePolicy, as: UTF8.self)
        text = text.replacing(
            "purposes: [order]}]}",
            with: "purposes: [order], approval: \(approvals), break_glass: [threat-to-life]}]}")
        text = text.replacing("{log: [tail", with: "{\(others)log: [tail")
        text = text.replacing("purposes: [order, care]", with: "purposes: [order, care]\nsolo_wait_hours: 1")
        log.apply(policy: Array(text.utf8))
        return log
    }

    private func problems(_ log: SampleLog) throws -> [UInt64?: LogProblem] {
        let scratch = try Scratch()
        let findings = try log.export(to: scratch).verify().findings
        return Dictionary(findings.map { ($0.index, $0.problem) }) { first, _ in first }
    }

    /// The head as an approval speaks of it.
    private func head(_ request: SampleRequest) throws -> [String: JSONValue] {
        var members = try #require(try JSONValue.parse(request.head(counter: 1), limits: .signed).objectValue)
        members["ctr"] = nil
        return members
    }

    /// The entry in which somebody approves.
    private func approve(
        _ log: SampleLog, _ request: SampleRequest? = nil, by signer: Signer, bringer: Signer? = nil,
        role: String = "compliance-officer", seconds: Int64 = 3_600, for id: String? = nil
    ) throws {
        let block = ApproveBlock(
            header: log.header(signer), head: try head(request ?? self.request), expires: log.time / 1_000 + seconds)
        let envelope = DSSEEnvelope.sealing(block) { signer.sign($0) }
        log.blocks.append(envelope)
        let brought = SampleRequest(
            act: .approve, fields: [], form: nil, purpose: "", ref: id ?? self.id,
            object: Hex.encode(SHA256.hash(envelope.payload)))
        log.append(brought, by: bringer ?? signer, kind: .approve, role: role) { $0.xid = id ?? self.id }
    }

    /// The refusal with which a request begins to wait.
    private func refuse(_ log: SampleLog, _ request: SampleRequest? = nil) throws {
        let digest = HeadDigest(try head(request ?? self.request)).text
        log.append(request ?? self.request, by: log.clerk) { draft in
            (draft.decision, draft.why, draft.released) = (.deny, .approvalRequired, 0)
            (draft.xid, draft.object) = (id, digest)
        }
    }

    private func read(_ log: SampleLog, _ request: SampleRequest? = nil) -> UInt64 {
        log.append(request ?? self.request, by: log.clerk) { $0.xid = id }
    }

    @Test func `a read without its approval is found`() throws {
        let log = Self.log()
        try refuse(log)
        let index = read(log)
        #expect(try problems(log) == [index: .notAllowedByPolicy])
    }

    @Test func `an approved read is allowed once`() throws {
        let log = Self.log()
        try refuse(log)
        try approve(log, by: log.officer)
        _ = read(log)
        #expect(try problems(log) == [:])
        let again = read(log)
        #expect(try problems(log) == [again: .notAllowedByPolicy])
    }

    @Test func `an approval of another head, one that has run out and one's own are none`() throws {
        let other = Self.log()
        try approve(other, SampleRequest(customers: [CustomerNumber.random().text]), by: other.officer)
        let first = read(other)
        #expect(try problems(other) == [first: .notAllowedByPolicy])

        let late = Self.log()
        try approve(late, by: late.officer, seconds: 60)
        late.time += 60_000
        let second = read(late)
        #expect(try problems(late) == [second: .notAllowedByPolicy])

        let own = Self.log(others: "")
        try approve(own, by: own.clerk, role: "clerk")
        let third = read(own)
        #expect(try problems(own) == [third: .notAllowedByPolicy])
    }

    @Test func `an approval dies with its approver, and with her right`() throws {
        let revoked = Self.log()
        try approve(revoked, by: revoked.officer)
        revoked.revoke(revoked.officer)
        let first = read(revoked)
        #expect(try problems(revoked) == [first: .notAllowedByPolicy])

        let demoted = Self.log(others: "")
        try approve(demoted, by: demoted.officer)
        let second = read(demoted)
        #expect(try problems(demoted) == [second: .notAllowedByPolicy])
    }

    @Test func `two approvals are those of two persons`() throws {
        let log = Self.log(approvals: 2)
        try approve(log, by: log.officer)
        try approve(log, by: log.officer)
        let alone = read(log)
        #expect(try problems(log) == [alone: .notAllowedByPolicy])

        let both = Self.log(approvals: 2)
        both.enrol(both.stranger, role: "compliance-officer")
        both.grant(both.stranger, role: "compliance-officer")
        try approve(both, by: both.officer)
        try approve(both, by: both.stranger)
        _ = read(both)
        #expect(try problems(both) == [:])
    }

    @Test func `nobody brings an approval for another person`() throws {
        let log = Self.log()
        try approve(log, by: log.officer, bringer: log.clerk, role: "clerk")
        let index = UInt64(log.entries.count - 1)
        #expect(try problems(log)[index] == .refused)
    }

    @Test func `of two requests with one head each keeps its own approval`() throws {
        let log = Self.log()
        let other = "r_" + Crockford.randomLower(26)
        try approve(log, by: log.officer, seconds: 3_600, for: other)
        try approve(log, by: log.officer, seconds: 60)
        // The one that was given for this request is used, though the other is older.
        _ = read(log)
        log.time += 120_000
        log.append(request, by: log.clerk) { $0.xid = other }
        #expect(try problems(log) == [:])
    }

    @Test func `a wait covers one read where nobody else can approve, and only after its hours`() throws {
        let log = Self.log(others: "")
        try refuse(log)
        let early = read(log)
        #expect(try problems(log) == [early: .notAllowedByPolicy])

        let patient = Self.log(others: "")
        try refuse(patient)
        patient.time += 3_600_000
        _ = read(patient)
        #expect(try problems(patient) == [:])
        let again = read(patient)
        #expect(try problems(patient) == [again: .notAllowedByPolicy])

        let two = Self.log()
        try refuse(two)
        two.time += 3_600_000
        let notAlone = read(two)
        #expect(try problems(two) == [notAlone: .notAllowedByPolicy])
    }

    @Test func `a wait is for what was refused, and somebody signed the refusal`() throws {
        let log = Self.log(others: "")
        try refuse(log, SampleRequest(customers: [CustomerNumber.random().text]))
        log.time += 3_600_000
        let index = read(log)
        #expect(try problems(log) == [index: .notAllowedByPolicy])

        let made = Self.log(others: "")
        made.append(request, by: made.clerk) { draft in
            (draft.decision, draft.why, draft.released) = (.deny, .approvalRequired, 0)
            draft.xid = id
            draft.object = String(repeating: "0a", count: 32)
        }
        made.time += 3_600_000
        let second = read(made)
        #expect(try problems(made) == [second: .notAllowedByPolicy])
    }

    @Test func `an emergency that the rule names needs no approval, and its entry says so`() throws {
        let log = Self.log()
        var urgent = request
        urgent.object = Hex.encode(SHA256.hash(Array("COFFER/BREAKGLASS/v01threat-to-life".utf8)))
        log.append(urgent, by: log.clerk, kind: .breakglass) { $0.xid = id }
        #expect(try problems(log) == [:])
        let quiet = log.append(urgent, by: log.clerk, kind: .read)
        var invented = request
        invented.object = String(repeating: "0a", count: 32)
        let unknown = log.append(invented, by: log.clerk, kind: .breakglass)
        let none = log.append(request, by: log.clerk, kind: .breakglass)
        let expected = [quiet, unknown, none].map { ($0, LogProblem.notAllowedByPolicy) }
        #expect(try problems(log) == Dictionary(uniqueKeysWithValues: expected))
    }
}
