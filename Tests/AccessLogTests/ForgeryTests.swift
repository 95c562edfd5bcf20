import AccessLog
import Authority
import Primitives
import Testing
import VaultModel

/// A broker with the real log key that writes what did not happen: the tree is perfect, the entries are not.
struct ForgeryTests {
    private func problems(_ log: SampleLog) throws -> [LogFinding] {
        let scratch = try Scratch()
        return try log.export(to: scratch).verify().findings
    }

    private func finding(_ part: LogPart, _ problem: LogProblem, at index: UInt64 = 5) -> [LogFinding] {
        [LogFinding(index: index, part: part, problem: problem)]
    }

    private let request = SampleRequest(customers: SampleLog.customers)

    @Test func `an allow without her signature is found`() throws {
        let log = SampleLog.ready()
        log.append(request, by: log.clerk) { $0.evidence = nil }
        #expect(try problems(log) == finding(.signature, .unsignedRelease))
    }

    @Test func `an allow with somebody else's signature is found`() throws {
        let log = SampleLog.ready()
        log.append(request, by: log.stranger) { $0.kid = log.clerk.kid }
        let found = try problems(log)
        #expect(found.contains(LogFinding(index: 5, part: .signature, problem: .badSignature)))
        #expect(found.contains(LogFinding(index: 5, part: .signature, problem: .unsignedRelease)))
    }

    @Test func `a kind that demands a signature has one, even where nothing was released`() throws {
        let log = SampleLog.ready()
        log.append(EntryDraft(kind: .unseal, decision: .allow, why: .granted, policy: log.policy))
        #expect(try problems(log) == finding(.signature, .unsigned))
    }

    // Erasures also need somebody who asked for them.
    @Test(
        arguments: EntryKind.allCases.filter {
            $0.mayLackSignature && ![.erase, .eraseDone, .eraseArchives].contains($0)
        })
    func `the broker's own entries may stand unsigned, and release nothing`(kind: EntryKind) throws {
        let log = SampleLog.ready()
        let own = EntryDraft(kind: kind, decision: .allow, why: .granted, policy: log.policy)
        log.append(own)
        #expect(try problems(log) == [])
        var release = own
        release.fields = request.fields
        release.released = 1
        log.append(release)
        #expect(try problems(log) == finding(.signature, .unsignedRelease, at: 6))
    }

    private static let bends: [(String, @Sendable (inout EntryDraft) -> Void)] = [
        ("act", { $0.act = .match }), ("fields", { $0.fields.removeLast() }), ("more fields", { $0.fields.reverse() }),
        ("purpose", { $0.purpose = "care" }), ("counter", { $0.counter += 9 }),
        ("customer", { $0.subject.customers = [CustomerNumber.random().text] }),
        ("more customers", { $0.subject.customers.append(CustomerNumber.random().text) }),
        ("order", { $0.subject.orders = ["o_0123456789abcdefghjkmnpqrs"] }),
        ("ref", { $0.subject.ref = "o_0123456789abcdefghjkmnpqrs" }),
    ]

    @Test(arguments: bends.indices) func `what was signed is compared with what was recorded`(place: Int) throws {
        let (name, bend) = Self.bends[place]
        let log = SampleLog.ready()
        log.append(request, by: log.clerk, bend: bend)
        let found = try problems(log)
        #expect(found.contains(LogFinding(index: 5, part: .signature, problem: .head)), "\(name)")
    }

    @Test func `a higher form than was asked for is found, a lower one is not`() throws {
        var masked = request
        masked.form = .masked
        let log = SampleLog.ready()
        log.append(masked, by: log.clerk) { $0.form = .full }
        log.append(request, by: log.clerk) { $0.form = .masked }
        #expect(try problems(log) == finding(.signature, .head))
    }

    @Test func `an object in the head is the entry's object`() throws {
        // Of a read the object is an emergency, which this policy does not know: an export has one of its own.
        var named = SampleRequest(act: .logExport, fields: [], form: nil, purpose: "")
        named.object = Hex.encode(SHA256.hash([1]))
        let log = SampleLog.ready()
        log.append(named, by: log.officer, kind: .export, role: "compliance-officer")
        log.append(named, by: log.officer, kind: .export, role: "compliance-officer") {
            $0.object = Hex.encode(SHA256.hash([2]))
        }
        #expect(try problems(log) == finding(.signature, .head, at: 6))
    }

