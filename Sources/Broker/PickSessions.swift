internal import Synchronization
internal import Turnstile
internal import VaultModel
internal import Wire

/// Archived records on their way in, page by page, until they are asked for as a whole. Sealed bytes: nobody has looked at
/// them. One person has one such delivery at a time.
final class PickSessions: Sendable {
    private static let most = 4
    private static let secondsKept: Int64 = 600

    private struct Delivery {
        let customer: CustomerNumber
        let manifest: String
        var rows: [PickRow]
        var bytes: Int
        /// Seconds since 1970 of the last page.
        var at: Int64
    }

    private let deliveries = Mutex<[KeyID: Delivery]>([:])

    /// Takes a page.
    ///
    /// - Throws: `conflict` when it does not follow on the last one; `rateLimited`; `malformed` beyond the limits.
    func add(
        _ page: PickPage.Request, of customer: CustomerNumber, manifest: String, by kid: KeyID, now: Int64
    ) throws(RequestRefusal) {
        let bytes = page.rows.reduce(0) { $0 + $1.sizeBytes }
        try deliveries.withLock { (deliveries) throws(RequestRefusal) in
            deliveries = deliveries.filter { now - $0.value.at < Self.secondsKept }
            if page.from == 0 {
                deliveries[kid] = nil
                guard deliveries.count < Self.most else {
                    throw RequestRefusal(
                        .rateLimited, .rate, hint: "too many records are being brought back at once; try later")
                }
                deliveries[kid] = Delivery(customer: customer, manifest: manifest, rows: [], bytes: 0, at: now)
            }
            guard var delivery = deliveries[kid], delivery.customer == customer, delivery.manifest == manifest,
                Int64(delivery.rows.count) == page.from
            else { throw .conflict("the pages do not follow on each other; run coffer backup pick again") }
            delivery.rows += page.rows
            delivery.bytes += bytes
            delivery.at = now
            guard delivery.rows.count <= PickPage.mostRows, delivery.bytes <= PickPage.mostBytes else {
                deliveries[kid] = nil
                throw .malformed("one customer's records come back in portions of \(PickPage.mostRows)")
            }
            deliveries[kid] = delivery
        }
    }

    /// The rows that a person has sent for a customer.
    ///
    /// - Parameter ends: whether they are given once.
    func rows(
        of customer: CustomerNumber, manifest: String, by kid: KeyID, ends: Bool
    ) throws(RequestRefusal) -> [PickRow] {
        let delivery = deliveries.withLock { deliveries in
            let delivery = deliveries[kid]
            if ends { deliveries[kid] = nil }
            return delivery
        }
        guard let delivery, delivery.customer == customer, delivery.manifest == manifest, !delivery.rows.isEmpty else {
            throw .notFound("no records of this customer were sent; run coffer backup pick again")
        }
        return delivery.rows
    }
}

extension PickRow {
    fileprivate var sizeBytes: Int { fields.reduce(128) { $0 + 96 + $1.envelope.count } }
}
