import Foundation
import Glibc
import Host
import Testing

@testable import Transfer

/// OpenSSH's server with host keys, a configuration and a user's key of its own, which serves a folder by SFTP to the
/// user who runs the tests.
final class SSHServer: Sendable {
    enum HostKey: String, Sendable { case ed25519, ecdsa, rsa }

    static let program = "/usr/sbin/sshd"

    static let isAvailable: Bool = {
        if FileManager.default.isExecutableFile(atPath: program) { return true }
        print("skipped: sshd is not installed, so SFTP is not tried (package openssh-server)")
        return false
    }()

    let port: Int
    let folder: String
    private let scratch: ScratchFolder
    private let process: ServerProcess

    /// - Parameters:
    ///   - folder: what is served; a folder of the server's own when nil.
    ///   - options: lines for its configuration.
    init(_ hostKeys: [HostKey] = [.ed25519, .ecdsa], folder: String? = nil, options: [String] = []) throws {
        scratch = try ScratchFolder()
        // A server of root wants this one, and Debian's package makes it only when it starts the service.
        if geteuid() == 0 { try? Folder.createAll("/run/sshd", mode: 0o755) }
        for key in hostKeys { try Self.makeKey(scratch.file("host-\(key.rawValue)"), key.rawValue) }
        try Self.makeKey(scratch.file("user"), "ed25519")
        try Self.makeKey(scratch.file("stranger"), "ed25519")
        try FileManager.default.copyItem(atPath: scratch.file("user.pub"), toPath: scratch.file("authorized"))
        self.folder = folder ?? scratch.file("served")
        if folder == nil { try Folder.create(scratch.file("served"), mode: 0o700) }
        // Without PAM the server looks into the shadow file, which only root can, and takes what it cannot see for locked.
        let usePAM = "UsePAM " + (geteuid() == 0 ? "no" : "yes")
        let files = scratch
        (process, port) = try ServerProcess.onFreePort { port in
            // The first line about a thing counts.
            let lines =
                options + ["ListenAddress 127.0.0.1", "Port \(port)"]
                + hostKeys.map { "HostKey " + files.file("host-\($0.rawValue)") }
                + [
                    "AuthorizedKeysFile " + files.file("authorized"), "PidFile none", usePAM, "StrictModes no",
                    "PermitRootLogin prohibit-password", "Subsystem sftp internal-sftp", "ForceCommand internal-sftp",
                ]
            try files.write("sshd_config", Array(lines.joined(separator: "\n").utf8))
            return try ServerProcess(
                [Self.program, "-D", "-e", "-f", files.file("sshd_config")], in: files.path,
                readiness: "Server listening")
        }
    }

    static var user: String { unsafe String(cString: getpwuid(geteuid()).pointee.pw_name) }

    private static func makeKey(_ path: String, _ type: String) throws {
        try Tool.run("/usr/bin/ssh-keygen", ["-q", "-t", type, "-N", "", "-C", "test", "-f", path])
    }

    /// The line of a host key's `.pub` file.
    func publicKey(_ key: HostKey) throws -> String {
        try String(contentsOfFile: scratch.file("host-\(key.rawValue).pub"), encoding: .utf8)
    }

    /// `SHA256:…`, as `ssh-keygen -lf` prints it.
    func fingerprint(_ key: HostKey) throws -> String {
        let words = try publicKey(key).split(separator: " ")
        return HostKeyPin.fingerprint(of: [UInt8](try #require(Data(base64Encoded: String(words[1])))))
    }

    func credentials(_ lines: String? = nil) throws -> TargetCredentials {
        try scratch.write("credentials", Array((lines ?? "key-file = \(keyFile())").utf8))
        return try TargetCredentials.read(scratch.file("credentials"))
    }

    func keyFile(_ name: String = "user") -> String { scratch.file(name) }

    func target(_ hostKey: String?, port: Int? = nil, path: String? = nil) throws -> SFTPTarget {
        try SFTPTarget(
            user: Self.user, host: "127.0.0.1", port: port ?? self.port, path: path ?? folder, hostKey: hostKey)
    }

    /// A store on it, pinned to its Ed25519 key.
    func store(port: Int? = nil, path: String? = nil, times: TransferTimes = .test) throws -> SFTPStore {
        try SFTPStore(
            try target(fingerprint(.ed25519), port: port, path: path), credentials: credentials(), times: times)
    }

    var log: String { process.log }
}

extension TransferTimes {
    /// Does not wait before it repeats; a machine under load has the usual times otherwise.
    static let test: TransferTimes = {
        var times = TransferTimes()
        times.pausesMilliseconds = [10, 10]
        return times
    }()

    /// For servers that never answer.
    static let short: TransferTimes = {
        var times = TransferTimes.test
        (times.connectSeconds, times.stallSeconds, times.exchangeSeconds) = (3, 3, 6)
        return times
    }()
}
