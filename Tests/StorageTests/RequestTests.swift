import Primitives
import Testing
import VaultModel

@testable import Storage

/// The queue of requests that wait for other persons.
struct RequestTests {
    private let vault: TestVault
    private let store: RecordStore
    private let person = PersonID.random()

    init() throws {
        vault = try TestVault()
        store = try vault.open().records
    }

    private func row(
        _ head: String = "head", of person: PersonID? = nil, created: Int64 = 100, expires: Int64 = 1_000,
        state: RequestState = .open
    ) -> RequestRow {
        RequestRow(
            id: "r_" + Crockford.randomLower(26), kid: Sample.kid, person: person ?? self.person,
            head: Array(head.utf8), needed: 2, created: created, expires: expires, state: state)
    }

    @Test func `a request is kept as it was put in, and the same head waits once`() throws {
        let first = row()
        #expect(try store.open(first, most: 20) == first)
        #expect(try store.request(first.id) == first)
        #expect(try store.open(row(created: 200), most: 20) == first, "the same id again")
        #expect(try store.openRequest(of: person, head: first.head, now: 999) == first)
        #expect(try store.openRequest(of: person, head: first.head, now: 1_000) == nil, "it has run out")
        #expect(try store.openRequest(of: .random(), head: first.head, now: 100) == nil)
        let other = row("other head")
        #expect(try store.open(other, most: 20) == other)
        let later = row(created: 1_000, expires: 2_000)
        #expect(try store.open(later, most: 20) == later, "one that has run out is no obstacle")
        #expect(try store.request("r_" + Crockford.randomLower(26)) == nil)
    }

    @Test func `a person has so many open requests at most, others are not held up by them`() throws {
        for number in 0..<3 { #expect(try store.open(row("\(number)"), most: 3) != nil) }
        #expect(try store.open(row("one more"), most: 3) == nil)
        #expect(try store.open(row("1"), most: 3) != nil, "what is open already is no new one")
        #expect(try store.open(row("one more", of: .random()), most: 3) != nil)
        #expect(try store.open(row("emergency", state: .review), most: 3) != nil)
        #expect(try store.open(row("one more", created: 1_000, expires: 2_000), most: 3) != nil)
    }

    @Test func `emergencies wait until they are reviewed, each for itself`() throws {
        let first = row(state: .review)
        let second = row(state: .review)
        #expect(try store.open(first, most: 2) == first)
        #expect(try store.open(second, most: 2) == second, "two of the same head are two")
        #expect(try store.open(row(created: 9_999, expires: 99_999, state: .review), most: 2) == nil)
        #expect(try store.waitingRequests(of: nil, now: 5_000, limit: 9).count == 2)
        try store.end(request: first.id, from: .review, as: .reviewed)
        #expect(try store.waitingRequests(of: nil, now: 5_000, limit: 9) == [second])
    }

    @Test func `what waits is listed oldest first, everybody's or one person's`() throws {
        let old = row("a", of: .random(), created: 1)
        let mine = row("b", created: 2)
        let dead = row("c", created: 0, expires: 50)
        for row in [mine, dead, old] { #expect(try store.open(row, most: 20) == row) }
        #expect(try store.waitingRequests(of: nil, now: 60, limit: 9) == [old, mine])
        #expect(try store.waitingRequests(of: person, now: 60, limit: 9) == [mine])
        #expect(try store.waitingRequests(of: nil, now: 60, limit: 1) == [old])
        try store.end(request: old.id, from: .open, as: .denied)
        #expect(try store.waitingRequests(of: nil, now: 60, limit: 9) == [mine])
    }

    @Test func `an approval is one of each person, and only of an open request`() throws {
        let request = row()
        #expect(try store.open(request, most: 20) == request)
        let (one, two) = (PersonID.random(), PersonID.random())
        let blocks = (0..<3).map { _ in Random.bytes(32) }
        try store.approve(request.id, by: one, block: blocks[0])
        try store.approve(request.id, by: two, block: blocks[1])
        try store.approve(request.id, by: one, block: blocks[2])
        #expect(Set(try #require(try store.request(request.id)).approvals) == Set(blocks[1...]))
        try store.end(request: request.id, from: .open, as: .used)
        #expect(try store.request(request.id)?.state == .used)
        let late = failure { () throws(StorageError) in
            try store.approve(request.id, by: one, block: Random.bytes(32))
        }
        #expect(late == .conflict(.vault))
        let again = failure { () throws(StorageError) in
            try store.end(request: request.id, from: .open, as: .withdrawn)
        }
        #expect(again == .conflict(.vault))
    }

    @Test func `the first entry of a request stays`() throws {
        let request = row()
        #expect(try store.open(request, most: 20) == request)
        try store.note(entry: 7, ofRequest: request.id)
        try store.note(entry: 8, ofRequest: request.id)
        #expect(try store.request(request.id)?.entry == 7)
    }
}
