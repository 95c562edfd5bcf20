internal import AccessLog
internal import Host
internal import Keys
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Keys are replaced while reads and writes go on, in batches that hold nothing up for longer than a commit. Every step
/// can be repeated: what a crash cut short shows in the keyset and is finished after the next start.
extension OpenVault {
    /// Rows of one batch: a few milliseconds.
    static let rotationBatch = 200

    /// Goes on with what an earlier process began.
    func resumeRotations() {
        let entries = keyset.entries
        let isHalfway = { (kind: KeysetEntry.Kind) in
            entries.contains { $0.kind == kind && $0.status == .retired }
                || entries.count { $0.kind == kind && $0.status == .enabled } > 1
        }
        let rotation: KeyRotation? =
            if isHalfway(.keyring) { .krk } else if isHalfway(.index) { .bik } else if hasRekeyMark { .cek } else {
                nil
            }
        if let rotation { tryToRun(rotation) }
    }

    // MARK: - After erasures

    private static let rollMark = "roll"
    private static let dayMilliseconds: Int64 = 86_400_000

    /// Notes that somebody's key was destroyed: copies of the keyring from before are still opened by this epoch.
    func noteErased(at time: Int64) {
        guard ((try? stores.records.mark(Self.rollMark)) ?? nil) == nil else { return }
        try? stores.records.setMark(Self.rollMark, Array(String(time + Self.dayMilliseconds).utf8))
    }

    /// Rolls KRK now, or as soon as nothing else is in its way.
    func rollSoon() {
        try? stores.records.setMark(Self.rollMark, Array("0".utf8))
        rollIfDue()
    }

    /// Rolls KRK a day after the first erasure since the last roll, for all of that day: a roll touches every customer's
    /// wrap.
    func rollIfDue() {
        guard let mark = (try? stores.records.mark(Self.rollMark)) ?? nil,
            let due = Int64(String(decoding: mark, as: UTF8.self)), due <= files.clock.nowMilliseconds()
        else { return }
        tryToRun(.krk)
    }

    /// Begins a rotation of everything, unless something else runs: its mark stays, and it is tried again.
    private func tryToRun(_ rotation: KeyRotation) {
        guard (try? rotations.begin(RotationProgress(rotation: rotation))) != nil else { return }
        run(rotation, customers: [])
    }

    /// Runs a rotation that has begun. One that fails, cancelled by the end of the process or stopped by a row that does
    /// not open, goes on at the next start.
    func run(_ rotation: KeyRotation, customers: [RecordID]) {
        rotations.start { [self] in
            switch rotation {
            case .krk: try await rotateKeyring()
            case .bik: try await rotateIndex()
            case .cek: try await rotateCustomers(customers)
            }
        }
    }

    func noteRotation(done: Int, of total: Int) {
        rotations.update { progress in
            progress.done = done
            progress.total = total
        }
    }

    // MARK: - KRK

    /// A new epoch wraps from the first step on; the old one opens until nothing is wrapped under it, and is destroyed
    /// then.
    private func rotateKeyring() async throws {
        let job = try await turnstile.beginJob()
        if !keyset.entries.contains(where: { $0.kind == .keyring && $0.status == .retired }) {
            try replaceKeyset { (keyset) throws(KeysetError) in
                try keyset.adding(.keyring).setting(.retired, of: .keyring, id: keyset.keyringEpoch)
            }
            // Whoever is erased from now on may have been wrapped under the new epoch: that takes another roll.
            try stores.records.setMark(Self.rollMark, nil)
        }
        let total = try stores.keyring.keyCount(below: .max)
        var done = total - (try stores.keyring.keyCount(below: keyset.keyringEpoch))
        while try rewrapSome() {
            try Task.checkCancellation()
            done = min(done + Self.rotationBatch, total)
            noteRotation(done: done, of: total)
            try await Task.sleep(for: .milliseconds(1))
        }
        // The log's writer makes month keys: once it has written this, it makes none under the old epoch any more.
        try await turnstile.endJob(job, opened: total)
        try await writes.run {
            while try rewrapSome() {}
            try replaceKeyset { (keyset) throws(KeysetError) in
                try keyset.destroyingRetired(.keyring)
            }
        }
        noteRotation(done: total, of: total)
    }

