internal import CCurl
internal import Host
internal import Primitives

/// Requests to a bucket, signed by libcurl (Signature Version 4).
///
/// What libcurl 7.88 needs to sign right: the hash of the body in a header of ours, a query that is encoded and sorted
/// already and has a `=` after every name, and no header without a value.
final class S3Connection {
    struct Request {
        enum Method: String { case get = "GET", put = "PUT", delete = "DELETE" }

        var method = Method.get
        /// The object, with the target's prefix; empty for the bucket itself.
        var key = ""
        var query: [String: String] = [:]
        var headers: [String: String] = [:]
        var body: [UInt8] = []
        var limit = 0
    }

    struct Reply {
        let status: Int
        let headers: [String: String]
        let body: [UInt8]
    }

    private let handle = CurlHandle()
    private let target: S3Target
    private let accessKey: HeldSecret
    private let secretKey: HeldSecret
    private let times: TransferTimes
    private let clock: any WallClock

    init(
        _ target: S3Target, credentials: TargetCredentials, times: TransferTimes, clock: any WallClock
    ) throws(TransferError) {
        self.target = target
        accessKey = try credentials.required(.accessKeyID)
        secretKey = try credentials.required(.secretAccessKey)
        self.times = times
        self.clock = clock
    }

    /// One exchange. A reply that is an error is thrown as what it means.
    func send(_ request: Request) throws(TransferError) -> Reply {
        let exchange = Exchange(limit: max(request.limit, Self.errorBytes))
        handle.begin(url: url(request), protocols: target.isPlain ? "http" : "https")
        handle.set(CURLOPT_AWS_SIGV4, "aws:amz:\(target.region):s3")
        handle.set(CURLOPT_USERNAME, secret: accessKey.bytes)
        handle.set(CURLOPT_PASSWORD, secret: secretKey.bytes)
        handle.set(CURLOPT_SSL_VERIFYPEER, 1)
        handle.set(CURLOPT_SSL_VERIFYHOST, 2)
        handle.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = target.authorityFile { handle.set(CURLOPT_CAINFO, file) }
        handle.set(CURLOPT_PATH_AS_IS, 1)
        var headers = request.headers
        headers["x-amz-content-sha256"] = Hex.encode(SHA256.hash(request.body))
        switch request.method {
        case .get: handle.set(CURLOPT_HTTPGET, 1)
        case .delete: handle.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        case .put:
            exchange.isUpload = true
            exchange.sent = request.body
            headers["Content-Type"] = "application/octet-stream"
        }
        exchange.requestHeaders = headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        let code = handle.perform(exchange, times: times)
        guard code == CURLE_OK else { throw TransferError(code, of: exchange) }
        let reply = Reply(status: handle.status, headers: exchange.headers, body: exchange.body)
        guard (200...299).contains(reply.status) else {
            throw S3Refusal(reply).error(nowSeconds: clock.nowSeconds())
        }
        guard reply.body.count <= request.limit else { throw .tooLarge }
        return reply
    }

    private static let errorBytes = 64 << 10

    private func url(_ request: Request) -> String {
        let scheme = target.isPlain ? "http" : "https"
        let usual = target.isPlain ? 80 : 443
        let port = target.port == usual ? "" : ":\(target.port)"
        let place =
            switch target.style {
            case .path: "\(scheme)://\(target.host)\(port)/\(target.bucket)"
            case .host: "\(scheme)://\(target.bucket).\(target.host)\(port)"
            }
        let query = request.query.map { (Self.encoded($0.key), Self.encoded($0.value)) }.sorted { $0 < $1 }
            .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
        return "\(place)/\(request.key)" + (query.isEmpty ? "" : "?" + query)
    }

    /// Percent-encoded as the signature wants it: everything but the unreserved characters of RFC 3986.
    static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            if AddressText.isLetter(byte) || AddressText.isDigit(byte) || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte) {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                encoded += "%" + Hex.encode([byte]).uppercased()
            }
        }
        return encoded
    }
}
