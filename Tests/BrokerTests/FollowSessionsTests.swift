import Primitives
import Testing
import Turnstile
import VaultModel
import Wire

@testable import Broker

@Suite struct FollowSessionsTests {
    private let sessions = FollowSessions()

    private func add(_ person: PersonID, _ id: String, now: Int64 = 0, expires: Int64 = 1_000) -> RequestRefusal? {
        let seed = [UInt8](repeating: UInt8(id.utf8.count), count: 32)
        let owner = KeyID(Ed25519.SigningKey(seed: SecretBytes(copying: seed)).publicKey)
        do throws(RequestRefusal) {
            try sessions.add(FollowSession(owner: owner, person: person, expires: expires), id: id, now: now)
            return nil
        } catch { return error }
    }

    @Test func `one person follows four times, whatever her keys, and others still can`() {
        let person = PersonID.random()
        // Ids of other lengths are other keys.
        for place in 1...4 { #expect(add(person, String(repeating: "f", count: place)) == nil) }
        let fifth = add(person, "fifth")
        #expect(fifth?.code == .rateLimited && fifth?.hint.contains("4 times") == true)
        #expect(add(.random(), "other") == nil)
        sessions.remove("f")
        #expect(add(person, "fifth") == nil)
        #expect(add(person, "sixth")?.code == .rateLimited)
        #expect(add(person, "sixth", now: 1_000) == nil, "the others have ended")
    }

    @Test func `all together follow sixteen times`() {
        for place in 0..<16 { #expect(add(.random(), "f\(place)") == nil) }
        let more = add(.random(), "more")
        #expect(more?.code == .rateLimited && more?.hint.contains("too many people") == true)
        #expect(add(.random(), "more", now: 1_000) == nil)
    }
}
