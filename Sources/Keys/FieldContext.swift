public import VaultModel

/// Where a field lives. All of it is authenticated with the field, so that an envelope opens only in the place it was
/// sealed for: not in another vault, not for another customer, not in another record, field or position.
public struct FieldContext: Hashable, Sendable {
    public var vault: VaultID
    /// The owner of the record; `RecordID.none` for fields of non-personal classes, which outlive her.
    public var customer: RecordID
    /// The record; a customer's own record bears the customer's id.
    public var record: RecordID
    /// The registry's number of the record type; 0xFFFE and 0xFFFF are Coffer's own.
    public var table: UInt16
    /// The registry's number of the field.
    public var field: UInt16
    /// The position within a multi-valued field (phones, addresses), or the chunk of an attachment.
    public var ordinal: UInt32

    public init(
        vault: VaultID, customer: RecordID, record: RecordID, table: UInt16, field: UInt16, ordinal: UInt32 = 0
    ) {
        self.vault = vault
        self.customer = customer
        self.record = record
        self.table = table
        self.field = field
        self.ordinal = ordinal
    }
}

/// What an envelope is for: sixteen ASCII characters at the front of the associated data. A blob of one purpose never
/// opens as one of another.
enum EnvelopeDomain {
    case field, customerKey, keyset, slot, monthKey, logPart, recoveryCanary

    var label: [UInt8] {
        switch self {
        case .field: Self.fieldLabel
        case .customerKey: Self.customerKeyLabel
        case .keyset: Array("COFFER/KEYST/v01".utf8)
        case .slot: Array("COFFER/SLOTS/v01".utf8)
        case .monthKey: Array("COFFER/MONTH/v01".utf8)
        case .logPart: Self.logPartLabel
        case .recoveryCanary: Array("COFFER/RCANY/v01".utf8)
        }
    }

    // The three on hot paths are made once.
    private static let fieldLabel = Array("COFFER/FIELD/v01".utf8)
    private static let customerKeyLabel = Array("COFFER/CEKWR/v01".utf8)
    private static let logPartLabel = Array("COFFER/LOGPT/v01".utf8)
}

extension FieldContext {
    /// The table of Coffer's own envelopes: wrapped keys, slots and log parts.
    static let wrapTable: UInt16 = 0xFFFF
    /// The table of staff names.
    static let staffTable: UInt16 = 0xFFFE

    /// The 88 bytes of associated data, with room for the nonce behind them:
    /// `domain[16] ‖ envelope[0..<16) ‖ vault[16] ‖ customer[16] ‖ record[16] ‖ table ‖ field ‖ ordinal`.
    /// Every part has a fixed width, so no two contexts share an encoding.
    func associatedData(domain: EnvelopeDomain, header: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(EnvelopeLayout.associatedDataSize + EnvelopeLayout.nonceSize)
        bytes.append(contentsOf: domain.label)
        bytes.append(contentsOf: header)
        bytes.append(contentsOf: vault.bytes)
        bytes.append(contentsOf: customer.bytes)
        bytes.append(contentsOf: record.bytes)
        bytes.appendLittleEndian(table)
        bytes.appendLittleEndian(field)
        bytes.appendLittleEndian(ordinal)
        assert(bytes.count == EnvelopeLayout.associatedDataSize)
        return bytes
    }
}
