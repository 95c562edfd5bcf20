internal import Authority
internal import Synchronization
public import VaultModel

/// What an order was when a capability was lent for it.
public struct OrderBinding: Hashable, Sendable {
    public let order: RecordID
    /// The customer it was for. A capability follows the order to nobody else.
    public let customer: RecordID
    /// The order's revision. Whoever gives the order to somebody else raises it, which ends what was lent before.
    public let revision: UInt64

    public init(order: RecordID, customer: RecordID, revision: UInt64) {
        self.order = order
        self.customer = customer
        self.revision = revision
    }
}

/// Which capability is for which order, and which orders have come to an end since the broker started.
///
/// The end of an order is in the log a moment before it is in `vault.db`: the log's writer asks here, so that no read
/// slips in between.
final class OrderLedger: Sendable {
    private struct State {
        var bindings: [BlockID: (binding: OrderBinding, expires: Int64)] = [:]
        /// The entry that ended whatever had been lent for an order before it, and its time in milliseconds.
        var ended: [RecordID: (seq: UInt64, time: Int64)] = [:]
    }

    /// Beyond so many, what has run out is forgotten.
    private static let many = 4_096

    private let state = Mutex(State())

    /// - Parameters:
    ///   - expires: when the capability runs out, seconds since 1970.
    ///   - now: seconds since 1970.
    func bind(_ capability: BlockID, _ binding: OrderBinding, expires: Int64, now: Int64) {
        state.withLock { state in
            if state.bindings.count >= Self.many { state.bindings = state.bindings.filter { $0.value.expires > now } }
            state.bindings[capability] = (binding, expires)
        }
    }

    func binding(of capability: BlockID) -> OrderBinding? { state.withLock { $0.bindings[capability]?.binding } }

    /// Ends all that was lent for an order before the entry `seq`, of `time` in milliseconds.
    func end(_ order: RecordID, seq: UInt64, time: Int64) {
        state.withLock { state in
            if state.ended.count >= Self.many {
                // Nothing that was lent lives longer; the row in the database says the rest.
                let oldest = time - CapabilityBlock.delegationSeconds * 1_000
                state.ended = state.ended.filter { $0.value.time > oldest }
            }
            state.ended[order] = (seq, time)
        }
    }

    /// Whether a capability registered at `index` is for an order that has ended since.
    func hasEnded(_ capability: BlockID, registeredAt index: UInt64) -> Bool {
        state.withLock { state in
            guard let binding = state.bindings[capability]?.binding, let end = state.ended[binding.order] else {
                return false
            }
            return index < end.seq
        }
    }
}