    @Test func `one signature does not serve two releases`() throws {
        let log = SampleLog.ready()
        let draft = log.draft(request, by: log.clerk)
        log.append(draft)
        log.append(draft)
        #expect(try problems(log) == finding(.counter, .repeated, at: 6))
    }

    @Test func `one counter does not serve two requests`() throws {
        let log = SampleLog.ready()
        log.append(request, by: log.clerk)
        var again = request
        again.counter = log.clerk.counter
        log.append(again, by: log.clerk)
        #expect(try problems(log) == finding(.counter, .repeated, at: 6))
    }

    @Test func `a refused replay and a request with two entries repeat a counter lawfully`() throws {
        let log = SampleLog.ready()
        let draft = log.draft(request, by: log.clerk)
        log.append(draft)
        var replay = draft
        (replay.decision, replay.why, replay.released) = (.deny, .replay, 0)
        log.append(replay)
        var end = draft
        (end.kind, end.released) = (.read, 0)
        log.append(end)
        #expect(try problems(log) == [])
    }

    @Test func `a missing counter is a note and no finding`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.append(request, by: log.clerk)
        log.clerk.counter += 3
        log.append(request, by: log.clerk)
        let report = try log.export(to: scratch).verify()
        #expect(report.ok)
        #expect(report.notes == [LogFinding(index: 6, part: .counter, problem: .gap)])
    }

    @Test func `counters that arrive out of order are no gap, and an old one does not come back`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        var request = request
        for counter: UInt64 in [1, 3, 2, 4] {
            request.counter = counter
            log.append(request, by: log.clerk)
        }
        request.counter = 3
        log.append(request, by: log.clerk)
        let report = try log.export(to: scratch).verify()
        #expect(report.findings == finding(.counter, .repeated, at: 9))
        #expect(report.notes == [])
    }

    @Test func `a signature kept for later does not serve later`() throws {
        let log = SampleLog.ready()
        var old = request
        old.age = 3600
        log.append(old, by: log.clerk)
        old.age = -3600
        log.append(old, by: log.clerk)
        #expect(try problems(log) == finding(.signature, .stale) + finding(.signature, .stale, at: 6))
    }

    @Test func `time never runs backwards`() throws {
        let log = SampleLog.ready()
        log.read(1)
        log.append(
            EntryDraft(kind: .startup, decision: .allow, why: .granted, policy: log.policy), time: log.time - 1)
        #expect(try problems(log) == finding(.core, .time, at: 6))
    }

    @Test func `an entry names its own place and its own vault`() throws {
        let log = SampleLog.ready()
        let own = EntryDraft(kind: .startup, decision: .allow, why: .granted, policy: log.policy)
        log.append(own, seq: 6)
        log.append(own, vault: VaultID.random())
        #expect(try problems(log) == finding(.core, .sequence) + finding(.core, .otherLog, at: 6))
    }

    @Test func `what was refused need not name whom it was about, what was granted names nobody else`() throws {
        var export = request
        (export.act, export.fields, export.form, export.purpose) = (.logExport, [], nil, "")
        let log = SampleLog.ready()
        log.append(request, by: log.clerk) {
            ($0.decision, $0.why, $0.released) = (.deny, .notFound, 0)
            $0.subject.customers = []
        }
        log.append(export, by: log.officer, kind: .export, role: "compliance-officer") {
            $0.released = 0
            $0.subject.customers = []
        }
        #expect(try problems(log) == [])
        log.append(export, by: log.officer, kind: .export, role: "compliance-officer") {
            $0.released = 0
            $0.subject.customers = [CustomerNumber.random().text]
        }
        #expect(try problems(log) == finding(.signature, .head, at: 7))
    }

    @Test func `a release of nobody's values is found`() throws {
        let log = SampleLog.ready()
        log.append(SampleRequest(customers: []), by: log.clerk) { $0.released = 1 }
        #expect(try problems(log).contains(LogFinding(index: 5, part: .subject, problem: .head)))
    }
}