    /// Wraps some keys of earlier epochs anew; false when there are none left.
    private func rewrapSome() throws -> Bool {
        let keyset = keyset
        let months = try stores.keyring.monthKeys().filter { $0.epoch < keyset.keyringEpoch }
        if !months.isEmpty {
            let wrapped = try months.map { logKeys.wrap(try logKeys.unwrap($0)) }
            do throws(StorageError) { try stores.keyring.rewrap(months: wrapped) } catch {
                // A purge has destroyed one in between: the next look does without it.
                guard case .notFound = error else { throw error }
            }
        }
        let old = try stores.keyring.keys(below: keyset.keyringEpoch, limit: Self.rotationBatch)
        let new = try old.map { try $0.rewrapped(from: keyset, to: keyset, vault: vault) }
        guard !new.isEmpty else { return !months.isEmpty }
        do throws(StorageError) { try stores.keyring.rewrap(new) } catch {
            // Somebody was erased in between: the next batch does without her.
            guard case .notFound = error else { throw error }
        }
        return true
    }

    // MARK: - BIK

    /// Tags are written under both generations until all records have the new one; then the old one goes.
    private func rotateIndex() async throws {
        let job = try await turnstile.beginJob()
        if keyset.entries.count(where: { $0.kind == .index && $0.status == .enabled }) == 1,
            !keyset.entries.contains(where: { $0.kind == .index && $0.status == .retired })
        {
            try replaceKeyset { (keyset) throws(KeysetError) in try keyset.adding(.index) }
        }
        var opened = 0
        let fresh = keyset.entries.last { $0.kind == .index && $0.status == .enabled }?.id ?? 0
        if keyset.indexGeneration != fresh {
            let kinds = turnstile.policy.records.map(\.name).filter { kind in
                turnstile.fieldMap.places(of: kind).contains { $0.definition.index != nil }
            }
            let counts = try stores.records.counts()
            let total = kinds.compactMap { turnstile.fieldMap.kind($0).flatMap { counts[$0] } }.reduce(0, +)
            for kind in kinds {
                guard let number = turnstile.fieldMap.kind(kind) else { continue }
                var scan = stores.records.scan(kind: number, batch: Self.rotationBatch)
                while let count = try await fill(&scan, kind: kind, generation: fresh, job) {
                    opened += count
                    noteRotation(done: opened, of: total)
                    try Task.checkCancellation()
                }
            }
            let before = keyset.indexGeneration
            // With no change under way: one that has made its tags already would bring the old generation's back.
            try await writes.run {
                try replaceKeyset { (keyset) throws(KeysetError) in
                    try keyset.setting(.retired, of: .index, id: before)
                }
            }
        }
        for entry in keyset.entries where entry.kind == .index && entry.status == .retired {
            while try stores.index.delete(generation: entry.id, most: 5_000) { try Task.checkCancellation() }
        }
        _ = try stores.index.truncateWAL()
        try replaceKeyset { (keyset) throws(KeysetError) in try keyset.destroyingRetired(.index) }
        try await turnstile.endJob(job, opened: opened)
    }

    /// Adds the tags of one generation for some records; nil after the last. Nobody changes them meanwhile.
    private func fill(
        _ scan: inout RecordScan, kind: String, generation: UInt32, _ job: JobGrant
    ) async throws -> Int? {
        await writes.enter()
        defer { writes.leave() }
        guard let records = try scan.next() else { return nil }
        var tags: [TagRow] = []
        for record in records {
            tags += try turnstile.tags(job, of: record, kind: kind).filter { $0.generation == generation }
        }
        try await stores.index.insert(tags)
        return records.count
    }

    // MARK: - The keyset

    /// Makes another keyset durable and puts it in force.
    func replaceKeyset(_ change: (Keyset) throws(KeysetError) -> Keyset) throws(RequestRefusal) {
        let next = try files.replaceKeyset(change)
        liveKeyset.replace(by: next)
        turnstile.reloadIndexes()
    }
}
