internal import AccessLog
internal import Authority
internal import Host
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// What has become of an order, as the plain status of its row: the state, and the revision at which it was last given
/// to somebody else.
///
/// The row's status is not under the record's seal; the row-set digest covers it.
struct OrderStatus: Equatable {
    enum State: Int32 {
        case open = 0
        case delivered = 1
        case cancelled = 2

        var text: String {
            switch self {
            case .open: "open"
            case .delivered: "delivered"
            case .cancelled: "cancelled"
            }
        }
    }

    var state: State
    var handedOverAt: UInt64

    init(state: State, handedOverAt: UInt64) {
        self.state = state
        self.handedOverAt = handedOverAt
    }

    /// Nil for a status that no order has.
    init?(_ status: RecordStatus) {
        guard status.rawValue >= 0, let state = State(rawValue: status.rawValue & 0xF) else { return nil }
        self.init(state: state, handedOverAt: UInt64(status.rawValue >> 4))
    }

    var stored: RecordStatus {
        RecordStatus(rawValue: state.rawValue | Int32(truncatingIfNeeded: min(handedOverAt, 1 << 27 - 1)) << 4)
    }
}

extension OpenVault {
    /// The record kind that capabilities are bound to.
    static let orderKind = "order"

    /// The records that the head names, all of one kind. One that is not there, or in another's shop, refuses the whole
    /// request.
    func records(
        of decision: Decision, kind: String, as entry: EntryKind
    ) async throws(RequestRefusal) -> [StoredRecord] {
        let names = decision.head.orders.compactMap { RecordName($0) }
        let records = try fetch(names.map(\.record))
        guard records.count == decision.head.orders.count,
            names.allSatisfy({ $0.prefix == RecordName.prefix(of: kind) }),
            records.allSatisfy({ maySee($0, decision, kind: kind) })
        else {
            throw await refuse(decision, .notFound("no such \(kind); check the id"), as: entry)
        }
        try await requireNotFrozen(records, decision, as: entry)
        return records
    }

    /// The customer whose order a capability was lent for, as long as the order is what it was then.
    ///
    /// The order and its customer are read in one snapshot. The entry's writer asks once more about the order's end.
    func borrowedCustomer(_ decision: Decision, as entry: EntryKind) async throws(RequestRefusal) -> StoredRecord {
        let (order, customer) = try await borrowed(decision, as: entry)
        guard let customer, customer.id == order.customer, maySee(customer, decision) else {
            throw await refuse(decision, .notFound("the customer of this order is not there"), as: entry)
        }
        return customer
    }

    /// The order a capability was lent for, and its customer.
    func borrowed(
        _ decision: Decision, as entry: EntryKind
    ) async throws(RequestRefusal) -> (order: StoredRecord, customer: StoredRecord?) {
        guard let standing = decision.standing, standing.isDelegated, decision.head.orders.count == 1,
            let binding = turnstile.binding(of: standing.capability),
            RecordName(decision.head.orders[0]) == RecordName(binding.order, kind: Self.orderKind)
        else {
            throw await refuse(
                decision, .denied(.subject, hint: "the capability is for another order"), as: entry)
        }
        let rows = try fetch([binding.order, binding.customer])
        try await requireNotFrozen(rows, decision, as: entry)
        guard let order = rows.first(where: { $0.id == binding.order }),
            order.kind == turnstile.fieldMap.kind(Self.orderKind), order.customer == binding.customer,
            let status = OrderStatus(order.status), status.state == .open, status.handedOverAt <= binding.revision
        else {
            throw await refuse(
                decision,
                .denied(.orderClosed, hint: "the order has been delivered, cancelled or given to somebody else"),
                as: entry)
        }
        return (order, rows.first { $0.id == binding.customer })
    }

    /// Reads back from the log what each capability that may still live was lent for.
    func restoreBindings() throws(RequestRefusal) {
        let authority = turnstile.controls.authority
        let now = files.clock.nowSeconds()
        for capability in authority.capabilities.values where !capability.isRoot && capability.block.expires > now {
            do {
                let entry = try reader.entries(capability.index..<capability.index + 1).first
                guard let bytes = entry?.subject, let subject = try? EntrySubject(parsing: bytes),
                    let order = subject.orders.first.flatMap({ RecordName($0) }),
                    let customer = subject.customers.first.flatMap({ CustomerNumber($0) }),
                    let revision = subject.revisions.first
                else { continue }
                turnstile.restore(
                    OrderBinding(order: order.record, customer: RecordID(customer), revision: revision),
                    of: capability)
            } catch { throw RequestRefusal(storage: error) }
        }
    }
}
