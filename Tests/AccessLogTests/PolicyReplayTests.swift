import AccessLog
import Authority
import Policy
import Primitives
import Testing
import VaultModel

/// Past reads before another policy.
struct PolicyReplayTests {
    private func policy(_ edit: (String) -> String = { $0 }) throws -> PolicyDocument {
        let text = edit(Self.text)
        return try PolicyDocument.parse(Array(text.utf8), file: "policy").get()
    }

    private static let text = """
        version: 1
        trade: test
        region: CN
        classes: {identity: {}, contact: {}}
        purposes: [order, care, delivery]
        records:
          customer:
            fields:
              name: {type: name, class: identity}
              phone: {type: phone, class: contact, index: {kind: last4, bits: 10}}
        roles:
          owner: {staff: [approve], policy: [apply]}
          clerk:
            lookup: [phone, name]
            read: [{record: customer, fields: [name, phone], form: full, purposes: [order, delivery]}]
            delegate: [{record: customer, fields: [name, phone], purposes: [delivery], to: courier, minutes: 90, max: 5}]
          courier: {}
          boss: {approve: true, read: [{record: customer, fields: [name, phone], form: full, purposes: [order], approval: 1}]}

        """

    private func replay(_ log: SampleLog, since: Int64 = 0, until: Int64 = 0) throws -> PolicyReplay {
        var replay = PolicyReplay(since: since, until: until)
        for entry in try log.scanned() { replay.add(entry) }
        while !replay.wanted.isEmpty { for id in replay.wanted { replay.learn(try log.block(id)) } }
        return replay
    }

    private func read(_ log: SampleLog, _ bend: (inout EntryDraft) -> Void = { _ in }) {
        let root = log.clerkRoot
        log.append(SampleRequest(customers: [CustomerNumber.random().text]), by: log.clerk) { draft in
            draft.capability = root?.text ?? ""
            bend(&draft)
        }
    }

    @Test func `the policy that allowed them allows them still`() throws {
        let log = SampleLog.ready()
        for _ in 0..<3 { read(log) }
        let verdict = try replay(log).verdict(of: try policy())
        #expect(verdict.judged == 3 && verdict.refused == 0 && verdict.groups.isEmpty)
    }

    @Test func `a stricter one refuses, alike reads are one group, and refusals of then are not judged`() throws {
        let log = SampleLog.ready()
        for _ in 0..<3 { read(log) }
        read(log) { $0.purpose = "delivery" }
        read(log) { draft in
            draft.decision = .deny
            draft.why = .rate
            draft.released = 0
        }
        let strict = try policy {
            $0.replacing("purposes: [order, delivery]}]\n    delegate", with: "purposes: [delivery]}]\n    delegate")
        }
        let verdict = try replay(log).verdict(of: strict)
        #expect(verdict.judged == 4 && verdict.refused == 3)
        let group = try #require(verdict.groups.first)
        #expect(verdict.groups.count == 1 && group.count == 3 && group.reason == .purpose && group.keys == 1)
        #expect(group.indices.count == 3 && group.role == "clerk" && group.purpose == "order")
    }

    @Test func `a role that is gone is a reason`() throws {
        let log = SampleLog.ready()
        read(log) { $0.role = "waiter" }
        let groups = try replay(log).verdict(of: try policy()).groups
        #expect(groups.map(\.reason) == [.unknownRole])
    }

    @Test func `only the span asked for is judged`() throws {
        let log = SampleLog.ready()
        read(log)
        let middle = log.time + 1
        read(log)
        #expect(try replay(log, since: middle).verdict(of: try policy()).judged == 1)
        #expect(try replay(log, until: middle).verdict(of: try policy()).judged == 1)
        #expect(try replay(log, since: middle + 10_000).verdict(of: try policy()).judged == 0)
    }

    @Test func `a look-up counts as allowed while one way of searching is`() throws {
        let log = SampleLog.ready()
        log.append(
            SampleRequest(act: .find, form: .masked, customers: [CustomerNumber.random().text]), by: log.clerk,
            kind: .lookup)
        let replay = try replay(log)
        #expect(replay.verdict(of: try policy()).refused == 0)
        #expect(replay.verdict(of: try policy { $0.replacing("[phone, name]\n", with: "[name]\n") }).refused == 0)
        let none = replay.verdict(of: try policy { $0.replacing("    lookup: [phone, name]\n", with: "") })
        #expect(none.groups.map(\.reason) == [.act])
    }

    @Test func `approvals that were given then count, and one more may be too few`() throws {
        let log = SampleLog.ready()
        let id = "r_" + String(repeating: "7", count: 26)
        log.append(SampleRequest(act: .approve, fields: [], form: nil, purpose: ""), by: log.officer, kind: .approve) {
            $0.xid = id
            $0.object = String(repeating: "0a", count: 32)
        }
        read(log) { draft in
            draft.role = "boss"
            draft.xid = id
        }
        read(log) { $0.role = "boss" }
        let verdict = try replay(log).verdict(of: try policy())
        #expect(verdict.judged == 2 && verdict.groups.map(\.reason) == [.approvalRequired])
        #expect(verdict.groups.first?.count == 1, "the one without a request")
        let two = try policy { $0.replacing("approval: 1", with: "approval: 2") }
        #expect(try replay(log).verdict(of: two).refused == 2)
    }

    @Test func `a wait that stood in for a second person is taken as one`() throws {
        let log = SampleLog.ready()
        let id = "r_" + String(repeating: "7", count: 26)
        read(log) { draft in
            draft.role = "boss"
            draft.xid = id
        }
        log.append(EntryDraft(kind: .alert, decision: .allow, why: .granted, xid: id))
        #expect(try replay(log).verdict(of: try policy()).refused == 0)
    }

    @Test func `what was lent is judged by whoever lent it`() throws {
        let log = SampleLog.ready()
        let root = try #require(log.clerkRoot)
        let (courier, purpose) = (try #require(RoleName("courier")), try #require(Purpose("delivery")))
        let fields = ["customer.name", "customer.phone"].compactMap { FieldName($0) }
        let loan = CapabilityBlock(
            vault: log.vault, issuer: log.clerk.kid, audience: log.stranger.kid, parent: root, role: courier,
            acts: .only([.read]), fields: .only(fields), forms: [.full], purposes: .only([purpose]), shops: .any,
            subjects: .orders(["o_" + String(repeating: "7", count: 26)]), notBefore: 1, expires: 2_000_000_000,
            maxUses: 3, depth: 0)
        log.register(loan, by: log.clerk, kind: .delegate)
        log.append(
            SampleRequest(purpose: "delivery", customers: [CustomerNumber.random().text], capability: loan.id),
            by: log.stranger, role: "courier")
        let replay = try replay(log)
        #expect(replay.verdict(of: try policy()).refused == 0, "the courier has no rule of her own")
        let without = try policy {
            $0.replacing(
                "fields: [name, phone], purposes: [delivery], to: courier",
                with: "fields: [name], purposes: [delivery], to: courier")
        }
        let groups = replay.verdict(of: without).groups
        #expect(groups.count == 1 && groups.first?.lender == "clerk" && groups.first?.role == "courier")
    }
}
