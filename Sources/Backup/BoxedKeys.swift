public import Keys
internal import Primitives
public import Storage
public import VaultModel

/// Keys of some customers as a keyring archive has them: who they are of, and a box of the keys.
public struct BoxedKeys: Equatable, Sendable {
    /// Whose key it is, and what for.
    public struct Owner: Equatable, Sendable {
        public let customer: RecordID
        public let version: UInt32
        public let state: WrappedKey.State
    }

    public let owners: [Owner]
    private let epoch: UInt32
    let box: [UInt8]

    /// Takes keys out of their wraps and seals them again, without their leaving locked memory.
    ///
    /// - Parameters:
    ///   - keys: at most `Keyset.mostBoxedKeys`.
    ///   - keyset: what they are wrapped under.
    ///   - archive: what they are sealed under.
    public init(
        _ keys: [WrappedKey], from keyset: Keyset, to archive: Keyset, vault: VaultID
    ) throws(EnvelopeError) {
        var opened: [CustomerKey] = []
        opened.reserveCapacity(keys.count)
        for key in keys {
            opened.append(
                try keyset.unwrapCEK(key.wrap, vault: vault, customer: key.customer, version: key.version))
        }
        owners = keys.map { Owner(customer: $0.customer, version: $0.version, state: $0.state) }
        epoch = archive.keyringEpoch
        box = archive.box(opened, about: Self.encode(epoch, owners), vault: vault)
    }

    /// The keys of those who pass, wrapped under the primary KRK of `keyset`, which also opens the box.
    public func wrapped(
        under keyset: Keyset, vault: VaultID, where isWanted: (RecordID) -> Bool
    ) throws(EnvelopeError) -> [WrappedKey] {
        let keys = try keyset.unbox(box, versions: owners.map(\.version), epoch: epoch, about: about, vault: vault)
        return zip(owners, keys).filter { isWanted($0.0.customer) }.map { owner, key in
            WrappedKey(
                customer: owner.customer, version: owner.version, epoch: keyset.keyringEpoch,
                wrap: keyset.wrapCEK(key, vault: vault, customer: owner.customer), state: owner.state)
        }
    }

    // MARK: - Coding

    /// What the box is bound to, and what goes before it.
    var about: [UInt8] { Self.encode(epoch, owners) }

    private static func encode(_ epoch: UInt32, _ owners: [Owner]) -> [UInt8] {
        var writer = ByteWriter(capacity: 6 + owners.count * (RecordID.size + 5))
        writer.append(epoch)
        writer.append(UInt16(owners.count))
        for owner in owners {
            writer.append(owner.customer.bytes)
            writer.append(owner.version)
            writer.append(UInt8(owner.state.rawValue))
        }
        return writer.bytes
    }

    /// Nil for no keys, too many, or a value that there is not.
    init?(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        epoch = try reader.readUInt32()
        let count = Int(try reader.readUInt16())
        guard (1...Keyset.mostBoxedKeys).contains(count) else { return nil }
        var owners: [Owner] = []
        owners.reserveCapacity(count)
        for _ in 0..<count {
            let customer = RecordID(try reader.readBytes(RecordID.size))
            let version = try reader.readUInt32()
            guard let customer, let state = WrappedKey.State(rawValue: Int32(try reader.readUInt8())) else {
                return nil
            }
            owners.append(Owner(customer: customer, version: version, state: state))
        }
        self.owners = owners
        box = try reader.readBytes(Keyset.boxSize(of: count))
    }
}

/// Everything in a keyring, as an archive has it: some customers at a time, then the rest at once.
public struct KeyringRows {
    private let keyring: KeyringStore
    private let keyset: Keyset
    private let archive: Keyset
    private let vault: VaultID
    private var last: RecordID?
    private var isAtEnd = false

    /// - Parameters:
    ///   - keyset: opens what is in the keyring.
    ///   - archive: seals what comes out.
    public init(_ keyring: KeyringStore, keyset: Keyset, archive: ArchiveKeyset, vault: VaultID) {
        (self.keyring, self.keyset, self.archive, self.vault) = (keyring, keyset, archive.keyset, vault)
    }

    /// The next rows; nil behind the last. Throws what the store does, and `EnvelopeError` for a key that does not open.
    public mutating func next() throws -> [KeyringRow]? {
        guard !isAtEnd else { return nil }
        let customers = try keyring.customers(after: last, limit: Keyset.mostBoxedKeys)
        guard let end = customers.last else {
            isAtEnd = true
            return try rest()
        }
        last = end
        var keys: [WrappedKey] = []
        let found = try keyring.fetch(customers: customers)
        for customer in customers { if case .keys(let some)? = found[customer] { keys += some } }
        var rows: [KeyringRow] = []
        // A customer may have several versions.
        for start in stride(from: 0, to: keys.count, by: Keyset.mostBoxedKeys) {
            let some = Array(keys[start..<min(keys.count, start + Keyset.mostBoxedKeys)])
            rows.append(.keys(try BoxedKeys(some, from: keyset, to: archive, vault: vault)))
        }
        return rows
    }

    private func rest() throws -> [KeyringRow] {
        var rows: [KeyringRow] = []
        for key in try keyring.monthKeys() {
            rows.append(.month(try key.rewrapped(from: keyset, to: archive, vault: vault)))
        }
        rows += try keyring.tombstones().map { .tombstone($0) }
        return rows + (try keyring.destroyedMonths().map { .destroyed($0) })
    }
}
