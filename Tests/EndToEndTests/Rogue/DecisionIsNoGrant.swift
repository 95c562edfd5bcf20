import Storage
import Turnstile

/// A decision that was not logged must not release.
func skip(_ turnstile: Turnstile, _ decision: Decision, _ record: StoredRecord) throws -> ReleasedRecord {
    try turnstile.release(decision, of: record, fields: [])
}
