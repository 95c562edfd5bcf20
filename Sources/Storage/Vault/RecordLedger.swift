import Keys
import Primitives
import Synchronization
import VaultModel

/// The digest of the vault's rows, carried along from commit to commit.
struct RecordLedger: Sendable {
    let tags: StateTags
    let anchor: VaultAnchor
    private(set) var digest: StateDigest
    private(set) var seq: UInt64

    init(_ tags: StateTags, anchor: VaultAnchor, digest: StateDigest, seq: UInt64) {
        self.tags = tags
        self.anchor = anchor
        self.digest = digest
        self.seq = seq
    }

    var tag: [UInt8] { tags.tag(digest, seq: seq) }

    func advanced(by change: RecordChange) -> RecordLedger {
        var next = self
        for row in change.old { next.digest.remove(tags.term(row)) }
        for row in change.new { next.digest.add(tags.term(row)) }
        next.seq += 1
        return next
    }
}

/// The rows that a commit takes out and puts in.
struct RecordChange {
    var old: [RecordSealRow] = []
    var new: [RecordSealRow] = []
}

/// What this process knows every row to be: 64 keyed bits of each, so that a file edited while the broker runs is noticed
/// by the next read of that row. 35 to 78 bytes of memory a record, measured from 90,000 to
/// 1,500,000 of them: 24 in a table that doubles when it is three quarters full.
final class RowFingerprints: Sendable {
    private let tags: StateTags
    private let known: Mutex<[RecordID: UInt64]>

    init(_ tags: StateTags, known: [RecordID: UInt64]) {
        self.tags = tags
        self.known = Mutex(known)
    }

    /// Whether these are the rows this process knows under the ids asked for, none changed and none gone.
    func match(_ rows: [StoredRecord], asked ids: [RecordID]) -> Bool {
        let found = rows.map { (id: $0.id, fingerprint: tags.term(RecordSealRow($0)).fingerprint) }
        return known.withLock { known in
            guard found.allSatisfy({ known[$0.id] == $0.fingerprint }) else { return false }
            if rows.count == ids.count { return true }
            let present = Set(rows.map(\.id))
            return ids.allSatisfy { present.contains($0) || known[$0] == nil }
        }
    }

    /// Whether a row is the one this process knows under its id.
    func isKnown(_ row: RecordSealRow) -> Bool {
        let fingerprint = tags.term(row).fingerprint
        return known.withLock { $0[row.id] == fingerprint }
    }

    func take(_ change: RecordChange) {
        let new = change.new.map { ($0.id, tags.term($0).fingerprint) }
        known.withLock { known in
            for row in change.old { known[row.id] = nil }
            for (id, fingerprint) in new { known[id] = fingerprint }
        }
    }

    var count: Int { known.withLock { $0.count } }
}
