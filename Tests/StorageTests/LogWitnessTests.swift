import AccessLog
import Primitives
import Testing
import VaultModel

@testable import Storage

/// The list of witnesses, changed in the transaction of the entry that says so.
struct LogWitnessTests {
    private let log: LogFixture

    init() throws { log = try LogFixture() }

    private func change(_ change: WitnessChange) async -> LogRefusal? {
        var submission = LogSubmission(draft: Sample.read(), nonce: Sample.nonce())
        submission.witness = change
        return await log.refusal(submission)
    }

    private func witness(_ name: String, _ key: String? = nil) -> StoredWitness {
        StoredWitness(name: name, key: key ?? "key of \(name)", url: "unix:/run/\(name)")
    }

    @Test func `a witness is there once, by name and by key, and what does not change it makes no entry`() async throws
    {
        #expect(await change(.add(witness("anna"))) == nil)
        #expect(await change(.add(witness("anna", "another"))) == .witnessChanged)
        #expect(await change(.add(witness("berta", "key of anna"))) == .witnessChanged)
        #expect(await change(.remove(witness("berta"))) == .witnessChanged)
        #expect(await change(.remove(witness("anna", "another"))) == .witnessChanged)
        #expect(try log.log.size() == 1)
        #expect(try log.log.witnesses() == [witness("anna")])
        #expect(await change(.remove(witness("anna"))) == nil)
        #expect(try log.log.witnesses() == [])
        #expect(try log.log.size() == 2)
    }

    @Test func `no more witnesses are kept than may sign one note beside the log`() async throws {
        for place in 0..<LogStore.mostWitnesses { #expect(await change(.add(witness("w\(place)"))) == nil) }
        #expect(LogStore.mostWitnesses + 1 == LogLimits.noteSignatures)
        #expect(await change(.add(witness("late"))) == .witnessChanged)
        #expect(await change(.remove(witness("w3"))) == nil)
        #expect(await change(.add(witness("late"))) == nil)
        #expect(try log.log.witnesses().count == LogStore.mostWitnesses)
    }

    @Test func `what was cosigned is kept with its witness, all of them or none`() async throws {
        let (anna, berta) = (witness("anna"), witness("berta"))
        #expect(await change(.add(anna)) == nil)
        #expect(await change(.cosigned([1, 2, 3], by: [anna])) == nil)
        #expect(await change(.cosigned([4, 5], by: [anna, berta])) == .witnessChanged, "nobody knows the second")
        #expect(try log.log.witnesses().map(\.note) == [[1, 2, 3]])
        #expect(await change(.add(berta)) == nil)
        #expect(await change(.cosigned([4, 5], by: [anna, berta])) == nil)
        try await log.close()
        let again = try LogFixture(log.vault)
        #expect(try again.log.witnesses().map(\.note) == [[4, 5], [4, 5]])
        #expect(try again.log.witnesses().map(\.name) == ["anna", "berta"])
        try again.expectSound(size: 4)
        try await again.close()
    }
}
