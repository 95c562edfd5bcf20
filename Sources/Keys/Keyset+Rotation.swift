/// Rotation: every step is a new keyset that goes into a new `vault.seal`.
extension Keyset {
    /// A keyset with one more key of `kind`, enabled, its id one above the highest ever given. While a lower one is
    /// enabled too, that one stays primary: retire it to hand over.
    public func adding(_ kind: KeysetEntry.Kind) throws(KeysetError) -> Keyset {
        let highest = entries.last { $0.kind == kind }?.id ?? 0
        guard highest < UInt32.max else { throw .full }
        return try Keyset(
            entries: entries + [KeysetEntry(kind: kind, id: highest + 1, status: .enabled, material: .random())])
    }

    /// A keyset in which all retired keys of `kind` are destroyed.
    public func destroyingRetired(_ kind: KeysetEntry.Kind) throws(KeysetError) -> Keyset {
        var keyset = self
        for entry in entries where entry.kind == kind && entry.status == .retired {
            keyset = try keyset.setting(.destroyed, of: kind, id: entry.id)
        }
        return keyset
    }

    /// A keyset in which one key is retired or destroyed. Refused when it would leave the kind without an enabled key.
    public func setting(
        _ status: KeysetEntry.Status, of kind: KeysetEntry.Kind, id: UInt32
    ) throws(KeysetError) -> Keyset {
        guard let place = entries.firstIndex(where: { $0.kind == kind && $0.id == id }) else { throw .unknownKey }
        let entry = entries[place]
        guard status.rawValue >= entry.status.rawValue else { throw .statusOnlyAdvances }
        var changed = entries
        changed[place] = KeysetEntry(
            kind: kind, id: id, status: status, material: status == .destroyed ? nil : entry.material)
        return try Keyset(entries: changed)
    }
}
