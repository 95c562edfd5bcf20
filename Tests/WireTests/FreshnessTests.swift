import Testing

@testable import Wire

@Suite struct FreshnessTests {
    private let created: Int64 = 1_795_286_734

    @Test(arguments: -120...120)
    func `a request of a minute is fresh from thirty seconds before until it expires`(offset: Int64) throws {
        let freshness = Freshness(created: created, expires: created + 60, now: created + offset)
        switch offset {
        case ..<(-30): #expect(freshness == .early)
        case -30..<60: #expect(freshness == .fresh)
        case 60: #expect(freshness == .expired)
        default: #expect(freshness == .late)
        }
        let request = try Sample.parse(Sample.signed(created: created).incoming)
        #expect(request.freshness(now: created + offset) == freshness)
    }

    @Test(arguments: 1...60)
    func `a shorter life ends at its own second`(lifetime: Int64) {
        let expires = created + lifetime
        #expect(Freshness(created: created, expires: expires, now: expires - 1) == .fresh)
        #expect(Freshness(created: created, expires: expires, now: expires) == .expired)
        #expect(Freshness(created: created, expires: expires, now: expires + 1) != .fresh)
    }

    @Test func `a life of nothing, less, or more than a minute is no life`() {
        for lifetime in [-1, 0, 61, 3_600] as [Int64] {
            #expect(Freshness(created: created, expires: created + lifetime, now: created) == .lifetime)
        }
    }

    @Test func `the extremes of the format do not overflow`() {
        let most = WireLimits.maximumInteger
        #expect(Freshness(created: most, expires: most, now: 0) == .lifetime)
        #expect(Freshness(created: 0, expires: most, now: created) == .lifetime)
        #expect(Freshness(created: most, expires: 0, now: created) == .lifetime)
    }

    @Test func `a nonce is kept until its request can no longer be fresh`() throws {
        let request = try Sample.parse(Sample.signed(created: created).incoming)
        for received in created - 30...created + 60 {
            let until = request.nonceKeptUntil(received: received)
            #expect(until == max(created, received) + 91)
            #expect(request.freshness(now: until) != .fresh)
            #expect(request.freshness(now: until + 1_000) != .fresh)
        }
    }
}
