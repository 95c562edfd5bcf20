public import VaultModel

/// Something that falls due: a quarterly check, a birthday greeting, an answer to a complaint.
public struct Duty: Hashable, Sendable {
    public enum Schedule: Hashable, Sendable {
        /// So many days after the time in `field`.
        case everyDays(Int, field: DutyField)
        /// So many hours after the time in `field`, once.
        case withinHours(Int, field: DutyField)
        /// Every year on the day of a date field.
        case yearly(FieldName)
    }

    /// Where the clock of a duty starts.
    public enum DutyField: Hashable, Sendable {
        /// A time the vault keeps for every record.
        case builtIn(BuiltInTime)
        /// A `date` or `datetime` field.
        case field(FieldName)
    }

    /// The times the vault keeps for every record; no policy declares them, no person writes them.
    public enum BuiltInTime: String, CaseIterable, Hashable, Sendable {
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case verifiedAt = "verified_at"
        case contactedAt = "contacted_at"
    }

    public let name: String
    public let record: String
    public let schedule: Schedule
    public let role: RoleName
    /// What the reads done for this duty are for; nil when it needs none.
    public let purpose: Purpose?
    /// The consent without which the duty does not fall due.
    public let needsConsent: FieldName?
}
