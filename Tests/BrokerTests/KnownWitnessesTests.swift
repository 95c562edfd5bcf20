import Storage
import Synchronization
import Testing

@testable import Broker

@Suite struct KnownWitnessesTests {
    private final class Checks: Sendable {
        let names = Mutex<[String]>([])
    }

    private func witness(_ name: String, note: [UInt8]? = nil) -> StoredWitness {
        StoredWitness(name: name, key: "key of \(name)", url: "unix:/run/\(name)", note: note)
    }

    @Test func `a list is checked when it has changed, and only then`() {
        let checks = Checks()
        let witnesses = KnownWitnesses { stored in
            checks.names.withLock { $0.append(stored.name) }
            return nil
        }
        func checked(_ stored: [StoredWitness]) -> [String] {
            checks.names.withLock { $0 = [] }
            _ = witnesses.of(stored)
            return checks.names.withLock { $0 }
        }
        let (anna, berta) = (witness("anna"), witness("berta", note: [1]))
        #expect(checked([anna, berta]) == ["anna", "berta"])
        #expect(checked([anna, berta]) == [])
        #expect(checked([anna, witness("berta", note: [2])]) == ["anna", "berta"], "another note")
        #expect(checked([anna]) == ["anna"])
        #expect(checked([]) == [])
        #expect(checked([anna]) == ["anna"])
    }
}
