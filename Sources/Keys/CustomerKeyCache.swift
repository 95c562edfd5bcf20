private import Synchronization
public import VaultModel

/// Unwrapped customer keys, the most recently used ones, in locked memory. A lookup opens some hundred records and
/// the same customers come back all day: a hit saves one unwrap.
///
/// A key that falls out is zeroed as soon as no open uses it any more.
public final class CustomerKeyCache: Sendable {
    /// A customer may have several versions while a re-keying runs.
    fileprivate struct Slot: Hashable {
        let customer: RecordID
        let version: UInt32
    }

    /// An entry of a doubly linked list that lives in an array; indexes are the links.
    fileprivate struct Node {
        var slot: Slot
        var key: CustomerKey
        var newer: Int?
        var older: Int?
    }

    fileprivate struct State {
        var nodes: [Node?] = []
        var free: [Int] = []
        var places: [Slot: Int] = [:]
        var newest: Int?
        var oldest: Int?
    }

    public let capacity: Int
    private let state = Mutex(State())

    /// Holds at most `capacity` keys; each takes one 64-byte cell of the key slab.
    public init(capacity: Int) {
        precondition(capacity > 0, "a cache holds at least one key")
        self.capacity = capacity
    }

    public var count: Int { state.withLock { $0.places.count } }

    /// The key if it is cached, which makes it the most recently used.
    public func key(of customer: RecordID, version: UInt32) -> CustomerKey? {
        let slot = Slot(customer: customer, version: version)
        return state.withLock { state -> CustomerKey? in
            guard let place = state.places[slot], let node = state.nodes[place] else { return nil }
            state.unlink(place)
            state.linkNewest(place)
            return node.key
        }
    }

    /// Adds a key, at the expense of the least recently used one when the cache is full.
    public func insert(_ key: CustomerKey, of customer: RecordID) {
        let slot = Slot(customer: customer, version: key.version)
        state.withLock { state in
            if let place = state.places[slot] { state.remove(place) }
            if state.places.count >= capacity, let oldest = state.oldest { state.remove(oldest) }
            state.add(slot, key)
        }
    }

    /// Forgets every version of a customer's key: part of her erasure. The caller holds the customer's barrier, so that
    /// no reader puts back a key it unwrapped before.
    public func remove(_ customer: RecordID) {
        state.withLock { state in
            for (slot, place) in state.places where slot.customer == customer { state.remove(place) }
        }
    }

    /// Forgets all keys: part of sealing.
    public func removeAll() { state.withLock { $0 = State() } }
}

extension CustomerKeyCache.State {
    fileprivate mutating func add(_ slot: CustomerKeyCache.Slot, _ key: CustomerKey) {
        let node = CustomerKeyCache.Node(slot: slot, key: key, newer: nil, older: nil)
        let place: Int
        if let reused = free.popLast() {
            place = reused
            nodes[place] = node
        } else {
            place = nodes.count
            nodes.append(node)
        }
        places[slot] = place
        linkNewest(place)
    }

    fileprivate mutating func remove(_ place: Int) {
        guard let slot = nodes[place]?.slot else { return }
        unlink(place)
        nodes[place] = nil
        places[slot] = nil
        free.append(place)
    }

    fileprivate mutating func unlink(_ place: Int) {
        guard let node = nodes[place] else { return }
        if let newer = node.newer { nodes[newer]?.older = node.older } else { newest = node.older }
        if let older = node.older { nodes[older]?.newer = node.newer } else { oldest = node.newer }
        nodes[place]?.newer = nil
        nodes[place]?.older = nil
    }

    fileprivate mutating func linkNewest(_ place: Int) {
        nodes[place]?.older = newest
        if let newest { nodes[newest]?.newer = place }
        newest = place
        if oldest == nil { oldest = place }
    }
}
