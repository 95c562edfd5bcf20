public import Keys
public import VaultModel

extension StoredRecord {
    /// What the record's seal covers besides its fields.
    public func sealSubject(vault: VaultID) -> RecordSeal.Subject {
        RecordSeal.Subject(vault: vault, customer: customer, record: id, kind: kind, revision: rev)
    }

    /// Whether the stored seal is the one of these fields under this key.
    public func isSealed(by key: CustomerKey, vault: VaultID) -> Bool {
        RecordSeal.isValid(seal, sealSubject(vault: vault), fields: fields.map(\.sealed), key: key)
    }
}

extension StoredField {
    /// The field as a record's seal takes it.
    public var sealed: RecordSeal.Field { RecordSeal.Field(field: field, ordinal: ordinal, envelope: envelope) }
}
