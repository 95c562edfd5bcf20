import Primitives
import VaultModel

/// The statements that change the table of erasures inside an entry's transaction.
struct ErasureStatements {
    private let request, undo, begin, finish, report, archives: RawStatement

    init(_ handle: SQLiteHandle) throws(StorageError) {
        let (pending, begun) = (StoredErasure.State.pending.rawValue, StoredErasure.State.begun.rawValue)
        let (done, undone) = (StoredErasure.State.done.rawValue, StoredErasure.State.undone.rawValue)
        // A customer with an erasure that was not taken back gets no other one: the index says so.
        request = try RawStatement(
            handle,
            "INSERT OR IGNORE INTO erasure (id, customer, shop, kid, object, state, requested, t, due) "
                + "VALUES (?, ?, ?, ?, ?, \(pending), ?, ?, ?)", .log)
        undo = try RawStatement(
            handle, "UPDATE erasure SET state = \(undone) WHERE id = ? AND state = \(pending)", .log)
        begin = try RawStatement(
            handle,
            "UPDATE erasure SET state = \(begun), began = coalesce(began, ?), began_t = coalesce(began_t, ?), "
                + "records = coalesce(records, ?), keys = coalesce(keys, ?), ended = NULL, ended_t = NULL, "
                + "report = NULL, report_t = NULL, report_note = NULL, archives = NULL, archives_t = NULL, "
                + "archives_receipt = NULL "
                + "WHERE id = ? AND state <> \(undone)", .log)
        finish = try RawStatement(
            handle,
            "UPDATE erasure SET state = \(done), done = coalesce(done, ?), done_t = coalesce(done_t, ?), "
                + "ledger = coalesce(ledger, ?), ledger_hash = coalesce(ledger_hash, ?), "
                + "receipt = coalesce(receipt, ?), ended = ?, ended_t = ? WHERE id = ? AND state = \(begun)", .log)
        report = try RawStatement(
            handle,
            "UPDATE erasure SET report = ?, report_t = ?, report_note = ? "
                + "WHERE state = \(done) AND report IS NULL AND ended_t < ?", .log)
        archives = try RawStatement(
            handle,
            "UPDATE erasure SET archives = ?, archives_t = ?, archives_receipt = ? "
                + "WHERE id = ? AND state = \(done) AND report IS NOT NULL AND archives IS NULL", .log)
    }

    /// Makes a change; the caller looks at how many rows it changed.
    func run(_ change: ErasureChange, at place: LogPlace) throws(StorageError) {
        switch change {
        case .request(let id, let customer, let shop, let kid, let object, let wait):
            try request.bind(1, text: id)
            try request.bind(2, customer.bytes)
            try request.bind(3, text: shop)
            try request.bind(4, text: kid.text)
            try request.bind(5, text: object)
            try request.bind(6, Int64(place.seq))
            try request.bind(7, place.time)
            try request.bind(8, place.time + wait)
            try request.run()
        case .undo(let id):
            try undo.bind(1, text: id)
            try undo.run()
        case .begin(let id, let counts):
            try begin.bind(1, Int64(place.seq))
            try begin.bind(2, place.time)
            try begin.bind(3, Int64(counts.records))
            try begin.bind(4, Int64(counts.keys))
            try begin.bind(5, text: id)
            try begin.run()
        case .finish(let id, let proof):
            try finish.bind(1, Int64(place.seq))
            try finish.bind(2, place.time)
            try finish.bind(3, Int64(proof.ledger))
            try finish.bind(4, proof.ledgerHash)
            try finish.bind(5, proof.receipt)
            try finish.bind(6, Int64(place.seq))
            try finish.bind(7, place.time)
            try finish.bind(8, text: id)
            try finish.run()
        case .report(let note):
            guard let oldest = note.oldest else { return }
            try report.bind(1, Int64(place.seq))
            try report.bind(2, place.time)
            try report.bind(3, text: note.text)
            try report.bind(4, oldest)
            try report.run()
        case .archives(let id, let receipt):
            try archives.bind(1, Int64(place.seq))
            try archives.bind(2, place.time)
            try archives.bind(3, receipt)
            try archives.bind(4, text: id)
            try archives.run()
        }
    }
}
