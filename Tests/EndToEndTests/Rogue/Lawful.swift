import Turnstile
import Storage
func release(_ turnstile: Turnstile, _ grant: LoggedGrant, _ record: StoredRecord) throws -> ReleasedRecord {
    try turnstile.release(grant, of: record, fields: [])
}
