public import VaultModel

/// The headers the profile knows. Each occurs exactly once in a request.
public enum WireHeader: String, CaseIterable, Hashable, Sendable {
    case contentType = "content-type"
    case contentDigest = "content-digest"
    case request = "coffer-request"
    case capability = "coffer-capability"
    case signatureInput = "signature-input"
    case signature
}

/// Why a request could not be parsed. No case carries a value of the request.
public enum WireError: Error, Hashable, Sendable {
    case headersTooLarge
    case bodyTooLarge
    /// The header occurs twice.
    case duplicate(WireHeader)
    case missing(WireHeader)
    /// Two `Host` headers, or one that differs from the authority.
    case hosts
    /// A content or transfer coding, which would change what the digest covers.
    case coding
    case method
    /// The request is for another broker or came over another channel.
    case authority
    /// The path is not one of `Endpoint`.
    case path
    /// Anything after the path, be it only `?`.
    case query
    case contentType
    /// The digest does not have the one accepted form.
    case digestForm
    /// The received bytes are not those the digest was made over.
    case digestMismatch
    /// Not the one label, the components, their order and the parameters of the profile.
    case signatureInput
    case signature
    case capability
    /// The head is not base64 of canonical JSON within its limit.
    case headForm
    case head(HeadProblem)
    /// The head's act is not one of the endpoint's.
    case act

    /// What the requester is told.
    public var code: ErrorCode {
        switch self {
        case .headersTooLarge, .bodyTooLarge: .tooLarge
        case .authority, .digestMismatch: .unauthenticated
        default: .malformed
        }
    }

    /// What a log entry says, where one is written.
    public var reason: Reason {
        switch self {
        case .act: .headMismatch
        default: .malformed
        }
    }
}

/// What is wrong with a request head.
public enum HeadProblem: String, Error, Hashable, Sendable {
    /// A member is missing, of another type, or unknown.
    case members
    case version
    case act
    /// 0, or more than 2⁵³-1.
    case counter
    /// A name is malformed, the list is unsorted, has repetitions or too many names.
    case fields
    case form
    case object
    case purpose
    /// Not an opaque id.
    case reference
    /// An id is malformed, a list is empty, unsorted, has repetitions or too many ids.
    case subject
}
