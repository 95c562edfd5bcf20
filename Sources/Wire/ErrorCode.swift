/// What the processes exit with; scripts rely on the numbers.
public enum ExitCode: Int32, CaseIterable, Sendable {
    case ok = 0
    /// A check or a drill found something.
    case failedCheck = 1
    /// Usage or malformed input.
    case usage = 2
    /// Denied; also a wrong passphrase or key.
    case denied = 3
    case notFound = 4
    /// Sealed or unavailable.
    case unavailable = 5
    case integrity = 6
    case conflict = 7
    case rateLimited = 8
    case `internal` = 70
    /// The broker only: the log could not be made durable.
    case logNotDurable = 74
}

/// The closed list of refusals, each with its HTTP status and exit code.
public enum ErrorCode: String, CaseIterable, Hashable, Sendable {
    case malformed
    /// One opaque failure for whatever an attacker could probe: signature, key, nonce, clock.
    case unauthenticated
    case denied
    case approvalRequired = "approval-required"
    case notFound = "not-found"
    /// There was such a customer; she has been erased.
    case erased
    case conflict
    case tooLarge = "too-large"
    case rateLimited = "rate-limited"
    case integrity
    case sealed
    case unavailable
    case `internal` = "internal"

    /// The HTTP status of a reply with this code.
    public var status: Int {
        switch self {
        case .malformed: 400
        case .unauthenticated: 401
        case .denied, .approvalRequired: 403
        case .notFound: 404
        case .erased: 410
        case .conflict: 409
        case .tooLarge: 413
        case .rateLimited: 429
        case .integrity, .internal: 500
        case .sealed, .unavailable: 503
        }
    }

    /// What `coffer` exits with.
    public var exitCode: ExitCode {
        switch self {
        case .malformed, .tooLarge: .usage
        case .unauthenticated, .denied, .approvalRequired: .denied
        case .notFound, .erased: .notFound
        case .conflict: .conflict
        case .rateLimited: .rateLimited
        case .integrity: .integrity
        case .sealed, .unavailable: .unavailable
        case .internal: .internal
        }
    }

    /// Whether a reply with this code is believed without the broker's signature. A sealed or overloaded broker
    /// cannot sign; what such a reply costs is the one request. It never changes what a client knows.
    public var mayBeUnsigned: Bool {
        switch self {
        case .malformed, .tooLarge, .rateLimited, .sealed, .unavailable, .internal: true
        case .unauthenticated, .denied, .approvalRequired, .notFound, .erased, .conflict, .integrity: false
        }
    }
}
