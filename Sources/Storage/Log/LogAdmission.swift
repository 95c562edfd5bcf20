import AccessLog
import Primitives

/// The checks that are made inside an entry's transaction, each with the row that makes the next one fail.
struct LogAdmission {
    let statements: LogStatements

    /// Runs them for one submission; a refusal leaves rows behind that the caller's savepoint takes back.
    ///
    /// - Parameter isSubstitute: the entry is a denial: only nonce and counter count.
    func decide(
        _ submission: LogSubmission, place: LogPlace, isSubstitute: Bool
    ) throws(StorageError) -> LogRefusal? {
        if let nonce = submission.nonce {
            guard try remember(nonce) else { return .replay }
            if let counter = submission.counter {
                guard try accept(counter, of: nonce.key) else { return .counter }
            }
        }
        if isSubstitute { return nil }
        for use in submission.uses {
            guard try count(use) else { return .exhausted }
        }
        for approval in submission.approvals {
            guard try consume(approval, place) else { return .approvalUsed }
        }
        if let block = submission.block {
            guard try register(block, place) else { return .blockKnown }
        }
        if let change = submission.witness {
            guard try apply(change) else { return .witnessChanged }
        }
        if let change = submission.erasure {
            try statements.erasure.run(change, at: place)
            guard !change.isOfOne || statements.changes == 1 else { return .erasureChanged }
        }
        if !submission.intent.isEmpty { try announce(submission.intent, place) }
        if let seq = submission.aborts { try resolve(seq) }
        return nil
    }

    /// `UNIQUE(created, kid, nonce)`: a replay carries the same signed time, so this is as good as (kid, nonce), and
    /// new rows go to the end of the tree.
    private func remember(_ nonce: RequestNonce) throws(StorageError) -> Bool {
        let statement = statements.nonce
        try statement.bind(1, nonce.created)
        try statement.bind(2, nonce.key)
        try statement.bind(3, nonce.nonce)
        try statement.bind(4, nonce.keepUntil)
        try statement.run()
        return statements.changes == 1
    }

    private func accept(_ counter: UInt64, of key: [UInt8]) throws(StorageError) -> Bool {
        var window = CounterWindow()
        try statements.counter.bind(1, key)
        if try statements.counter.step() {
            window = CounterWindow(
                highest: try storedNumber(statements.counter.integer(0), as: UInt64.self, .log),
                seen: UInt64(bitPattern: statements.counter.integer(1)))
        }
        statements.counter.reset()
        guard counter <= LogLimits.integer, window.accept(counter) else { return false }
        try statements.putCounter.bind(1, key)
        try statements.putCounter.bind(2, Int64(window.highest))
        try statements.putCounter.bind(3, Int64(bitPattern: window.seen))
        try statements.putCounter.run()
        return true
    }

    private func count(_ use: BlockUse) throws(StorageError) -> Bool {
        try statements.used.bind(1, use.block)
        let used = try statements.used.step() ? UInt64(clamping: statements.used.integer(0)) : 0
        statements.used.reset()
        let (sum, overflow) = used.addingReportingOverflow(use.count)
        guard !overflow, sum <= use.limit, sum <= LogLimits.integer else { return false }
        try statements.putUse.bind(1, use.block)
        try statements.putUse.bind(2, Int64(sum))
        try statements.putUse.run()
        return true
    }

    private func consume(_ approval: [UInt8], _ place: LogPlace) throws(StorageError) -> Bool {
        try statements.approval.bind(1, approval)
        try statements.approval.bind(2, Int64(place.seq))
        try statements.approval.run()
        return statements.changes == 1
    }

    private func register(_ block: BlockRegistration, _ place: LogPlace) throws(StorageError) -> Bool {
        try statements.block.bind(1, block.id)
        try statements.block.bind(2, Int64(place.seq))
        try statements.block.bind(3, place.time)
        try statements.block.bind(4, text: block.type)
        try statements.block.bind(5, block.envelope)
        try statements.block.run()
        return statements.changes == 1
    }

    private func apply(_ change: WitnessChange) throws(StorageError) -> Bool {
        switch change {
        case .add(let witness):
            try statements.witness.bind(1, text: witness.name)
            try statements.witness.bind(2, text: witness.key)
            try statements.witness.bind(3, text: witness.url)
            try statements.witness.run()
        case .remove(let witness):
            try statements.dropWitness.bind(1, text: witness.name)
            try statements.dropWitness.bind(2, text: witness.key)
            try statements.dropWitness.run()
        case .cosigned(let note, let witnesses):
            for witness in witnesses {
                try statements.cosigned.bind(1, note)
                try statements.cosigned.bind(2, text: witness.name)
                try statements.cosigned.bind(3, text: witness.key)
                try statements.cosigned.run()
                guard statements.changes == 1 else { return false }
            }
            return true
        }
        return statements.changes == 1
    }

    private func announce(_ records: [LogIntent.Record], _ place: LogPlace) throws(StorageError) {
        try statements.intent.bind(1, Int64(place.seq))
        try statements.intent.bind(2, LogIntent.Record.encode(records))
        try statements.intent.run()
    }

    func resolve(_ seq: UInt64) throws(StorageError) {
        try statements.resolve.bind(1, Int64(seq))
        try statements.resolve.run()
    }
}
