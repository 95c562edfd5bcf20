/// Why a request was allowed or refused: the enumerated `why` of a log entry. No free text ever enters the log.
public enum Reason: String, CaseIterable, Hashable, Sendable {
    case granted

    // Authority: who signs, and with what chain
    case notEnrolled = "not-enrolled"
    case revokedKey = "revoked-key"
    case revokedCapability = "revoked-capability"
    case unregistered
    case noRoot = "no-root"
    case expired
    case notYetValid = "not-yet-valid"
    case chain
    case exhausted
    /// The order a capability was lent for has been delivered, cancelled or given to somebody else.
    case orderClosed = "order-closed"

    // Policy: what the role may do now
    case unknownRole = "unknown-role"
    case act
    case field
    case form
    case purpose
    case shop
    case subject
    case unknownField = "unknown-field"
    case unknownPurpose = "unknown-purpose"
    case lookup
    case approvalRequired = "approval-required"
    case confidentiality
    case training

    // Request: freshness and use
    case replay
    case counter
    case clock
    case rate
    case malformed
    case headMismatch = "head-mismatch"

    // Outcome
    case notFound = "not-found"
    case conflict
    /// An erasure of the customer is under way.
    case frozen
    /// The customer has been erased.
    case erased
    /// A hold keeps the customer from being erased.
    case held
    case invalidValue = "invalid-value"
    case integrity
    case sealed
    case wrongPassphrase = "wrong-passphrase"
    case wrongCard = "wrong-card"
    case wrongKey = "wrong-key"
    case unavailable
    case aborted
}
