import AccessLog
import GRDB
public import Keys
import Primitives
import VaultModel

/// Destroys the readable parts of whole months, a piece at a time.
///
/// First what is to stay is sealed again under a hold key, a fresh one for each purge; then the months' keys and the
/// older hold keys are destroyed, which purges every copy of the rest wherever it lies; then the rows are emptied and
/// the WAL is cut. Each step can be repeated: a run after a crash finds the months' keys there and does all of it
/// again, or finds them gone and only empties rows.
public struct LogPurge {
    /// Which of a month's keys.
    public let half: MonthKey.Half
    /// Entries whose parts stay.
    public private(set) var kept: UInt64 = 0
    private let store: LogStore
    private let keyring: KeyringStore
    private let keys: any LogKeys
    private let reader: LogReader
    /// Everything up to the last month: what earlier purges kept lies before the first.
    private let range: Range<UInt64>
    /// Where the months begin.
    private let first: UInt64
    private let months: [UInt32]
    /// The month's keys and hold keys that go.
    private let ending: [UInt32]
    /// The name of the key for what stays.
    private let hold: UInt32
    private var holdKey: MonthKey?
    private var next: UInt64 = 0
    private var phase = Phase.keeping

    private enum Phase { case keeping, emptying, done }

    /// Hold keys are numbered from one. A month is yyyymm, so that none can be taken for a hold key.
    static let firstMonth: UInt32 = 190_001
    private static let entriesAtOnce: UInt64 = 500

    /// - Parameters:
    ///   - months: complete months of the log, yyyymm, ascending. Those whose key is gone already are only emptied.
    ///   - reader: the one that serves others; it forgets the keys that are destroyed.
    public init(
        _ store: LogStore, keyring: KeyringStore, keys: any LogKeys, reader: LogReader, months: [UInt32],
        half: MonthKey.Half
    ) throws(StorageError) {
        self.store = store
        self.keyring = keyring
        self.keys = keys
        self.reader = reader
        self.half = half
        self.months = months
        let firsts = try store.months()
        let after = firsts.first { $0.month > (months.last ?? 0) }?.first
        let end: UInt64 = if let after { after } else { try store.size() }
        range = 0..<end
        first = firsts.first { $0.month == months.first }?.first ?? end
        let names = try keyring.monthKeys().filter { $0.half == half.rawValue }.map(\.month)
        let holds = names.filter { $0 < Self.firstMonth }
        ending = names.filter(months.contains) + holds
        // A name that was used once is never used again, whether its key is there or not.
        hold = try keyring.lastHoldKey() + 1
        if !names.contains(where: months.contains) {
            phase = .emptying
            next = first
        }
    }

    /// Whether a purge of these months was begun and not finished, or not begun: a key of theirs is there.
    public var hasKeys: Bool { ending.contains { $0 >= Self.firstMonth } }

    /// Does the next piece of the work; false when there is none.
    ///
    /// - Parameters:
    ///   - time: milliseconds since 1970, noted with destroyed keys.
    ///   - stays: whether the parts of an entry stay readable. Asked of entries that still are.
    public mutating func step(
        time: Int64, stays: (OpenedEntry) throws(StorageError) -> Bool
    ) throws(StorageError) -> Bool {
        switch phase {
        case .keeping:
            try keepSome(stays)
            if next == range.upperBound {
                try keyring.destroyMonthKeys(ending, half: half.rawValue, time: time)
                reader.forgetKeys()
                phase = .emptying
                // What is no longer held lies in earlier months.
                next = ending.contains { $0 < Self.firstMonth } ? 0 : first
            }
        case .emptying:
            try emptySome()
            if next >= range.upperBound {
                try store.truncateWAL()
                phase = .done
            }
        case .done: return false
        }
        return true
    }

    // MARK: - What stays

