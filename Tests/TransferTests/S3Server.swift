import TestSupport
import Testing

@testable import Transfer

extension Bucket {
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
