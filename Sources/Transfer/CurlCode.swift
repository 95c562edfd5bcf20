internal import CCurl

extension TransferError {
    /// What a failed exchange means, as far as that is the same for every protocol.
    init(_ code: CURLcode, of exchange: Exchange) {
        if exchange.overran {
            self = .tooLarge
            return
        }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: self = .unreachable(.name)
        case CURLE_COULDNT_CONNECT: self = .unreachable(.connection)
        case CURLE_OPERATION_TIMEDOUT: self = .timeout
        // CURLE_SSH is what libcurl makes of a connection that ended and of a server's failure without a reason, and
        // CURLE_FAILED_INIT of one that ended before the two sides had greeted each other.
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_UPLOAD_FAILED, CURLE_SSH,
            CURLE_SEND_FAIL_REWIND, CURLE_FAILED_INIT:
            self = .unreachable(.cut)
        case CURLE_LOGIN_DENIED: self = .refused(.login)
        case CURLE_REMOTE_ACCESS_DENIED: self = .refused(.permission)
        case CURLE_REMOTE_DISK_FULL: self = .full
        case CURLE_REMOTE_FILE_NOT_FOUND: self = .notFound
        case CURLE_REMOTE_FILE_EXISTS: self = .exists
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CERTPROBLEM:
            self = .certificate
        default: self = .protocol("libcurl \(code.rawValue)")
        }
    }
}
