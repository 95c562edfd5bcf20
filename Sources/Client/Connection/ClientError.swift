public import Wire

/// Everything that can go wrong between a command and its answer. No case carries a customer's value.
public enum ClientError: Error, Hashable, Sendable {
    /// The broker refused, and its refusal is signed or of a kind that is believed unsigned.
    case refused(Refusal)
    case transport(TransportError)
    /// The reply is not the broker's, or not to this request.
    case untrusted(ReplyError)
    /// An unsigned refusal of a kind that only the broker itself may tell.
    case unsignedRefusal(ErrorCode)
    /// The broker shows other keys than the enrolment code commits to.
    case impostor
    /// The broker's reply is signed but not of the format: another version.
    case reply
    /// The broker's clock and this one differ by so many seconds, more than is corrected silently.
    case clock(offsetSeconds: Int64)
    /// The receipt does not show this request at the place the reply names.
    case receipt
    /// The log was rolled back or forked.
    case log(CheckpointMemory.Problem)
    case identity(IdentityError)
    case agent(AgentError)
    case state(StateError)
    /// The request could not be built from what the caller gave: too many customers, a reference that is no id.
    case request(WireError)
}

/// A refusal as the broker gave it.
public struct Refusal: Hashable, Sendable {
    public let code: ErrorCode
    public let why: String
    public let hint: String
    /// The id of the approval request that was opened, or empty.
    public let request: String
    /// Whether the broker's signature was on it.
    public let isSigned: Bool
}

extension ClientError {
    /// What the process exits with.
    public var exitCode: ExitCode {
        switch self {
        case .refused(let refusal): refusal.code.exitCode
        case .transport(.tooLarge), .reply: .internal
        case .transport: .unavailable
        case .untrusted, .unsignedRefusal, .impostor, .receipt: .integrity
        case .log(.state): .internal
        case .log: .integrity
        case .clock: .denied
        case .identity(let error):
            switch error {
            case .wrongPassphrase, .passphrase: .denied
            case .missing, .exists, .permissions, .form, .cost: .usage
            case .file, .memory: .internal
            }
        case .agent: .denied
        case .state: .internal
        case .request: .usage
        }
    }

    /// The `code` of a refusal in `--json` form.
    public var code: ErrorCode {
        switch self {
        case .refused(let refusal): refusal.code
        case .transport(.tooLarge), .reply, .state, .log(.state): .internal
        case .transport: .unavailable
        case .untrusted, .unsignedRefusal, .impostor, .receipt, .log: .integrity
        case .clock, .agent: .denied
        case .identity(let error): Self.code(of: error)
        case .request: .malformed
        }
    }

    private static func code(of error: IdentityError) -> ErrorCode {
        switch error {
        case .wrongPassphrase, .passphrase: .denied
        case .missing, .exists, .permissions, .form, .cost: .malformed
        case .file, .memory: .internal
        }
    }
}
