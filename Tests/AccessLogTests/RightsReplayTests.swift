import AccessLog
import Authority
import Primitives
import Testing
import VaultModel

/// What was allowed is replayed from the blocks and the policy in the export.
struct RightsReplayTests {
    private let request = SampleRequest(customers: SampleLog.customers)

    private func findings(_ log: SampleLog, _ options: VerifyOptions = VerifyOptions()) throws -> [LogFinding] {
        let scratch = try Scratch()
        return try log.export(to: scratch).verify(options).findings
    }

    private func finding(_ part: LogPart, _ problem: LogProblem, at index: UInt64) -> [LogFinding] {
        [LogFinding(index: index, part: part, problem: problem)]
    }

    @Test func `a key that nobody enrolled was not allowed anything`() throws {
        let log = SampleLog.ready()
        log.append(request, by: log.stranger)
        #expect(try findings(log) == finding(.signature, .notEnrolled, at: 5))
    }

    @Test func `a request of an unknown key may be refused`() throws {
        let log = SampleLog.ready()
        log.append(request, by: log.stranger) { ($0.decision, $0.why, $0.released) = (.deny, .notEnrolled, 0) }
        #expect(try findings(log) == [])
    }

    @Test func `a key is good until the index of its revocation`() throws {
        let log = SampleLog.ready()
        log.append(request, by: log.clerk)
        log.revoke(log.clerk)
        log.append(request, by: log.clerk)
        #expect(try findings(log) == finding(.signature, .revoked, at: 7))
    }

