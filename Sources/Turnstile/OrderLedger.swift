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
        var bindings: [BlockID: OrderBinding] = [:]
        /// The entry that ended whatever had been lent for an order before it.
        var ended: [RecordID: UInt64] = [:]
    }

    private let state = Mutex(State())

    func bind(_ capability: BlockID, _ binding: OrderBinding) {
        state.withLock { $0.bindings[capability] = binding }
    }

    func binding(of capability: BlockID) -> OrderBinding? { state.withLock { $0.bindings[capability] } }

    /// Ends all that was lent for an order before the entry `seq`.
    func end(_ order: RecordID, at seq: UInt64) { state.withLock { $0.ended[order] = seq } }

    /// Whether a capability registered at `index` is for an order that has ended since.
    func hasEnded(_ capability: BlockID, registeredAt index: UInt64) -> Bool {
        state.withLock { state in
            guard let binding = state.bindings[capability], let end = state.ended[binding.order] else { return false }
            return index < end
        }
    }
}
