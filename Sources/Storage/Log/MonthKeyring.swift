import Keys

/// The month keys that seal new entries: unwrapped once, made when a month begins.
struct MonthKeyring {
    private let keyring: KeyringStore
    private let keys: any LogKeys
    private var current: Pair?

    struct Pair {
        let month: UInt32
        let core: MonthKey
        let personal: MonthKey
    }

    init(_ keyring: KeyringStore, _ keys: any LogKeys) {
        self.keyring = keyring
        self.keys = keys
    }

    /// The two keys of a month. A month's first entry has them stored in the keyring before it is written: an entry
    /// whose key was lost in a crash could never be opened. One keyring transaction then, none otherwise.
    mutating func keys(for month: UInt32) throws(StorageError) -> Pair {
        if let current, current.month == month { return current }
        var stored = try keyring.monthKeys(month)
        if stored.isEmpty {
            let fresh = MonthKey.Half.allCases.map { keys.wrap(MonthKey.random(month: month, half: $0)) }
            try keyring.insert(months: fresh)
            stored = fresh
        }
        let pair = Pair(
            month: month, core: try key(.core, stored), personal: try key(.personal, stored))
        current = pair
        return pair
    }

    private func key(_ half: MonthKey.Half, _ stored: [WrappedMonthKey]) throws(StorageError) -> MonthKey {
        guard let wrapped = stored.first(where: { $0.half == half.rawValue }) else { throw .corrupt(.keyring) }
        do { return try keys.unwrap(wrapped) } catch { throw .corrupt(.keyring) }
    }
}
