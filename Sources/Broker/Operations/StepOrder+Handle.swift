internal import AccessLog
internal import Keys
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Notes what became of an order. Whoever writes orders may; whoever borrowed for the order may report it delivered,
/// which ends what she borrowed.
enum StepOrderHandler: OperationHandler {
    typealias Op = StepOrder

    static func handle(
        _ call: Call<StepOrder.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<StepOrder.Reply> {
        let head = call.head
        guard head.orders.count == 1, head.customers.isEmpty, head.fields.isEmpty else {
            throw .malformed("a step names one order and no field")
        }
        let isReport = head.act == .propose
        guard !isReport || call.body.step == .delivered else {
            throw .malformed("whoever borrowed may report the delivery and nothing else")
        }
        let kind: EntryKind = isReport ? .propose : .write
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: head.act, record: OpenVault.orderKind), as: kind)
        return try await vault.writes.run { () throws(RequestRefusal) in
            let order: StoredRecord? =
                if isReport { try await vault.borrowed(decision, as: kind).order } else {
                    try await vault.records(of: decision, kind: OpenVault.orderKind, as: kind).first
                }
            if let order, order.customer == .none {
                throw await vault.refuse(decision, .detached, as: kind)
            }
            guard let order, var status = OrderStatus(order.status), let number = CustomerNumber(order.customer) else {
                throw .integrity("an order")
            }
            guard status.state == .open else {
                throw await vault.refuse(
                    decision, .conflict("the order is \(status.state.text) already"), as: kind)
            }
            switch call.body.step {
            case .delivered: status.state = .delivered
            case .cancelled: status.state = .cancelled
            case .reassigned: status.handedOverAt = order.rev + 1
            }
            let form = try Self.form(call.body.step, call.verified.receivedMilliseconds, in: vault)
            var update = try RecordSealer(vault: vault.vault, map: vault.turnstile.fieldMap).update(
                order, with: form, key: try vault.turnstile.sealingKey(of: order))
            update.status = status.stored
            var change = CustomerChange()
            change.updates = [update]
            change.numbers = [number]
            let entry = try await vault.apply(change, decision, as: kind, scanned: 0, ending: order.id)
            return Answer(
                StepOrder.Reply(
                    id: RecordName(order.id, kind: OpenVault.orderKind), rev: update.rev, status: status.state.text),
                entry)
        }
    }

    /// The sealed fields that say the same, as far as the policy declares them.
    private static func form(
        _ step: StepOrder.Step, _ milliseconds: Int64, in vault: OpenVault
    ) throws(RequestRefusal) -> RecordForm {
        var values: [String: [String]] = [:]
        let record = vault.turnstile.policy.record(named: OpenVault.orderKind)
        if step != .reassigned, record?.field(named: "status") != nil { values["status"] = [step.rawValue] }
        if step == .delivered, record?.field(named: "delivered_at") != nil {
            values["delivered_at"] = [UTCText.text(milliseconds)]
        }
        guard let fields = FieldValues(values) else { throw .integrity("an order's fields") }
        return try vault.form(fields, of: OpenVault.orderKind, isWhole: false)
    }
}

extension RequestRefusal {
    /// The record is the shop's alone.
    static let detached = RequestRefusal(
        .conflict, .erased, hint: "its customer has been erased; what is left of it stays as it is, for the books")
}
