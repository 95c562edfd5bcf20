private import CCurl

/// A reply of S3 that is an error: what its XML and its head say.
struct S3Refusal {
    private let status: Int
    private let code: String
    private let region: String?
    private let serverSeconds: Int64?

    init(_ reply: S3Connection.Reply) {
        let tree = XMLTree(reply.body)
        status = reply.status
        code = Self.identifier(tree?["Code"]?.text) ?? ""
        region = Self.identifier(reply.headers["x-amz-bucket-region"] ?? tree?["Region"]?.text)
        serverSeconds = HTTPDate.seconds(reply.headers["date"])
    }

    /// The text if it is one word of letters, digits and `-`: what a server says is shown to people.
    private static func identifier(_ text: String?) -> String? {
        guard let text, (1...64).contains(text.utf8.count),
            text.utf8.allSatisfy({ AddressText.isLetter($0) || AddressText.isDigit($0) || $0 == 0x2D })
        else { return nil }
        return text
    }

    func error(nowSeconds: Int64) -> TransferError {
        switch code {
        case "NoSuchBucket": .missingTarget
        case "NoSuchKey", "NoSuchVersion": .notFound
        case "PreconditionFailed": .exists
        case "RequestTimeTooSkewed", "RequestExpired": .clock(offsetSeconds: serverSeconds.map { $0 - nowSeconds })
        case "SignatureDoesNotMatch": .refused(.signature)
        case "InvalidAccessKeyId", "InvalidToken", "ExpiredToken", "AccountProblem": .refused(.login)
        case "AccessDenied", "AllAccessDisabled", "MethodNotAllowed": .refused(.permission)
        case "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed",
            "IllegalLocationConstraintException":
            .region(region)
        case "SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "OperationAborted",
            "ConditionalRequestConflict":
            .busy
        case "EntityTooLarge": .tooLarge
        case "QuotaExceeded", "XMinioStorageFull", "InsufficientStorage": .full
        // On its way the body became another one.
        case "BadDigest", "XAmzContentSHA256Mismatch", "InvalidDigest": .altered
        default: byStatus
        }
    }

    private var byStatus: TransferError {
        switch status {
        case 301, 307, 308: .region(region)
        case 403: .refused(.permission)
        case 404: .notFound
        case 409, 429, 500, 502, 503, 504: .busy
        case 412: .exists
        case 507: .full
        default: .protocol(code.isEmpty ? "HTTP \(status)" : "HTTP \(status) \(code)")
        }
    }
}

/// The dates of HTTP and of Object Lock.
enum HTTPDate {
    /// Seconds since 1970 of an HTTP date; nil when it is none.
    static func seconds(_ text: String?) -> Int64? {
        guard let text, text.utf8.count < 64 else { return nil }
        let seconds = unsafe curl_getdate(text, nil)
        return seconds < 0 ? nil : Int64(seconds)
    }
}
