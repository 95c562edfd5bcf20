import CCurl
import Foundation
import Glibc
import Synchronization
import Testing

@testable import Transfer

/// moto behind a proxy of ours that checks signatures, one for all tests; each test has buckets of its own.
final class S3Server: Sendable {
    let port: Int
    let securePort: Int
    /// That of the TLS port, which vouches for itself; for `localhost` and 127.0.0.1.
    let certificate: String
    private let control: Int
    private let scratch: ScratchFolder
    private let process: ServerProcess

    /// What `s3_server.py` takes. The secret has characters that a URL or a header would have to escape.
    static let accessKey = "TESTACCESSKEY"
    static let secretKey = "canary-51f0/test+secret"

    /// Nil where Python lacks the packages; said once.
    static let shared: S3Server? = {
        guard let python = Python.withMoto else { return nil }
        guard let server = try? S3Server(python) else {
            print("skipped: the server of buckets does not start")
            return nil
        }
        // A static is never given back; the process must not outlive the tests.
        last.withLock { $0 = server.process }
        atexit { S3Server.last.withLock { $0?.stop() } }
        return server
    }()

    private static let last = Mutex<ServerProcess?>(nil)

    private init(_ python: String) throws {
        scratch = try ScratchFolder()
        certificate = scratch.file("certificate.pem")
        try Tool.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
                scratch.file("key.pem"),
                "-out", certificate,
            ])
        process = try ServerProcess(
            [python, Python.script("s3_server.py"), certificate, scratch.file("key.pem")], in: scratch.path,
            readiness: " end\n", lifetimeSeconds: 1_200)
        let words = process.log.split(whereSeparator: \.isWhitespace)
        let start = try #require(words.firstIndex(of: "ready"))
        port = try #require(Int(words[start + 1]))
        control = try #require(Int(words[start + 2]))
        securePort = try #require(Int(words[start + 3]))
    }

    enum Kind: String { case plain, versioned, lockable, ruled }

    /// Asks the control port; the lines of the answer.
    @discardableResult
    func ask(_ command: String, _ arguments: KeyValuePairs<String, String>) throws -> [String] {
        let query = arguments.map { "\($0.key)=\(S3Connection.encoded($0.value))" }.joined(separator: "&")
        let handle = CurlHandle()
        handle.begin(url: "http://127.0.0.1:\(control)/\(command)?\(query)", protocols: "http")
        let exchange = Exchange(limit: 16 << 20)
        let code = handle.perform(exchange, times: TransferTimes())
        let answer = String(decoding: exchange.body, as: UTF8.self)
        try #require(code == CURLE_OK && handle.status == 200, "\(command): \(code) \(answer)")
        return answer.split(separator: "\n").map(String.init)
    }
}

/// A bucket of a test's own.
struct Bucket {
    let name = "bucket-\(UInt32.random(in: 0...UInt32.max))"
    let server: S3Server

    init(_ kind: S3Server.Kind) throws {
        server = try #require(S3Server.shared)
        try server.ask("make", ["bucket": name, "kind": kind.rawValue])
    }

    /// What the proxy does with the next requests: `PUT 500-InternalError,GET flip`.
    func plan(_ steps: String) throws { try server.ask("plan", ["bucket": name, "steps": steps]) }

    /// Key, size, mode and date of each version, as another client sees them; markers as `marker KEY`.
    func versions() throws -> [String] { try server.ask("versions", ["bucket": name]) }

    /// The requests the proxy saw, with what it thought of each.
    func log() throws -> [String] { try server.ask("log", ["bucket": name]) }

    func target(
        prefix: String = "", lock: S3Target.Lock? = nil, style: S3Target.Style = .path, name: String? = nil
    ) throws -> S3Target {
        try S3Target(
            host: style == .host ? "localhost" : "127.0.0.1", port: server.port, isPlain: true,
            bucket: name ?? self.name, prefix: prefix, region: "us-east-1", style: style, lock: lock)
    }

    /// With TLS; 127.0.0.2 is the same machine under an address that the certificate does not have.
    func secureTarget(_ authorityFile: String?, host: String = "127.0.0.1") throws -> S3Target {
        try S3Target(
            host: host, port: server.securePort, bucket: name, region: "us-east-1", lock: nil,
            authorityFile: authorityFile)
    }

    static func credentials(secret: String = S3Server.secretKey) throws -> TargetCredentials {
        let scratch = try ScratchFolder()
        let lines = "access-key-id = \(S3Server.accessKey)\nsecret-access-key = \(secret)\n"
        try scratch.write("credentials", Array(lines.utf8))
        return try TargetCredentials.read(scratch.file("credentials"))
    }

    func store(
        prefix: String = "", lock: S3Target.Lock? = nil, style: S3Target.Style = .path, name: String? = nil
    ) throws -> S3Store {
        try S3Store(
            target(prefix: prefix, lock: lock, style: style, name: name), credentials: Self.credentials(),
            times: .test)
    }
}
