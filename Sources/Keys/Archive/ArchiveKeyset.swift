public import Primitives

/// The keys of one keyring archive: those that live on in a vault that is brought back — LOGK, SHOPK, CANARYK and STAFFK
/// in every version — and a wrapping key made for this archive alone.
///
/// Customers' keys go into the archive in boxes under that key, months' keys wrapped, so that no key of a customer ever
/// lies in ordinary memory on the way. KRK itself stays out: together with a stolen older `keyring.db` it would open customers
/// erased since.
public struct ArchiveKeyset: Sendable {
    private static let kept: Set<KeysetEntry.Kind> = [.logPseudonym, .shop, .canary, .staff]

    /// Wraps what goes into the archive: its primary KRK is the archive's own key.
    public let keyset: Keyset

    /// The keys of an archive of a vault with `keyset`.
    public init(of keyset: Keyset) {
        let fresh = Keyset.generate().entries.filter { !Self.kept.contains($0.kind) }
        do {
            self.keyset = try Keyset(entries: keyset.entries.filter { Self.kept.contains($0.kind) } + fresh)
        } catch { preconditionFailure("a keyset has a key of each kind") }
    }

    /// Reads what `encode` gave. Everything that is not in an archive is drawn anew.
    public init(parsing secret: borrowing SecretBytes) throws(KeysetError) {
        let entries = try Keyset.entries(in: secret)
        guard entries.allSatisfy({ Self.kept.contains($0.kind) || $0.kind == .keyring }) else { throw .malformed }
        let fresh = Keyset.generate().entries.filter { !Self.kept.contains($0.kind) && $0.kind != .keyring }
        keyset = try Keyset(entries: entries + fresh)
    }

    /// What goes into the archive, and nowhere else.
    public func encode() -> SecretBytes {
        Keyset.serialise(keyset.entries.filter { Self.kept.contains($0.kind) || $0.kind == .keyring })
    }

    /// The keyset of the vault that is brought back: the kept keys, and new ones of every other kind. It still opens the
    /// archive's wraps; `destroyingRetired(.keyring)` ends that once all are wrapped anew.
    public func restored() throws(KeysetError) -> Keyset {
        let epoch = keyset.keyringEpoch
        return try keyset.adding(.keyring).setting(.retired, of: .keyring, id: epoch)
    }
}
