import Primitives
import Testing
import VaultModel

@testable import Keys

struct CustomerKeyCacheTests {
    private let customers = (0..<6).map { _ in RecordID.random() }

    @Test func `the least recently used key goes first`() {
        let cache = CustomerKeyCache(capacity: 3)
        for customer in customers.prefix(3) { cache.insert(.random(), of: customer) }
        #expect(cache.key(of: customers[0], version: 1) != nil)
        cache.insert(.random(), of: customers[3])
        #expect(cache.count == 3)
        #expect(cache.key(of: customers[1], version: 1) == nil)
        for kept in [0, 2, 3] { #expect(cache.key(of: customers[kept], version: 1) != nil) }
    }

    @Test func `versions are apart, and an erasure forgets them all`() {
        let cache = CustomerKeyCache(capacity: 10)
        let first = CustomerKey.random(version: 1)
        let second = CustomerKey.random(version: 2)
        cache.insert(first, of: customers[0])
        cache.insert(second, of: customers[0])
        cache.insert(.random(), of: customers[1])
        #expect(cache.key(of: customers[0], version: 1) === first)
        #expect(cache.key(of: customers[0], version: 2) === second)
        #expect(cache.key(of: customers[0], version: 3) == nil)
        cache.remove(customers[0])
        #expect(cache.key(of: customers[0], version: 1) == nil)
        #expect(cache.key(of: customers[0], version: 2) == nil)
        #expect(cache.count == 1)
        cache.removeAll()
        #expect(cache.count == 0)
        #expect(cache.key(of: customers[1], version: 1) == nil)
    }

    @Test func `a key inserted again replaces the earlier one`() {
        let cache = CustomerKeyCache(capacity: 2)
        let later = CustomerKey.random()
        cache.insert(.random(), of: customers[0])
        cache.insert(later, of: customers[0])
        #expect(cache.count == 1)
        #expect(cache.key(of: customers[0], version: 1) === later)
    }

    @Test func `an evicted key is released`() {
        let cache = CustomerKeyCache(capacity: 1)
        weak var evicted: CustomerKey?
        do {
            let key = CustomerKey.random()
            evicted = key
            cache.insert(key, of: customers[0])
        }
        #expect(evicted != nil)
        cache.insert(.random(), of: customers[1])
        #expect(evicted == nil)
    }

    /// A slow and simple list is the oracle.
    @Test func `it behaves like a list ordered by use`() {
        let cache = CustomerKeyCache(capacity: 4)
        var oracle: [(customer: RecordID, key: CustomerKey)] = []
        var random = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            let customer = customers[Int.random(in: 0..<customers.count, using: &random)]
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let place = oracle.firstIndex { $0.customer == customer }
                #expect(cache.key(of: customer, version: 1) === place.map { oracle[$0].key })
                if let place { oracle.append(oracle.remove(at: place)) }
            case 5..<9:
                let key = CustomerKey.random()
                cache.insert(key, of: customer)
                oracle.removeAll { $0.customer == customer }
                oracle.append((customer, key))
                if oracle.count > 4 { oracle.removeFirst() }
            default:
                cache.remove(customer)
                oracle.removeAll { $0.customer == customer }
            }
            #expect(cache.count == oracle.count)
        }
    }

    @Test func `concurrent use keeps the bound`() async {
        let cache = CustomerKeyCache(capacity: 4)
        let customers = customers
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for round in 0..<1_000 {
                        let customer = customers[round % customers.count]
                        if cache.key(of: customer, version: 1) == nil { cache.insert(.random(), of: customer) }
                    }
                }
            }
        }
        #expect(cache.count == 4)
    }
}