    private mutating func keepSome(_ stays: (OpenedEntry) throws(StorageError) -> Bool) throws(StorageError) {
        let piece = next..<min(next + Self.entriesAtOnce, range.upperBound)
        next = piece.upperBound
        // A month that was purged before has rows only where something stayed.
        let stored = try store.entries(piece).filter { entry in
            parts(of: entry).contains { ending.contains($0.keyID) }
        }
        var resealed: [(seq: UInt64, parts: [SealedPart])] = []
        for entry in stored {
            guard let opened = try reader.entries(entry.seq..<entry.seq + 1).first, try stays(opened) else { continue }
            let key = try keyForHeld()
            var parts: [SealedPart] = []
            for part in self.parts(of: entry) {
                guard let bytes = part.bytes(opened) else { continue }
                parts.append(try part.sealed(bytes, entry.seq, key, keys.vault))
            }
            resealed.append((entry.seq, parts))
        }
        guard !resealed.isEmpty else { return }
        kept += UInt64(resealed.count)
        try store.database.write { db in
            for (seq, parts) in resealed {
                for part in parts { try part.store(seq, db) }
            }
        }
    }

    /// Made, and durable in the keyring, before the first part is sealed under it.
    private mutating func keyForHeld() throws(StorageError) -> MonthKey {
        if let holdKey { return holdKey }
        let key = MonthKey.random(month: hold, half: half)
        try keyring.insert(months: [keys.wrap(key)])
        holdKey = key
        return key
    }

    private func parts(of entry: StoredEntry) -> [SealedPart] {
        Keys.LogPart.allCases.filter { $0.half == half }.compactMap { SealedPart($0, of: entry) }
    }

    // MARK: - What goes

    private mutating func emptySome() throws(StorageError) {
        let piece = next..<max(next, min(next + Self.entriesAtOnce, range.upperBound))
        next = piece.upperBound
        let left = try keyring.monthKeys().filter { $0.half == half.rawValue }.map(\.month)
        var gone: [(seq: UInt64, part: SealedPart)] = []
        for entry in try store.entries(piece) {
            for part in parts(of: entry) where !left.contains(part.keyID) { gone.append((entry.seq, part)) }
        }
        guard !gone.isEmpty else { return }
        try store.database.write { db in
            for (seq, part) in gone { try part.erase(seq, db) }
        }
    }
}

/// A part as it lies in its row.
private struct SealedPart {
    let part: Keys.LogPart
    let envelope: [UInt8]
    /// The month, or the hold, whose key seals it.
    let keyID: UInt32

    init?(_ part: Keys.LogPart, of entry: StoredEntry) {
        let envelope =
            switch part {
            case .core: entry.core
            case .subject: entry.subject
            case .evidence: entry.evidence
            }
        guard let envelope, let keyID = MonthKey.month(of: envelope) else { return nil }
        self.part = part
        self.envelope = envelope
        self.keyID = keyID
    }

    private init(_ part: Keys.LogPart, _ envelope: [UInt8], _ keyID: UInt32) {
        self.part = part
        self.envelope = envelope
        self.keyID = keyID
    }

    func bytes(_ entry: OpenedEntry) -> [UInt8]? {
        switch part {
        case .core: entry.core
        case .subject: entry.subject
        case .evidence: entry.evidence
        }
    }

    func sealed(
        _ bytes: [UInt8], _ seq: UInt64, _ key: MonthKey, _ vault: VaultID
    ) throws(StorageError) -> SealedPart {
        do {
            return SealedPart(part, try key.sealLogPart(bytes, vault: vault, seq: seq, part: part), key.month)
        } catch { throw .limit(.log) }
    }

    func store(_ seq: UInt64, _ db: Database) throws { try set(seq, envelope.databaseBlob, db) }

    func erase(_ seq: UInt64, _ db: Database) throws { try set(seq, nil, db) }

    private func set(_ seq: UInt64, _ value: (any DatabaseValueConvertible)?, _ db: Database) throws {
        let column =
            switch part {
            case .core: "core"
            case .subject: "subject"
            case .evidence: "evidence"
            }
        try db.execute(sql: "UPDATE entry SET \(column) = ? WHERE seq = ?", arguments: [value, Int64(seq)])
    }
}
