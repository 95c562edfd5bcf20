import AccessLog
import Authority
import CanonicalJSON
import Primitives
import Testing
import VaultModel

/// Parts that are gone, and parts that are not shown.
struct PurgeAndFilterTests {
    /// Orders a purge as an officer does, six entries on, with so many approvals, and returns the order's index.
    @discardableResult
    private func purge(
        _ log: SampleLog, _ ranges: [ClosedRange<Int64>], parts: [String], approvals: Int = 2,
        keepers: (UInt8, UInt8) = (6, 7)
    ) throws -> UInt64 {
        log.grant(log.officer, role: "compliance-officer")
        let block = try #require(
            PurgeBlock(header: log.header(log.officer), ranges: ranges, parts: parts, rule: "detail"))
        let envelope = DSSEEnvelope.sealing(block) { log.officer.sign($0) }
        log.blocks.append(envelope)
        let request = SampleRequest(
            act: .logPurge, fields: [], form: nil, purpose: "", object: Hex.encode(SHA256.hash(envelope.payload)))
        var head = try #require(try JSONValue.parse(request.head(counter: 1), limits: .signed).objectValue)
        head["ctr"] = nil
        let keepers = [Signer(keepers.0), Signer(keepers.1)]
        for keeper in keepers { log.enrol(keeper, role: "keeper") }
        for keeper in keepers.prefix(approvals) {
            let enrolled = ApproveBlock(header: log.header(keeper), head: head, expires: log.time / 1_000 + 3_600)
            let given = DSSEEnvelope.sealing(enrolled) { keeper.sign($0) }
            log.blocks.append(given)
            log.grant(keeper, role: "keeper")
            let brought = SampleRequest(
                act: .approve, fields: [], form: nil, purpose: "", object: Hex.encode(SHA256.hash(given.payload)))
            log.append(brought, by: keeper, kind: .approve, role: "keeper") { $0.xid = id }
        }
        return log.append(request, by: log.officer, kind: .purge, role: "compliance-officer") { $0.xid = id }
    }

    private func destroy(_ log: SampleLog, _ indices: ClosedRange<Int>) {
        for index in indices {
            log.edit(index) {
                $0.subject = .purged
                $0.evidence = .purged
            }
        }
    }

    private let id = "r_" + Crockford.randomLower(26)
    private let year: Int64 = 400 * 86_400_000

    @Test func `a lawful purge passes`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(10)
        log.time += year
        try purge(log, [5...9], parts: ["evidence", "subject"])
        destroy(log, 5...9)
        let report = try log.export(to: scratch).verify()
        #expect(report.findings == [])
        #expect(report.signaturesNotChecked == 5)
        #expect(report.scope == .full)
    }

    @Test func `a silent deletion fails`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(10)
        destroy(log, 5...9)
        let found = try log.export(to: scratch).verify().findings
        #expect(found == [.subject, .evidence].map { LogFinding(index: 5, part: $0, problem: .purgedWithoutOrder) })
    }

    @Test func `an order covers its ranges and its parts, and entries before it`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(10)
        log.time += year
        try purge(log, [5...6, 8...99], parts: ["subject"])
        for _ in 0..<2 { log.append(EntryDraft(kind: .startup, decision: .allow, why: .granted, policy: log.policy)) }
        destroy(log, 5...9)
        let after = log.entries.count - 1
        destroy(log, after...after)
        let found = try log.export(to: scratch).verify().findings
        let expected = [
            LogFinding(index: 7, part: .subject, problem: .purgedWithoutOrder),
            LogFinding(index: 5, part: .evidence, problem: .purgedWithoutOrder),
            LogFinding(index: UInt64(after), part: .subject, problem: .purgedWithoutOrder),
            LogFinding(index: UInt64(after), part: .evidence, problem: .purgedWithoutOrder),
        ]
        #expect(Set(found) == Set(expected))
    }

    @Test func `an order that comes before the parts are old enough fails`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(3)
        log.time += 100 * 86_400_000
        try purge(log, [5...7], parts: ["evidence", "subject"])
        destroy(log, 5...7)
        let found = try log.export(to: scratch).verify().findings
        #expect(found == [.subject, .evidence].map { LogFinding(index: 5, part: $0, problem: .purgedEarly) })
    }

    @Test func `an order without two approvals, or brought by nobody's request, is found`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(3)
        log.time += year
        let index = try purge(log, [5...7], parts: ["evidence", "subject"], approvals: 1)
        destroy(log, 5...7)
        let found = try log.export(to: scratch).verify().findings
        #expect(found == [LogFinding(index: index, part: .policy, problem: .notAllowedByPolicy)])

        let bare = SampleLog.ready()
        bare.time += year
        let block = PurgeBlock(
            header: bare.header(bare.officer), ranges: [0...1], parts: PurgeBlock.details, rule: "detail")
        let alone = bare.register(try #require(block), by: bare.officer, kind: .purge)
        let other = try Scratch()
        let problems = try bare.export(to: other).verify().findings.map(\.index)
        #expect(problems == [alone])
    }

    @Test func `months that were destroyed one after the other are each judged by their own order`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(3)
        let first = log.entries.count
        log.time += 31 * 86_400_000
        log.read(3)
        // Thirteen months after the first, fourteen after that the second.
        log.time += (400 - 31) * 86_400_000
        try purge(log, [5...Int64(first - 1)], parts: PurgeBlock.details)
        log.time += 31 * 86_400_000
        try purge(log, [Int64(first)...Int64(first + 2)], parts: PurgeBlock.details, keepers: (8, 9))
        destroy(log, 5...first + 2)
        #expect(try log.export(to: scratch).verify().findings == [])
    }

    @Test func `what is kept inside an order's range is no finding, and a longer retention is obeyed`() throws {
        let log = SampleLog.ready()
        log.read(6)
        log.time += year
        try purge(log, [5...10], parts: ["evidence", "subject"])
        destroy(log, 5...6)
        destroy(log, 9...10)
        let scratch = try Scratch()
        #expect(try log.export(to: scratch).verify().findings == [])

        let long = SampleLog.ready()
        let text = String(decoding: SampleLog.samplePolicy, as: UTF8.self)
        long.apply(policy: Array((text + "log_retention: {detail_months: 24}\n").utf8))
        long.read(2)
        long.time += year
        try purge(long, [6...7], parts: ["evidence", "subject"])
        destroy(long, 6...7)
        let other = try Scratch()
        let found = try long.export(to: other).verify().findings
        #expect(found == [.subject, .evidence].map { LogFinding(index: 6, part: $0, problem: .purgedEarly) })
    }

    @Test func `who saw my data: a filtered export shows her entries, says so, and verifies`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(4)
        log.append(SampleRequest(customers: SampleLog.customers), by: log.clerk)
        log.read(4)
        var filter = ExportFilter()
        filter.customer = SampleLog.customers[0]
        let export = try log.export(to: scratch, filter: filter, proofs: [9])
        let report = export.verify()
        #expect(report.findings == [])
        #expect(report.notes == [])
        #expect(report.scope == .filtered)
        #expect(report.signaturesVerified == 6)
        let lines = String(decoding: try export.read("parts/core.jsonl"), as: UTF8.self).split(separator: "\n")
        #expect(lines.count { $0 == "=" } == 8)
        let rows = String(decoding: try export.read("report.csv"), as: UTF8.self)
        #expect(rows.contains(SampleLog.customers[0]))
        #expect(rows.split(separator: "\r\n").count == 7)
    }

    @Test func `redacting withholds subject and evidence of entries that name somebody`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.append(SampleRequest(customers: SampleLog.customers), by: log.clerk)
        log.read(2)
        var filter = ExportFilter()
        filter.redactSubject = true
        let export = try log.export(to: scratch, filter: filter)
        let report = export.verify()
        #expect(report.findings == [])
        #expect(report.scope == .filtered)
        #expect(report.signaturesNotChecked == 3)
        #expect(report.signaturesVerified == 5)
        let evidence = String(decoding: try export.read("parts/evidence.jsonl"), as: UTF8.self).split(separator: "\n")
        #expect(evidence.count { $0 == "=" } == 3)
        for file in export.files where file != "manifest.json" {
            let text = String(decoding: try export.read(file), as: UTF8.self)
            #expect(!text.contains(SampleLog.customers[0]), "\(file)")
        }
    }

    @Test func `every member of a filter narrows it`() throws {
        let log = SampleLog.ready()
        log.append(SampleRequest(customers: SampleLog.customers), by: log.clerk)
        let bytes = EntryCore.encode(
            log.draft(SampleRequest(customers: SampleLog.customers), by: log.clerk), vault: log.vault, seq: 9,
            t: 1_790_000_500_000, salt: EntrySalt.random())
        let core = try EntryCore(parsing: bytes)
        let subject = EntrySubject(customers: SampleLog.customers)
        func shows(_ change: (inout ExportFilter) -> Void) -> Bool {
            var filter = ExportFilter()
            change(&filter)
            return filter.parts(of: core, subject: subject) == .all
        }
        #expect(shows { _ in })
        #expect(shows { $0.customer = SampleLog.customers[0] })
        #expect(!shows { $0.customer = "C-0000-0000" })
        #expect(shows { $0.kids = [log.officer.kid, log.clerk.kid] })
        #expect(!shows { $0.kids = [log.officer.kid] })
        #expect(shows { $0.since = 1_790_000_500_000 })
        #expect(!shows { $0.since = 1_790_000_500_001 })
        #expect(shows { $0.until = 1_790_000_500_001 })
        #expect(!shows { $0.until = 1_790_000_500_000 })
        #expect(shows { $0.purpose = "order" })
        #expect(!shows { $0.purpose = "care" })
        #expect(shows { $0.decision = .allow })
        #expect(!shows { $0.decision = .deny })
        #expect(!shows { $0.capability = "x" })
        #expect(ExportFilter().parts(of: core, subject: nil) == .all)
        var redacting = ExportFilter()
        redacting.redactSubject = true
        #expect(redacting.parts(of: core, subject: subject) == .core)
        #expect(redacting.parts(of: core, subject: EntrySubject()) == .all)
    }

    @Test func `more withheld than was signed is found`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(5)
        var filter = ExportFilter()
        filter.customer = SampleLog.customers[0]
        let export = try log.export(to: scratch, filter: filter)
        #expect(export.verify().ok)
        // A line of an authority's entry is struck out, and the ranges in the manifest are mended.
        var lines = String(decoding: try export.read("parts/core.jsonl"), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        lines[2] = "="
        try export.tamper("parts/core.jsonl") { $0 = Array(lines.joined(separator: "\n").utf8) }
        #expect(export.verify().findings.contains(LogFinding(index: 2, part: .core, problem: .withheld)))
        var manifest = try ExportManifest(parsing: export.read(ExportManifest.fileName))
        var mended = WithheldParts()
        for index: UInt64 in 0..<10 {
            mended.note(index, shown: index == 2 ? [.subject, .evidence] : index >= 5 ? [] : .all)
        }
        manifest.withheld = mended
        try export.write(ExportManifest.fileName, manifest.encode())
        let finding = LogFinding(part: .manifest, problem: .withheld, file: "manifest.json")
        #expect(export.verify().findings.contains(finding))
    }

    @Test func `a part called withheld or purged in a full export is found`() throws {
        let log = SampleLog.ready()
        log.read(2)
        for (mark, problem) in [("=", LogProblem.withheld), ("-", .purgedWithoutOrder)] {
            let scratch = try Scratch()
            let export = try log.export(to: scratch)
            var lines = String(decoding: try export.read("parts/evidence.jsonl"), as: UTF8.self)
                .split(separator: "\n", omittingEmptySubsequences: false)
            lines[6] = Substring(mark)
            try export.tamper("parts/evidence.jsonl") { $0 = Array(lines.joined(separator: "\n").utf8) }
            #expect(export.verify().findings == [LogFinding(index: 6, part: .evidence, problem: problem)])
        }
    }

    /// Without a salt, whoever has the leaf finds a purged subject by trying every customer.
    @Test func `a purged part is not found by guessing, because of its salt`() throws {
        let customers = (0..<20_000).map { _ in CustomerNumber.random().text }
        let victim = customers[12_345]
        func text(_ customer: String, salt: [UInt8]) -> [UInt8] {
            EntrySubject(customers: [customer], revisions: [1]).encode(salt: salt)
        }
        let zero = [UInt8](repeating: 0, count: EntrySalt.size)
        func guess(_ hash: [UInt8]) -> String? { customers.first { SHA256.hash(text($0, salt: zero)) == hash } }
        #expect(guess(SHA256.hash(text(victim, salt: zero))) == victim)
        #expect(guess(SHA256.hash(text(victim, salt: EntrySalt.random()))) == nil)
        #expect(EntrySalt.random() != EntrySalt.random())
    }
}
