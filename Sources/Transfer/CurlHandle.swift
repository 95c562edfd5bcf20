internal import CCurl
private import Glibc
internal import Primitives

/// A libcurl handle with the connections it has open. One exchange at a time, on one thread at a time.
///
/// An option that libcurl does not take is remembered and fails the next exchange before it begins: nothing is ever sent
/// with a check left out. No proxy, no `.netrc` and no redirection is followed, and libcurl's own messages are not shown:
/// they quote what was sent.
@safe final class CurlHandle {
    private let easy: UnsafeMutableRawPointer
    private var firstProblem = CURLE_OK
    /// libcurl's words for what went wrong. They may quote what was sent and are shown to nobody.
    private let words = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    /// libcurl's global state, made once and never torn down.
    private static let isReady: Bool = {
        // With CURLOPT_NOSIGNAL libcurl leaves SIGPIPE to the program, and OpenSSL writes to sockets without MSG_NOSIGNAL.
        signal(SIGPIPE, SIG_IGN)
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }()

    init() {
        guard Self.isReady, let easy = unsafe curl_easy_init() else { fatalError("no memory for libcurl") }
        unsafe self.easy = unsafe easy
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe words.deallocate()
    }

    // MARK: - Options

    /// Forgets every option of the exchange before; connections stay.
    func begin(url: String, protocols: String) {
        unsafe curl_easy_reset(easy)
        firstProblem = CURLE_OK
        unsafe words.pointee = 0
        note(unsafe coffer_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, words))
        set(CURLOPT_URL, url)
        set(CURLOPT_PROTOCOLS_STR, protocols)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_NOPROGRESS, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        set(CURLOPT_TCP_KEEPALIVE, 1)
        // libssh2 has as many packets under way as one buffer holds; the usual 64 KiB make a slow upload of a far one.
        set(CURLOPT_UPLOAD_BUFFERSIZE, 1 << 20)
        set(CURLOPT_BUFFERSIZE, 512 << 10)
    }

    func set(_ option: CURLoption, _ value: Int) { note(unsafe coffer_curl_set_long(easy, option, value)) }

    func set(_ option: CURLoption, _ value: String) { note(unsafe coffer_curl_set_text(easy, option, value)) }

    /// libcurl keeps a copy in ordinary memory until the handle goes and does not wipe it; the copy made here is wiped.
    func set(_ option: CURLoption, secret: borrowing SecretBytes) {
        let terminated = secret.appending(SecretBytes(copying: [0]))
        let code = terminated.withBytes { span in
            unsafe span.withUnsafeBytes { buffer in
                unsafe coffer_curl_set_text(easy, option, buffer.baseAddress?.assumingMemoryBound(to: CChar.self))
            }
        }
        note(code)
    }

    private func note(_ code: CURLcode) { if firstProblem == CURLE_OK { firstProblem = code } }

    // MARK: - The exchange

    /// Carries out one exchange within the times. What came back is in `exchange`.
    func perform(_ exchange: Exchange, times: TransferTimes) -> CURLcode {
        set(CURLOPT_CONNECTTIMEOUT_MS, times.connectSeconds * 1_000)
        set(CURLOPT_LOW_SPEED_LIMIT, 1)
        set(CURLOPT_LOW_SPEED_TIME, times.stallSeconds)
        set(CURLOPT_TIMEOUT_MS, times.limitMilliseconds(bytes: max(exchange.sent.count, exchange.limit)))
        let lists = (CurlList(exchange.requestHeaders), CurlList(exchange.quoted))
        if !exchange.requestHeaders.isEmpty {
            note(unsafe coffer_curl_set_list(easy, CURLOPT_HTTPHEADER, lists.0.head))
        }
        if !exchange.quoted.isEmpty { note(unsafe coffer_curl_set_list(easy, CURLOPT_QUOTE, lists.1.head)) }
        return withExtendedLifetime((exchange, lists)) {
            attach(exchange)
            guard firstProblem == CURLE_OK else { return firstProblem }
            return unsafe curl_easy_perform(easy)
        }
    }

    /// The callbacks get the exchange unretained: it outlives `curl_easy_perform`, and libcurl calls them only in there.
    private func attach(_ exchange: Exchange) {
        let pointer = unsafe Unmanaged.passUnretained(exchange).toOpaque()
        note(unsafe coffer_curl_set_transfer(easy, CURLOPT_WRITEFUNCTION, takeBody))
        note(unsafe coffer_curl_set_transfer(easy, CURLOPT_HEADERFUNCTION, takeHeader))
        note(unsafe coffer_curl_set_transfer(easy, CURLOPT_READFUNCTION, giveBody))
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA] {
            note(unsafe coffer_curl_set_pointer(easy, option, pointer))
        }
        if !exchange.sent.isEmpty || exchange.isUpload {
            set(CURLOPT_UPLOAD, 1)
            note(unsafe coffer_curl_set_size(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(exchange.sent.count)))
        }
        if exchange.checkHostKey != nil {
            note(unsafe coffer_curl_set_host_key(easy, judgeHostKey))
            note(unsafe coffer_curl_set_pointer(easy, CURLOPT_SSH_HOSTKEYDATA, pointer))
        }
    }

    // MARK: - What is known afterwards

    /// The status of the last reply, or 0.
    var status: Int {
        var value = 0
        return unsafe coffer_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &value) == CURLE_OK ? value : 0
    }

    /// Whether an SSH server was there, and it and libssh2 found no kind of host key, or nothing else, in common: libcurl
    /// has one code for all that goes wrong before the key is shown, and tells libssh2's in words only.
    func failedKeyExchange(_ code: CURLcode) -> Bool {
        // LIBSSH2_ERROR_KEX_FAILURE and LIBSSH2_ERROR_METHOD_NONE
        let text = unsafe String(cString: words)
        return code == CURLE_FAILED_INIT && (text.contains(" -5,") || text.contains(" -17,"))
    }

    /// When the remote file was last changed, in seconds since 1970, where that was asked and answered.
    var fileTimeSeconds: Int64? {
        var value: curl_off_t = -1
        guard unsafe coffer_curl_get_size(easy, CURLINFO_FILETIME_T, &value) == CURLE_OK, value >= 0 else { return nil }
        return Int64(value)
    }
}

