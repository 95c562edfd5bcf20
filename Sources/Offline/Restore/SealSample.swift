internal import Keys
internal import Storage
internal import Turnstile
internal import VaultModel

/// Whether the records of a restored vault open with the keys that came from another archive: the seals of some of them
/// are computed anew with their customers' keys. Nothing is decrypted.
struct SealSample {
    private static let batch = 200
    private static let batches = 5

    let stores: Stores
    let keyset: Keyset

    /// - Returns: how many records were checked: the oldest thousand of each kind.
    /// - Throws: `keys` when one does not fit.
    func check() throws -> Int {
        var checked = 0
        for kind in try stores.records.registry().kinds {
            var scan = stores.records.scan(kind: kind.number, batch: Self.batch)
            for _ in 0..<Self.batches {
                guard let records = try scan.next() else { break }
                let keys = try stores.keyring.fetch(customers: Array(Set(records.map(\.customer))))
                for record in records {
                    guard try isSealed(record, keys[record.customer]) else { throw VaultRestoration.Failure.keys }
                    checked += 1
                }
            }
        }
        return checked
    }

    private func isSealed(_ record: StoredRecord, _ keys: CustomerKeys?) throws -> Bool {
        guard let key = try key(of: record, keys) else { return false }
        return record.isSealed(by: key, vault: stores.vault)
    }

    private func key(of record: StoredRecord, _ keys: CustomerKeys?) throws -> CustomerKey? {
        if record.customer == .none { return keyset.shopKey(version: Turnstile.keyVersion(of: record)) }
        guard case .keys(let wrapped)? = keys,
            let wrap = wrapped.first(where: { $0.version == Turnstile.keyVersion(of: record) })
        else { return nil }
        return try keyset.unwrapCEK(
            wrap.wrap, vault: stores.vault, customer: record.customer, version: wrap.version)
    }
}
