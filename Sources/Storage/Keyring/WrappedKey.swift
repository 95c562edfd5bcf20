public import Keys
public import VaultModel

/// A customer's key as the keyring stores it: sealed under KRK, worthless alone.
public struct WrappedKey: Equatable, Sendable {
    public let customer: RecordID
    /// Starts at 1 and rises with each re-keying.
    public let version: UInt32
    /// The epoch of KRK it is wrapped under.
    public let epoch: UInt32
    public let wrap: [UInt8]
    public let state: State

    public enum State: Int32, CaseIterable, Hashable, Sendable {
        /// Seals and opens.
        case current = 1
        /// Opens what older archives hold.
        case retired = 2
    }

    public init(customer: RecordID, version: UInt32, epoch: UInt32, wrap: [UInt8], state: State = .current) {
        self.customer = customer
        self.version = version
        self.epoch = epoch
        self.wrap = wrap
        self.state = state
    }
}

/// What the keyring says about a customer.
public enum CustomerKeys: Equatable, Sendable {
    /// Her keys, oldest version first; never empty.
    case keys([WrappedKey])
    /// She was erased: her keys are gone for good.
    case erased
}

/// One of a month's two log keys as the keyring stores it.
public struct WrappedMonthKey: Equatable, Sendable {
    /// yyyymm.
    public let month: UInt32
    /// 1: core; 2: subject and evidence.
    public let half: UInt8
    public let epoch: UInt32
    public let wrap: [UInt8]

    public init(month: UInt32, half: UInt8, epoch: UInt32, wrap: [UInt8]) {
        self.month = month
        self.half = half
        self.epoch = epoch
        self.wrap = wrap
    }
}

/// A month of the log whose keys of one half are gone for good.
public struct DestroyedMonth: Equatable, Sendable {
    /// yyyymm.
    public let month: UInt32
    /// 1: core; 2: subject and evidence.
    public let half: UInt8
    /// Milliseconds since 1970.
    public let time: Int64

    public init(month: UInt32, half: UInt8, time: Int64) {
        self.month = month
        self.half = half
        self.time = time
    }
}

/// The mark that an erased customer leaves.
public struct Tombstone: Equatable, Sendable {
    public let customer: RecordID
    /// Milliseconds since 1970.
    public let time: Int64

    public init(customer: RecordID, time: Int64) {
        self.customer = customer
        self.time = time
    }
}

// MARK: - Another wrap of the same key

extension WrappedKey {
    /// The same key under the primary KRK of `new`, opened by whichever epoch of `old` it bears. It never leaves locked
    /// memory.
    public func rewrapped(
        from old: Keyset, to new: Keyset, vault: VaultID
    ) throws(EnvelopeError) -> WrappedKey {
        let key = try old.unwrapCEK(wrap, vault: vault, customer: customer, version: version)
        return WrappedKey(
            customer: customer, version: version, epoch: new.keyringEpoch,
            wrap: new.wrapCEK(key, vault: vault, customer: customer), state: state)
    }
}

extension WrappedMonthKey {
    /// The same key under the primary KRK of `new`. Throws `keyVersion` for a half that there is none of.
    public func rewrapped(
        from old: Keyset, to new: Keyset, vault: VaultID
    ) throws(EnvelopeError) -> WrappedMonthKey {
        guard let part = MonthKey.Half(rawValue: half) else { throw .keyVersion }
        let key = try old.unwrapMonthKey(wrap, vault: vault, month: month, half: part)
        return WrappedMonthKey(
            month: month, half: half, epoch: new.keyringEpoch, wrap: new.wrapMonthKey(key, vault: vault))
    }
}
