import Foundation
import Glibc
import Synchronization

/// moto behind a proxy of ours that checks signatures, one for all tests; each test has buckets of its own.
package final class S3Server: Sendable {
    package let port: Int
    package let securePort: Int
    /// That of the TLS port, which vouches for itself; for `localhost` and 127.0.0.1.
    package let certificate: String
    private let control: Int
    private let scratch: ScratchFolder
    private let process: ServerProcess

    /// What `s3_server.py` takes. The secret has characters that a URL or a header would have to escape.
    package static let accessKey = "TESTACCESSKEY"
    package static let secretKey = "canary-51f0/test+secret"

    /// Nil where Python lacks the packages; said once.
    package static let shared: S3Server? = {
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
        guard let start = words.firstIndex(of: "ready"), words.count > start + 3, let first = Int(words[start + 1]),
            let second = Int(words[start + 2]), let third = Int(words[start + 3])
        else { throw ServerProcess.DidNotStart(output: process.log) }
        (port, control, securePort) = (first, second, third)
    }

    package enum Kind: String, Sendable { case plain, versioned, lockable, ruled }

    /// Asks the control port; the lines of the answer.
    @discardableResult
    package func ask(_ command: String, _ arguments: KeyValuePairs<String, String>) throws -> [String] {
        let query = arguments.map { "\($0.key)=\(Self.encoded($0.value))" }.joined(separator: "&")
        let (status, answer) = try LoopbackRequest.get(port: control, "/\(command)?\(query)")
        guard status == 200 else { throw Refused(command: command, answer: answer) }
        return answer.split(separator: "\n").map(String.init)
    }

    package struct Refused: Error {
        package let command: String
        package let answer: String
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}

/// A bucket of a test's own.
package struct Bucket: Sendable {
    package let name = "bucket-\(UInt32.random(in: 0...UInt32.max))"
    package let server: S3Server

    package init(_ kind: S3Server.Kind) throws {
        guard let server = S3Server.shared else { throw ServerProcess.DidNotStart(output: "no server of buckets") }
        self.server = server
        try server.ask("make", ["bucket": name, "kind": kind.rawValue])
    }

    /// What the proxy does with the next requests: `PUT 500-InternalError,GET flip`.
    package func plan(_ steps: String) throws { try server.ask("plan", ["bucket": name, "steps": steps]) }

    /// Key, size, mode and date of each version, as another client sees them; markers as `marker KEY`.
    package func versions() throws -> [String] { try server.ask("versions", ["bucket": name]) }

    /// The requests the proxy saw, with what it thought of each.
    package func log() throws -> [String] { try server.ask("log", ["bucket": name]) }
}
