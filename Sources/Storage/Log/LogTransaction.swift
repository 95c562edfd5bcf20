import AccessLog
import Keys
import Primitives

/// What the writer carries from one batch to the next.
struct LogState: Sendable {
    var tail: LogTail
    /// Milliseconds since 1970 of the last entry.
    var lastTime: Int64
    /// Rows of the nonce table.
    var nonces = 0
    /// Pages written to the WAL since it was last copied.
    var walPages = 0
    /// Seconds since 1970 when expired nonces are next deleted.
    var nextSweep: Int64 = 0
    /// Whether the last checkpoint stays when the next one is written.
    var keepsCheckpoint = true

    init(tail: LogTail, lastTime: Int64) {
        self.tail = tail
        self.lastTime = lastTime
    }
}

/// A batch after COMMIT.
struct WrittenBatch {
    /// One for each submission, in order.
    let outcomes: [Result<CommittedEntry, LogRefusal>]
    /// Nil when every submission was refused, so that nothing was written.
    let state: LogState?
    let last: LogPlace?
    let root: [UInt8]
}

/// One batch, from BEGIN to COMMIT. Runs on the connection that writes; waits for nothing but the disk.
struct LogTransaction {
    let statements: LogStatements
    let keys: any LogKeys
    let months: MonthKeyring.Pair
    let database: DatabaseFile
    let options: LogWriterOptions
    /// Milliseconds since 1970 of all entries of the batch.
    let time: Int64
    /// Free space is below the reserve.
    let isShort: Bool

    private struct Appended {
        let place: LogPlace
        let core: [UInt8]
        let leaf: Leaf
        let leafHash: [UInt8]
        let isSubstitute: Bool
    }

    /// Writes what may be written. Throws when the transaction as a whole failed: before COMMIT all of it is rolled
    /// back; an error of COMMIT itself comes out as `unavailable`, because nobody knows what it left.
    func run(
        _ batch: [PreparedSubmission], resolved: [UInt64], from state: LogState
    ) throws(StorageError) -> WrittenBatch {
        var next = state
        var results: [Result<Appended, LogRefusal>] = []
        var note: [UInt8] = []
        let tree: MerkleBatch
        do throws(StorageError) {
            try database.failIfAsked(.begin(.log))
            try statements.begin.run()
            for (index, prepared) in batch.enumerated() {
                try database.failIfAsked(.item(index))
                results.append(try append(prepared, &next))
            }
            let appended = results.compactMap { try? $0.get() }
            guard !appended.isEmpty else {
                try statements.rollback.run()
                return WrittenBatch(outcomes: results.map(Self.refusal), state: nil, last: nil, root: [])
            }
            tree = MerkleBatch(after: state.tail.frontier, leafHashes: appended.map(\.leafHash))
            note = try seal(tree, &next, from: state)
            let admission = LogAdmission(statements: statements)
            for seq in resolved { try admission.resolve(seq) }
            try sweepNonces(&next)
        } catch {
            if statements.isInTransaction { try? statements.rollback.run() }
            throw error
        }
        try commit()
        let outcomes = results.map { result in
            result.map { Self.entry($0, tree: tree, note: note) }
        }
        return WrittenBatch(
            outcomes: outcomes, state: next, last: LogPlace(seq: tree.after.size - 1, time: time),
            root: tree.after.root())
    }

    private func commit() throws(StorageError) {
        do throws(StorageError) {
            try database.failIfAsked(.commit(.log))
            try statements.commit.run()
            try database.failIfAsked(.committed(.log))
        } catch {
            if statements.isInTransaction { try? statements.rollback.run() }
            throw .unavailable(.log, code: error.sqliteCode)
        }
    }

    // MARK: - One entry

    private func append(
        _ prepared: PreparedSubmission, _ state: inout LogState
    ) throws(StorageError) -> Result<Appended, LogRefusal> {
        let submission = prepared.submission
        if isShort, LogWriterOptions.dataKinds.contains(submission.draft.kind) { return .failure(.diskReserve) }
        let place = LogPlace(seq: state.tail.tiles.size, time: time)
        var parts = prepared.parts
        var isSubstitute = false
        switch submission.admit(place) {
        case .admit: break
        case .refuse(let refusal): return .failure(refusal)
        case .substitute(let draft):
            do throws(LogRefusal) { parts = try PreparedParts(draft) } catch { return .failure(error) }
            isSubstitute = true
        }
        if submission.nonce != nil, state.nonces >= options.nonceCapacity { return .failure(.nonceTableFull) }

        try statements.savepoint.run()
        let admission = LogAdmission(statements: statements)
        if let refusal = try admission.decide(submission, place: place, isSubstitute: isSubstitute) {
            try statements.undo.run()
            try statements.release.run()
            return .failure(refusal)
        }
        let appended = try insert(parts, place, isSubstitute)
        try statements.release.run()
        for tile in state.tail.tiles.append(appended.leafHash) { try insert(tile) }
        if submission.nonce != nil { state.nonces += 1 }
        return .success(appended)
    }

