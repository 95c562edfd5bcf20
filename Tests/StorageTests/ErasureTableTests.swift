import AccessLog
import Primitives
import Testing
import VaultModel

@testable import Storage

/// The table of erasures changes with the entries that say so, and only in the order an erasure has.
struct ErasureTableTests {
    private let log: LogFixture
    private let id = "e_" + Crockford.randomLower(26)
    private let customer = RecordID.random()

    init() throws { log = try LogFixture() }

    private func submission(_ change: ErasureChange) -> LogSubmission {
        var submission = LogSubmission(draft: EntryDraft(kind: .erase, decision: .allow, why: .granted))
        submission.erasure = change
        return submission
    }

    private func request(_ id: String? = nil, customer: RecordID? = nil, wait: Int64 = 1_000) -> LogSubmission {
        submission(
            .request(
                id: id ?? self.id, customer: customer ?? self.customer, shop: "s1", kid: Sample.kid, object: "",
                wait: wait))
    }

    private var proof: StoredErasure.Proof {
        .init(ledger: 1, ledgerHash: [UInt8](repeating: 7, count: 32), receipt: [1, 2, 3])
    }

    @Test func `an erasure goes from pending to done, and each step is one entry`() async throws {
        let entry = try await log.writer.append(request())
        var row = try #require(try log.log.erasure(id))
        #expect(row.state == .pending && row.customer == customer && row.due == entry.time + 1_000)
        #expect(row.requested == LogPlace(seq: entry.seq, time: entry.time) && row.shop == "s1")
        #expect(await log.refusal(submission(.finish(id: id, proof))) == .erasureChanged, "nothing was announced")
        #expect(try log.log.size() == 1, "a change that is refused is no entry")
        #expect(await log.refusal(submission(.begin(id: id, .init(records: 4, keys: 1)))) == nil)
        #expect(await log.refusal(submission(.undo(id: id))) == .erasureChanged)
        // Announced again after a crash: what was found first stays.
        #expect(await log.refusal(submission(.begin(id: id, .init(records: 2, keys: 0)))) == nil)
        #expect(await log.refusal(submission(.finish(id: id, proof))) == nil)
        row = try #require(try log.log.erasure(of: customer))
        #expect(row.state == .done && row.counts == .init(records: 4, keys: 1) && row.proof == proof)
        #expect(row.began?.seq == 1 && row.done?.seq == 3)
        #expect(try log.log.ledgerEnd()?.place == 1)
        #expect(await log.refusal(request("e_" + Crockford.randomLower(26))) == .erasureChanged, "once is enough")
    }

    @Test func `a report holds for those who were erased before the oldest archive, once, until it happens again`()
        async throws
    {
        func report(_ oldest: Int64?) throws -> LogSubmission {
            submission(.report(try #require(KeysNote(oldest: oldest, targets: 1))))
        }
        let archives = submission(.archives(id: id, receipt: [4, 5]))
        #expect(await log.refusal(request()) == nil)
        #expect(await log.refusal(try report(KeysNote.latest)) == nil, "a report may be about nobody")
        #expect(await log.refusal(submission(.begin(id: id, .init(records: 4, keys: 1)))) == nil)
        #expect(await log.refusal(submission(.finish(id: id, proof))) == nil)
        let ended = try #require(try log.log.erasure(id)?.ended)
        #expect(try ended == log.log.erasure(id)?.done)
        for oldest in [1, ended.time, nil] as [Int64?] {
            #expect(await log.refusal(try report(oldest)) == nil)
            #expect(try log.log.erasuresReported() == [])
        }
        #expect(await log.refusal(archives) == .erasureChanged, "no report holds")
        var replayed = try report(ended.time + 1)
        replayed.nonce = RequestNonce(
            key: [UInt8](repeating: 3, count: 32), created: 5, nonce: [1, 2, 3], keepUntil: 5_000_000_000)
        var first = replayed
        first.erasure = nil
        #expect(await log.refusal(first) == nil)
        #expect(await log.refusal(replayed) == .replay, "whatever it would change")
        #expect(try log.log.erasuresReported() == [])
        let place = try await log.writer.append(try report(ended.time + 1))
        #expect(await log.refusal(try report(ended.time + 9)) == nil)
        var row = try #require(try log.log.erasuresReported().first)
        #expect(row.report?.place == LogPlace(seq: place.seq, time: place.time), "the first one stays")
        #expect(row.report?.note.oldest == ended.time + 1)
        #expect(await log.refusal(archives) == nil)
        #expect(await log.refusal(archives) == .erasureChanged, "once")
        row = try #require(try log.log.erasure(id))
        let last = try log.log.size() - 1
        #expect(row.archives?.receipt == [4, 5] && row.archives?.place.seq == last)
        #expect(try log.log.erasuresReported() == [])
        // Files were put back: what was said is no longer true.
        #expect(await log.refusal(submission(.begin(id: id, .init(records: 1, keys: 1)))) == nil)
        #expect(await log.refusal(submission(.finish(id: id, proof))) == nil)
        row = try #require(try log.log.erasure(id))
        #expect(row.archives == nil && row.report == nil && row.done == ended && row.ended != ended)
        try await log.close()
    }

    @Test func `what was taken back can be asked for again, and counts all the same`() async throws {
        #expect(await log.refusal(request()) == nil)
        #expect(await log.refusal(request("e_" + Crockford.randomLower(26))) == .erasureChanged)
        #expect(await log.refusal(submission(.undo(id: id))) == nil)
        #expect(try log.log.erasure(of: customer) == nil)
        #expect(await log.refusal(submission(.begin(id: id, .init(records: 1, keys: 1)))) == .erasureChanged)
        let second = "e_" + Crockford.randomLower(26)
        #expect(await log.refusal(request(second)) == nil)
        #expect(try log.log.erasure(of: customer)?.id == second)
        #expect(try log.log.erasures(requestedAfter: 0) == 2)
        #expect(try log.log.erasures([.pending]).map(\.id) == [second])
        #expect(try log.log.erasures([.pending, .undone], limit: 1).map(\.id) == [second])
        try await log.close()
        let again = try LogFixture(log.vault)
        #expect(try again.log.erasures([.pending, .undone]).map(\.id) == [id, second])
        try await again.close()
    }
}
