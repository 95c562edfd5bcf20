internal import CCurl
internal import Host
internal import Primitives

/// SFTP through libcurl and libssh2, to a server whose host key is known beforehand.
///
/// libcurl connects to any server when it is not told which key to expect; here every connection goes through
/// `HostKeyPin.matches`, and a value of this type cannot be made without a pin. libssh2 asks for the kinds of key in an
/// order of its own; it is asked for the pinned kind, or for one after the other where only a hash is pinned.
///
/// RSA host keys are not taken: libssh2 1.10 knows them with SHA-1 only.
final class SFTPConnection {
    private let handle = CurlHandle()
    private let target: SFTPTarget
    private let pin: HostKeyPin
    private let credentials: TargetCredentials
    private let times: TransferTimes
    /// The kind of key that the server has shown and that was the pinned one.
    private var settled: HostKeyPin.Kind?

    init(_ target: SFTPTarget, credentials: TargetCredentials, times: TransferTimes) throws(TransferError) {
        pin = try HostKeyPin(target.hostKey)
        guard [.keyFile, .password, .agent].contains(where: { credentials[$0] != nil }) else {
            throw .credentials(.lacks(TargetCredentials.Name.keyFile.rawValue))
        }
        if let path = credentials.text(.keyFile) {
            // Read and forgotten: libssh2 opens it by its name, and takes a key that everybody can read.
            do throws(HostError) { _ = try PrivateFile.read(path, limit: TransferLimits.keyFileBytes) } catch {
                throw .credentials(.keyFile)
            }
        }
        self.target = target
        self.credentials = credentials
        self.times = times
    }

    /// How an exchange ended.
    struct Outcome {
        let code: CURLcode
        let exchange: Exchange
        let fileTimeSeconds: Int64?

        var error: TransferError? { code == CURLE_OK ? nil : TransferError(code, of: exchange) }
    }

    /// One exchange about a path on the server.
    ///
    /// - Parameter prepare: fills in what is sent and which options it needs.
    /// - Returns: also of exchanges that failed, once the server is the right one.
    func perform(
        _ path: String, limit: Int = 0, _ prepare: (Exchange, CurlHandle) -> Void = { _, _ in }
    ) throws(TransferError) -> Outcome {
        var mismatch: String?
        for kind in settled.map({ [$0] }) ?? pin.kinds {
            let (outcome, shown, isKeyExchange) = try attempt(path, kind.rawValue, limit, prepare)
            if let shown, !pin.matches(shown) {
                mismatch = HostKeyPin.fingerprint(of: shown)
                continue
            }
            // A reply means that the connection of an earlier exchange was used, whose key was right.
            if shown != nil || outcome.code == CURLE_OK { settled = kind }
            if isKeyExchange { continue }
            return outcome
        }
        if let mismatch { throw .hostKey(.mismatch(fingerprint: mismatch)) }
        let (_, shown, _) = try attempt(path, HostKeyPin.rsa, limit, prepare)
        throw .hostKey(shown == nil ? .none : .rsa)
    }

    /// - Returns: the outcome, the key that the server showed, if it was to connect, and whether the two sides found no
    ///   key exchange that both take.
    private func attempt(
        _ path: String, _ kind: String, _ limit: Int, _ prepare: (Exchange, CurlHandle) -> Void
    ) throws(TransferError) -> (Outcome, shown: [UInt8]?, isKeyExchange: Bool) {
        let line = HostKeyPin.knownHostsLine(kind: kind, host: target.host, port: target.port)
        let known: MemoryFile
        do throws(HostError) { known = try MemoryFile(Array(line.utf8)) } catch { throw .file(errno: error.errno) }
        let exchange = Exchange(limit: limit)
        var shown: [UInt8]?
        let pin = pin
        exchange.checkHostKey = { blob in
            shown = blob
            return pin.matches(blob)
        }
        handle.begin(url: "sftp://\(target.host):\(target.port)\(path)", protocols: "sftp")
        handle.set(CURLOPT_SSH_KNOWNHOSTS, known.path)
        // New files and folders are their owner's alone.
        handle.set(CURLOPT_NEW_FILE_PERMS, 0o600)
        handle.set(CURLOPT_NEW_DIRECTORY_PERMS, 0o700)
        authenticate()
        prepare(exchange, handle)
        let code = handle.perform(exchange, times: times)
        // Read while the exchange went on, and not before.
        _ = consume known
        let outcome = Outcome(code: code, exchange: exchange, fileTimeSeconds: handle.fileTimeSeconds)
        return (outcome, shown, shown == nil && handle.failedKeyExchange(code))
    }

    private func authenticate() {
        handle.set(CURLOPT_USERNAME, target.user)
        var ways = 0
        if let path = credentials.text(.keyFile) {
            ways |= Int(CURLSSH_AUTH_PUBLICKEY)
            handle.set(CURLOPT_SSH_PRIVATE_KEYFILE, path)
            if let passphrase = credentials[.keyPassphrase] { handle.set(CURLOPT_KEYPASSWD, secret: passphrase.bytes) }
        }
        if credentials[.agent] != nil { ways |= Int(CURLSSH_AUTH_AGENT) }
        if let password = credentials[.password] {
            ways |= Int(CURLSSH_AUTH_PASSWORD) | Int(CURLSSH_AUTH_KEYBOARD)
            handle.set(CURLOPT_PASSWORD, secret: password.bytes)
        }
        handle.set(CURLOPT_SSH_AUTH_TYPES, ways)
    }
}