    private func insert(
        _ parts: PreparedParts, _ place: LogPlace, _ isSubstitute: Bool
    ) throws(StorageError) -> Appended {
        // A salt and three nonces from one call: each is a system call.
        let random = Random.bytes(EntrySalt.size + 3 * XChaChaPoly.nonceSize)
        let core = EntryCore.encode(
            parts.draft, vault: keys.vault, seq: place.seq, t: place.time, salt: Array(random[..<EntrySalt.size]))
        let coreHash = SHA256.hash(core)
        guard let leaf = Leaf(core: coreHash, subject: parts.subjectHash, evidence: parts.evidenceHash) else {
            preconditionFailure("a SHA-256 has 32 bytes")
        }
        let statement = statements.entry
        try statement.bind(1, Int64(place.seq))
        try statement.bind(2, Int(months.month))
        try statement.bind(3, coreHash + parts.subjectHash + parts.evidenceHash)
        let nonces = random[EntrySalt.size...]
        try statement.bind(4, sealed(core, months.core, .core, place, nonces))
        try statement.bind(5, sealed(parts.subject, months.personal, .subject, place, nonces))
        try statement.bind(6, sealed(parts.evidence, months.personal, .evidence, place, nonces))
        try statement.run()
        return Appended(place: place, core: core, leaf: leaf, leafHash: leaf.hash, isSubstitute: isSubstitute)
    }

    /// Each part of an entry has its own third of the random bytes, and its own key besides.
    private func sealed(
        _ bytes: [UInt8], _ key: MonthKey, _ part: Keys.LogPart, _ place: LogPlace, _ nonces: ArraySlice<UInt8>
    ) -> [UInt8] {
        let size = XChaChaPoly.nonceSize
        let nonce = Array(nonces.dropFirst(Int(part.rawValue - 1) * size).prefix(size))
        do { return try key.sealLogPart(bytes, vault: keys.vault, seq: place.seq, part: part, nonce: nonce) } catch {
            // `EntryDraft.check` and `PreparedParts` keep parts within an envelope's bounds.
            preconditionFailure("a part fits into an envelope")
        }
    }

    private func insert(_ tile: Tile) throws(StorageError) {
        try statements.tile.bind(1, tile.id.level)
        try statements.tile.bind(2, Int64(tile.id.index))
        try statements.tile.bind(3, tile.bytes)
        try statements.tile.run()
    }

    // MARK: - The batch as a whole

    /// Signs the tree and stores the checkpoint in place of the last one, unless that was the first after a full tile.
    private func seal(
        _ tree: MerkleBatch, _ next: inout LogState, from state: LogState
    ) throws(StorageError) -> [UInt8] {
        let checkpoint = Checkpoint(origin: keys.verifier.name, size: tree.after.size, root: tree.after.root())
        let note = checkpoint.signed(by: keys.verifier, keys.signCheckpoint)
        try statements.checkpoint.bind(1, Int64(tree.after.size))
        try statements.checkpoint.bind(2, note)
        try statements.checkpoint.run()
        if !state.keepsCheckpoint {
            try statements.dropCheckpoint.bind(1, Int64(tree.before.size))
            try statements.dropCheckpoint.run()
        }
        let month = Int(months.month)
        if LogMonth.of(state.lastTime) != months.month || tree.before.size == 0 {
            try statements.month.bind(1, month)
            try statements.month.bind(2, Int64(tree.before.size))
            try statements.month.run()
        }
        next.tail.frontier = tree.after
        next.lastTime = time
        next.keepsCheckpoint = tree.before.size >> 8 != tree.after.size >> 8
        return note
    }

    private func sweepNonces(_ next: inout LogState) throws(StorageError) {
        let now = time / 1_000
        guard now >= next.nextSweep else { return }
        try statements.sweep.bind(1, now)
        try statements.sweep.bind(2, options.nonceSweepRows)
        try statements.sweep.run()
        let swept = statements.changes
        next.nonces -= swept
        // A full sweep leaves more to do: go on with the next batch.
        if swept < options.nonceSweepRows { next.nextSweep = now + options.nonceSweepSeconds }
    }

    private static func entry(_ appended: Appended, tree: MerkleBatch, note: [UInt8]) -> CommittedEntry {
        CommittedEntry(
            place: appended.place, core: appended.core, leaf: appended.leaf, checkpoint: note,
            isSubstitute: appended.isSubstitute, tree: tree)
    }

    private static func refusal(_ result: Result<Appended, LogRefusal>) -> Result<CommittedEntry, LogRefusal> {
        switch result {
        case .failure(let refusal): .failure(refusal)
        case .success: preconditionFailure("nothing was appended")
        }
    }
}
