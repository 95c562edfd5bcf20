import AccessLog
import Testing
import VaultModel

/// Who has seen one customer's data.
struct CustomerSightingsTests {
    private func sightings(_ log: SampleLog, of number: CustomerNumber, _ shown: [ExportedEntry]? = nil) throws
        -> CustomerSightings
    {
        var sightings = CustomerSightings(of: number)
        for entry in try log.scanned(shown) { sightings.add(entry) }
        for id in sightings.staff.wanted { sightings.staff.learn(try log.block(id)) }
        return sightings
    }

    @Test func `only what showed her data counts, and only hers`() throws {
        let log = SampleLog.ready()
        let (her, other) = (CustomerNumber.random(), CustomerNumber.random())
        log.append(SampleRequest(customers: [her.text]), by: log.clerk)
        log.append(SampleRequest(customers: [other.text]), by: log.clerk)
        log.append(SampleRequest(customers: [her.text]), by: log.clerk)
        log.append(SampleRequest(act: .find, form: .masked, customers: [her.text]), by: log.clerk, kind: .lookup)
        log.append(SampleRequest(customers: [her.text]), by: log.clerk) { draft in
            draft.decision = .deny
            draft.why = .purpose
            draft.released = 0
        }
        log.append(SampleRequest(act: .write, customers: [her.text]), by: log.clerk, kind: .write) { $0.released = 0 }
        let found = try sightings(log, of: her)
        #expect(found.sightings.count == 3 && found.refused == 1 && found.unknown == 0)
        #expect(found.sightings.allSatisfy { $0.actor.person == log.clerk.person.text && $0.purpose == "order" })
        let groups = found.groups(byPerson: false)
        #expect(groups.map(\.times) == [2, 1] && groups[0].newest.form == .full && groups[1].newest.kind == .lookup)
        #expect(groups[0].first < groups[0].newest.time)
        #expect(try sightings(log, of: CustomerNumber.random()).sightings.isEmpty)
    }

    @Test func `roles make one group where persons make two`() throws {
        let log = SampleLog.ready()
        let her = CustomerNumber.random()
        for signer in [log.clerk, log.officer] { log.append(SampleRequest(customers: [her.text]), by: signer) }
        let found = try sightings(log, of: her)
        #expect(found.groups(byPerson: false).map(\.times) == [2])
        #expect(found.groups(byPerson: true).map(\.times) == [1, 1])
    }

    @Test func `entries whose subject is gone are told apart from those of others`() throws {
        let log = SampleLog.ready()
        let her = CustomerNumber.random()
        for number in [her, CustomerNumber.random()] {
            log.append(SampleRequest(customers: [number.text]), by: log.clerk)
        }
        var shown = log.entries.map(\.exported)
        shown[shown.count - 2].subject = .purged
        let found = try sightings(log, of: her, shown)
        #expect(found.sightings.isEmpty && found.unknown == 1)
    }
}