/// libcurl's linked list of lines, freed when it goes.
@safe private final class CurlList {
    private(set) var head: UnsafeMutablePointer<curl_slist>?

    init(_ lines: [String]) {
        for line in lines {
            guard let longer = unsafe curl_slist_append(head, line) else { fatalError("no memory for a list") }
            unsafe head = unsafe longer
        }
    }

    deinit { unsafe curl_slist_free_all(head) }
}

// MARK: - Callbacks

private func exchange(_ pointer: UnsafeMutableRawPointer?) -> Exchange? {
    unsafe pointer.map { unsafe Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
}

private func takeBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let exchange = unsafe exchange(context) else { return 0 }
    let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    // Any other number than all of them ends the exchange.
    return unsafe exchange.receive(Array(piece)) ? size * count : 0
}

private func takeHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let exchange = unsafe exchange(context) else { return 0 }
    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe exchange.receiveHeader(Array(line)) ? size * count : 0
}

private func giveBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let exchange = unsafe exchange(context) else { return Int(CURL_READFUNC_ABORT) }
    let target = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
    let piece = exchange.nextToSend(upTo: target.count)
    unsafe target.copyBytes(from: piece)
    return piece.count
}

private func judgeHostKey(
    _ context: UnsafeMutableRawPointer?, _ type: Int32, _ key: UnsafePointer<CChar>?, _ size: Int
) -> Int32 {
    guard let exchange = unsafe exchange(context), let check = exchange.checkHostKey, let key = unsafe key else {
        return Int32(CURLKHMATCH_MISMATCH.rawValue)
    }
    let blob = unsafe Array(UnsafeRawBufferPointer(start: key, count: size))
    return Int32((check(blob) ? CURLKHMATCH_OK : CURLKHMATCH_MISMATCH).rawValue)
}
