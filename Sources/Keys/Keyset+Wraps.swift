public import Primitives
public import VaultModel

/// Customers' keys and month keys under KRK: what `keyring.db` stores.
extension Keyset {
    /// Wraps a customer's key under the current epoch: 120 bytes, key id = epoch, rev = the key's version.
    ///
    /// - Parameter nonce: 24 bytes; given only by tests with known answers.
    public func wrapCEK(
        _ key: CustomerKey, vault: VaultID, customer: RecordID,
        nonce: [UInt8] = Random.bytes(XChaChaPoly.nonceSize)
    ) -> [UInt8] {
        // Customer and record id are both the customer's, so a wrap cannot move to another customer.
        KeyWrap(domain: .customerKey, vault: vault, customer: customer, record: customer, keyID: keyringEpoch)
            .wrap(key.secret, revision: UInt64(key.version), under: primaryKeyring.customerKeyWrap, nonce: nonce)
    }

    /// Unwraps a customer's key of the version the keyring's row says, under whichever epoch it was wrapped.
    public func unwrapCEK(
        _ envelope: [UInt8], vault: VaultID, customer: RecordID, version: UInt32
    ) throws(EnvelopeError) -> CustomerKey {
        let (epoch, keys) = try keyring(of: envelope)
        let secret = try KeyWrap(
            domain: .customerKey, vault: vault, customer: customer, record: customer, keyID: epoch
        ).unwrap(envelope, revision: UInt64(version), under: keys.customerKeyWrap)
        return CustomerKey(secret, version: version)
    }

    /// Wraps a month key under the current epoch: key id = epoch, rev = 0, record id = LE32 month ‖ half ‖ zeros.
    public func wrapMonthKey(
        _ key: MonthKey, vault: VaultID, nonce: [UInt8] = Random.bytes(XChaChaPoly.nonceSize)
    ) -> [UInt8] {
        KeyWrap(domain: .monthKey, vault: vault, record: key.wrapRecord, keyID: keyringEpoch)
            .wrap(key.secret, revision: 0, under: primaryKeyring.monthKeyWrap, nonce: nonce)
    }

    /// Unwraps the month key of the keyring's row.
    public func unwrapMonthKey(
        _ envelope: [UInt8], vault: VaultID, month: UInt32, half: MonthKey.Half
    ) throws(EnvelopeError) -> MonthKey {
        let (epoch, keys) = try keyring(of: envelope)
        let secret = try KeyWrap(
            domain: .monthKey, vault: vault, record: MonthKey.wrapRecord(month: month, half: half), keyID: epoch
        ).unwrap(envelope, revision: 0, under: keys.monthKeyWrap)
        return MonthKey(secret, month: month, half: half)
    }

    /// The epoch a stored wrap claims, for finding what a roll of KRK has yet to rewrap. Unchecked.
    public static func epoch(of envelope: [UInt8]) -> UInt32? { KeyWrap.keyID(of: envelope) }

    var primaryKeyring: KeyringKeys {
        guard let keys = keyrings[keyringEpoch] else { preconditionFailure("a keyset has the primary epoch") }
        return keys
    }

    private func keyring(of envelope: [UInt8]) throws(EnvelopeError) -> (epoch: UInt32, keys: KeyringKeys) {
        guard let epoch = KeyWrap.keyID(of: envelope) else { throw .length }
        // Format errors come first, whatever the key id says.
        _ = try EnvelopeHeader(parsing: envelope, largest: EnvelopeLayout.largest)
        guard envelope[2] == PadPolicy.unpadded.rawValue else { throw .padPolicy }
        guard let keys = keyrings[epoch] else { throw .keyVersion }
        return (epoch, keys)
    }
}
