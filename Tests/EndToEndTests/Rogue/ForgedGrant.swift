import Storage
import Turnstile
import VaultModel

/// A grant made without the log must not compile.
func forge(_ turnstile: Turnstile, _ record: StoredRecord, _ entry: CommittedEntry) throws -> ReleasedRecord {
    let grant = LoggedGrant(entry: entry, fields: [], customers: [record.customer], form: .full)
    return try turnstile.release(grant, of: record, fields: [])
}
