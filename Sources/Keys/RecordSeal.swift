public import Primitives
public import VaultModel

/// The seal over all fields of a record: a field's own tag cannot notice that a sibling was deleted or put back to an
/// earlier state.
///
/// `BLAKE2b-256(kdf(CEK,1,"CFrowsl1"), "COFFER/ROWSL/v01" ‖ vault ‖ customer ‖ record ‖ kind ‖ rev ‖ n ‖ each (field,
/// ordinal) in order: field ‖ ordinal ‖ BLAKE2b-256(envelope))`
public enum RecordSeal {
    public static let size = 32

    /// One stored envelope with its place in the record.
    public struct Field: Sendable {
        public let field: UInt16
        public let ordinal: UInt32
        public let envelope: [UInt8]

        public init(field: UInt16, ordinal: UInt32 = 0, envelope: [UInt8]) {
            self.field = field
            self.ordinal = ordinal
            self.envelope = envelope
        }
    }

    /// What the seal covers besides the fields.
    public struct Subject: Hashable, Sendable {
        public var vault: VaultID
        /// The owner, or `RecordID.none` for a record under SHOPK.
        public var customer: RecordID
        public var record: RecordID
        /// The registry's number of the record type.
        public var kind: UInt16
        public var revision: UInt64

        public init(vault: VaultID, customer: RecordID, record: RecordID, kind: UInt16, revision: UInt64) {
            self.vault = vault
            self.customer = customer
            self.record = record
            self.kind = kind
            self.revision = revision
        }
    }

    /// The 32-byte seal. The order of `fields` does not matter; two fields with the same place trap, as the store's
    /// primary key rules them out.
    public static func compute(_ subject: Subject, fields: [Field], key: CustomerKey) -> [UInt8] {
        compute(subject, fields: fields, cek: key.secret)
    }

    /// The same with the raw key. `cek` has 32 bytes.
    public static func compute(_ subject: Subject, fields: [Field], cek: borrowing SecretBytes) -> [UInt8] {
        let sorted = fields.sorted { ($0.field, $0.ordinal) < ($1.field, $1.ordinal) }
        for (left, right) in zip(sorted, sorted.dropFirst()) {
            precondition((left.field, left.ordinal) != (right.field, right.ordinal), "a place holds one envelope")
        }
        var message = Array("COFFER/ROWSL/v01".utf8)
        message.reserveCapacity(78 + 38 * fields.count)
        message += subject.vault.bytes
        message += subject.customer.bytes
        message += subject.record.bytes
        message.appendLittleEndian(subject.kind)
        message.appendLittleEndian(subject.revision)
        message.appendLittleEndian(UInt32(sorted.count))
        for entry in sorted {
            message.appendLittleEndian(entry.field)
            message.appendLittleEndian(entry.ordinal)
            message += BLAKE2b.hash(entry.envelope)
        }
        return BLAKE2b.mac(message, key: KeyDerivation.subkey(of: cek, id: 1, context: "CFrowsl1"))
    }

    /// Whether `seal` is the record's, compared in constant time.
    public static func isValid(_ seal: [UInt8], _ subject: Subject, fields: [Field], key: CustomerKey) -> Bool {
        ConstantTime.equal(seal, compute(subject, fields: fields, key: key))
    }
}