    @Test func `more records in ten minutes than the role may open are found, later ones are not`() throws {
        let log = SampleLog.ready()
        let limits = "opens_per_10_minutes: 3, opens_per_day: 5"
        let policy = String(decoding: SampleLog.samplePolicy, as: UTF8.self)
            .replacing("opens_per_10_minutes: 100000, opens_per_day: 100000", with: limits)
        try #require(policy.contains(limits))
        log.apply(policy: Array(policy.utf8))
        let first = UInt64(log.entries.count)
        log.read(4)
        #expect(try findings(log) == finding(.policy, .overLimit, at: first + 3))
        log.time += 600_000
        log.read(1)
        #expect(try findings(log) == finding(.policy, .overLimit, at: first + 3), "ten minutes later")
        log.read(1)
        #expect(
            try findings(log) == finding(.policy, .overLimit, at: first + 3)
                + finding(.policy, .overLimit, at: first + 5), "the sixth of the day")
    }

    @Test func `entries about witnesses need the right to the policy or to the log, and say what they are about`()
        throws
    {
        let log = SampleLog.ready()
        var check = SampleRequest(act: .logTail, fields: [], form: nil, purpose: "")
        check.object = Hex.encode(SHA256.hash([1]))
        let first = log.append(check, by: log.officer, kind: .witness, role: "compliance-officer")
        log.append(check, by: log.clerk, kind: .witness)
        var nothing = check
        nothing.object = ""
        log.append(nothing, by: log.officer, kind: .witness, role: "compliance-officer")
        var add = check
        add.act = .policy
        log.append(add, by: log.officer, kind: .witness, role: "compliance-officer")
        var other = check
        other.act = .logExport
        log.append(other, by: log.officer, kind: .witness, role: "compliance-officer")
        let expected = (1...4).flatMap { finding(.policy, .notAllowedByPolicy, at: first + $0) }
        #expect(try findings(log) == expected)
    }

    @Test func `the result of a drill is the one that was signed`() throws {
        let log = SampleLog.ready()
        let set = "b_" + Crockford.randomLower(26)
        let note = try #require(DrillNote(tier: .structure, passed: false, took: 1, age: 2, set: set))
        let request = SampleRequest(act: .backupRun, fields: [], form: nil, purpose: "", object: note.object)
        log.append(request, by: log.clerk, kind: .backup) { $0.xid = note.text }
        #expect(try findings(log) == [])
        let better = try #require(DrillNote(tier: .cards, passed: true, took: 1, age: 2, set: set))
        let index = log.append(request, by: log.clerk, kind: .backup) { $0.xid = better.text }
        #expect(try findings(log) == finding(.core, .head, at: index))
    }

    @Test func `a root that has ended gives nothing`() throws {
        let log = SampleLog.ready()
        log.append(request, by: log.clerk)
        log.time += CapabilityBlock.rootSeconds * 1000
        log.append(request, by: log.clerk)
        #expect(try findings(log) == finding(.signature, .notAllowed, at: 6))
    }

    @Test func `a field or a purpose that the policy does not give is found`() throws {
        let log = SampleLog.ready()
        var address = request
        address.fields = [FieldName("customer.address")].compactMap { $0 }
        log.append(address, by: log.clerk)
        var care = request
        care.purpose = "care"
        log.append(care, by: log.clerk)
        #expect(
            try findings(log) == finding(.policy, .notAllowedByPolicy, at: 5)
                + finding(.policy, .notAllowedByPolicy, at: 6))
    }

    @Test func `writing and looking up are replayed too`() throws {
        let log = SampleLog.ready()
        var write = request
        (write.act, write.form) = (.write, nil)
        log.append(write, by: log.clerk, kind: .write) { $0.released = 0 }
        var find = request
        (find.act, find.form, find.customers) = (.find, .masked, [])
        log.append(find, by: log.clerk, kind: .lookup) { $0.subject.customers = SampleLog.customers }
        #expect(
            try findings(log) == finding(.policy, .notAllowedByPolicy, at: 5)
                + finding(.policy, .notAllowedByPolicy, at: 6))
        let text = String(decoding: SampleLog.samplePolicy, as: UTF8.self).replacing(
            "list_rows: 9}, read:",
            with: "list_rows: 9}, lookup: [name], write: [{record: customer, fields: [name, phone]}], read:")
        let lawful = SampleLog.ready()
        lawful.apply(policy: Array(text.utf8))
        lawful.append(write, by: lawful.clerk, kind: .write) { $0.released = 0 }
        lawful.append(find, by: lawful.clerk, kind: .lookup) { $0.subject.customers = SampleLog.customers }
        let found = try findings(lawful)
        #expect(found == [])
    }

    @Test func `a role that does not read was not allowed to`() throws {
        let log = SampleLog.ready()
        log.append(request, by: log.officer, role: "compliance-officer")
        #expect(try findings(log) == finding(.policy, .notAllowedByPolicy, at: 5))
    }

    @Test func `the role recorded is the role of the block`() throws {
        let log = SampleLog.ready()
        log.append(request, by: log.clerk, role: "compliance-officer")
        #expect(try findings(log) == finding(.core, .head, at: 5))
    }

    @Test func `the policy recorded is the one in force`() throws {
        let log = SampleLog.ready()
        let old = log.policy
        log.apply(policy: SampleLog.samplePolicy + Array("# second\n".utf8))
        // Judged before the change, committed after it.
        log.append(request, by: log.clerk) { $0.policy = old }
        log.time += 61_000
        log.append(request, by: log.clerk)
        log.append(request, by: log.clerk) { $0.policy = old }
        log.append(request, by: log.clerk) { $0.policy = "" }
        #expect(try findings(log) == finding(.policy, .otherPolicy, at: 8) + finding(.policy, .otherPolicy, at: 9))
    }

    @Test func `a block signed by somebody else puts nothing in force`() throws {
        let log = SampleLog.ready()
        let day = try #require(CalendarDay("2026-01-01"))
        let role = try #require(RoleName("clerk"))
        let block = EnrolBlock(
            header: log.header(log.officer), person: log.stranger.person, kid: log.stranger.kid, role: role, nda: day,
            training: day, uid: nil)
        log.register(block, by: log.officer, kind: .enrol)
        log.append(request, by: log.stranger)
        let found = try findings(log)
        #expect(found.contains { $0.index == 5 && $0.part == .block && $0.problem == .refused })
        #expect(found.contains(LogFinding(index: 6, part: .signature, problem: .notEnrolled)))
    }

    @Test func `a block of another vault puts nothing in force`() throws {
        let sister = SampleLog.ready()
        let log = SampleLog(vault: VaultID.random())
        for entry in sister.blocks {
            log.blocks.append(entry)
            var draft = EntryDraft(kind: .policy, decision: .allow, why: .granted, kid: sister.authority.kid)
            draft.object = Hex.encode(SHA256.hash(entry.payload))
            draft.evidence = EntryEvidence(
                base: String(decoding: entry.pae, as: UTF8.self), signature: Base64.encode(entry.signature))
            log.append(draft)
        }
        let found = try findings(log)
        #expect(found.count { $0.part == .block && $0.problem == .refused } == sister.blocks.count * 2)
    }

    @Test func `a block that the export lacks is missed`() throws {
        let log = SampleLog.ready()
        log.revoke(log.clerk)
        log.blocks.removeLast()
        #expect(try findings(log).contains { $0.index == 5 && $0.part == .block && $0.problem == .missing })
    }

    @Test func `another authority may be demanded than the one the log names`() throws {
        let log = SampleLog.ready()
        var options = VerifyOptions()
        options.authority = log.authority.kid
        #expect(try findings(log, options) == [])
        options.authority = log.stranger.kid
        #expect(try findings(log, options).contains { $0.part == .block && $0.problem == .refused })
    }

    @Test func `a delegation reads what the lender may lend, and no more`() throws {
        let log = SampleLog.ready()
        let clerkRoot = try #require(log.clerkRoot)
        let policy = String(decoding: SampleLog.samplePolicy, as: UTF8.self).replacing(
            "purposes: [order]}]}",
            with: "purposes: [order]}], delegate: [{record: customer, fields: [name], purposes: [order], form: full, "
                + "to: courier, minutes: 60, max: 3}]}\n  courier: {propose: [customer.address]}")
        log.apply(policy: Array(policy.utf8))
        log.enrol(log.stranger, role: "courier")
        log.grant(log.stranger, role: "courier")
        let name = try #require(FieldName("customer.name"))
        let lent = CapabilityBlock(
            vault: log.vault, issuer: log.clerk.kid, audience: log.stranger.kid, parent: clerkRoot,
            role: try #require(RoleName("courier")), acts: .only([.read]), fields: .only([name]), forms: [.full],
            purposes: .only([try #require(Purpose("order"))]), shops: .only([try #require(ShopName("s1"))]),
            subjects: .customers(SampleLog.customers), notBefore: log.time / 1000, expires: log.time / 1000 + 3600,
            maxUses: 3, depth: 0)
        log.register(lent, by: log.clerk, kind: .delegate)
        var use = request
        use.fields = [name]
        use.capability = lent.id
        log.append(use, by: log.stranger, role: "courier") { $0.shop = "s1" }
        #expect(try findings(log) == [])
        use.customers = [CustomerNumber.random().text]
        log.append(use, by: log.stranger, role: "courier") { $0.shop = "s1" }
        #expect(try findings(log) == finding(.signature, .notAllowed, at: 10))
    }
}
