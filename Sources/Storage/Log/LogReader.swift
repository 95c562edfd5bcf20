public import AccessLog
import Keys
import Primitives
import Synchronization

/// An entry with its parts opened. A part is nil when it has been purged.
public struct OpenedEntry: Equatable, Sendable {
    public let seq: UInt64
    public let leaf: Leaf
    /// The exact bytes the leaf commits to.
    public let core: [UInt8]?
    public let subject: [UInt8]?
    public let evidence: [UInt8]?

    /// As an export shows it in full: what has been purged is said to be so.
    public var exported: ExportedEntry {
        func part(_ bytes: [UInt8]?) -> ExportedPart { bytes.map { .shown($0) } ?? .purged }
        return ExportedEntry(leaf: leaf, core: part(core), subject: part(subject), evidence: part(evidence))
    }
}

/// Opens entries. Months' keys are fetched from the keyring when first needed and kept.
///
/// Log entries are no customer data, so no token is needed; that reading them is itself an entry is the caller's
/// business. Thread-safe.
public final class LogReader: Sendable {
    private struct Slot: Hashable {
        let month: UInt32
        let half: MonthKey.Half
    }

    private enum Known {
        case key(MonthKey)
        /// Destroyed: its parts are purged, whatever the rows say.
        case destroyed
    }

    private let store: LogStore
    private let keyring: KeyringStore
    private let keys: any LogKeys
    private let known = Mutex<[Slot: Known]>([:])

    public init(_ store: LogStore, keyring: KeyringStore, keys: any LogKeys) {
        self.store = store
        self.keyring = keyring
        self.keys = keys
    }

    /// The entries with these indexes, as `LogStore.entries`, opened and compared with their leaves. Throws `corrupt`
    /// when a part does not open or is not what its leaf commits to.
    public func entries(_ range: Range<UInt64>) throws(StorageError) -> [OpenedEntry] {
        var opened: [OpenedEntry] = []
        for entry in try store.entries(range) {
            opened.append(
                OpenedEntry(
                    seq: entry.seq, leaf: entry.leaf, core: try open(.core, entry.core, entry.leaf.core, entry),
                    subject: try open(.subject, entry.subject, entry.leaf.subject, entry),
                    evidence: try open(.evidence, entry.evidence, entry.leaf.evidence, entry)))
        }
        return opened
    }

    /// The cores alone of the entries with these indexes, oldest first; those that have been purged are left out. Throws
    /// as `entries`.
    ///
    /// - Parameters:
    ///   - purged: told of each entry whose core is gone.
    ///   - isWanted: looks at the bytes of a core and says whether it is to be parsed.
    public func cores(
        _ range: Range<UInt64>, purged: (UInt64) -> Void = { _ in }, where isWanted: ([UInt8]) -> Bool = { _ in true }
    ) throws(StorageError) -> [EntryCore] {
        var cores: [EntryCore] = []
        for entry in try store.entries(range) {
            guard let bytes = try open(.core, entry.core, entry.leaf.core, entry) else {
                purged(entry.seq)
                continue
            }
            guard isWanted(bytes) else { continue }
            guard let core = try? EntryCore(parsing: bytes), core.seq == entry.seq else { throw .corrupt(.log) }
            cores.append(core)
        }
        return cores
    }

    /// Forgets the keys: after a purge, and when the vault is sealed.
    public func forgetKeys() { known.withLock { $0.removeAll() } }

    private func open(
        _ part: Keys.LogPart, _ sealed: [UInt8]?, _ hash: [UInt8], _ entry: StoredEntry
    ) throws(StorageError) -> [UInt8]? {
        guard let sealed else { return nil }
        // What outlived a purge is sealed under a hold key; any other month's key is not the entry's.
        guard let name = MonthKey.month(of: sealed), name == entry.month || name < LogPurge.firstMonth else {
            throw .corrupt(.log)
        }
        guard case .key(let key) = try key(Slot(month: name, half: part.half)) else { return nil }
        let bytes: [UInt8]
        do { bytes = try key.openLogPart(sealed, vault: keys.vault, seq: entry.seq, part: part) } catch {
            throw .corrupt(.log)
        }
        guard SHA256.hash(bytes) == hash else { throw .corrupt(.log) }
        return bytes
    }

    private func key(_ slot: Slot) throws(StorageError) -> Known {
        if let known = known.withLock({ $0[slot] }) { return known }
        let stored = try keyring.monthKeys(slot.month).first { $0.half == slot.half.rawValue }
        var found = Known.destroyed
        if let stored {
            do { found = .key(try keys.unwrap(stored)) } catch { throw .corrupt(.keyring) }
        }
        known.withLock { $0[slot] = found }
        return found
    }
}
