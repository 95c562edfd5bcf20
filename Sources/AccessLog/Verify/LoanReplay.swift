import Authority
import VaultModel

/// What was lent, replayed: how often each capability was used, for whose order, and what ended it.
struct LoanReplay {
    private struct Loan {
        let order: String
        let customer: String
        let index: UInt64
    }

    private var used: [BlockID: Int64] = [:]
    private var loans: [BlockID: Loan] = [:]
    /// The last entry that ended what had been lent for an order.
    private var ended: [String: UInt64] = [:]

    /// Takes the registration of a lent capability. Its entry names the order and its customer of that moment; where
    /// that part has been purged, nothing can be said about later reads.
    mutating func lend(_ capability: BlockID, _ subject: EntrySubject?, at index: UInt64) {
        guard let order = subject?.orders.first, let customer = subject?.customers.first else { return }
        loans[capability] = Loan(order: order, customer: customer, index: index)
    }

    /// Takes a granted request, and says what is wrong with it, if anything is.
    mutating func take(
        _ request: SignedRequest, _ subject: EntrySubject?, _ standing: Standing, at index: UInt64
    ) -> LogProblem? {
        switch request.act {
        case .read, .match: return read(subject, standing)
        // A step of an order: no field, one order.
        case .write, .propose:
            let problem = read(subject, standing, counts: false)
            if request.fields.isEmpty, request.customers.isEmpty, request.orders.count == 1 {
                ended[request.orders[0]] = index
            }
            return problem
        default: return nil
        }
    }

    private mutating func read(_ subject: EntrySubject?, _ standing: Standing, counts: Bool = true) -> LogProblem? {
        guard standing.isDelegated else { return nil }
        if let loan = loans[standing.capability] {
            if let end = ended[loan.order], loan.index < end { return .loanEnded }
            if let subject, subject.orders != [loan.order] || subject.customers != [loan.customer] {
                return .otherCustomer
            }
        }
        guard counts else { return nil }
        var isOver = false
        for (block, most) in standing.budgets {
            used[block, default: 0] += 1
            if used[block, default: 0] > most { isOver = true }
        }
        return isOver ? .overused : nil
    }
}
