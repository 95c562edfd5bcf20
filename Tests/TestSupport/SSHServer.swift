import Foundation
import Glibc
import Host
import Primitives

/// OpenSSH's server with host keys, a configuration and a user's key of its own, which serves a folder by SFTP to the
/// user who runs the tests.
package final class SSHServer: Sendable {
    package enum HostKey: String, Sendable { case ed25519, ecdsa, rsa }

    private static let program = "/usr/sbin/sshd"

    package static let isAvailable: Bool = {
        if FileManager.default.isExecutableFile(atPath: program) { return true }
        print("skipped: sshd is not installed, so SFTP is not tried (package openssh-server)")
        return false
    }()

    package let port: Int
    package let folder: String
    /// Its keys and configuration.
    package let scratch: ScratchFolder
    private let process: ServerProcess

    /// - Parameters:
    ///   - folder: what is served; a folder of the server's own when nil.
    ///   - options: lines for its configuration.
    package init(_ hostKeys: [HostKey] = [.ed25519, .ecdsa], folder: String? = nil, options: [String] = []) throws {
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

    package static var user: String { unsafe String(cString: getpwuid(geteuid()).pointee.pw_name) }

    private static func makeKey(_ path: String, _ type: String) throws {
        try Tool.run("/usr/bin/ssh-keygen", ["-q", "-t", type, "-N", "", "-C", "test", "-f", path])
    }

    /// The line of a host key's `.pub` file.
    package func publicKey(_ key: HostKey) throws -> String {
        try String(contentsOfFile: scratch.file("host-\(key.rawValue).pub"), encoding: .utf8)
    }

    /// `SHA256:…`, as `ssh-keygen -lf` prints it.
    package func fingerprint(_ key: HostKey) throws -> String {
        let words = try publicKey(key).split(separator: " ")
        let blob = words.count > 1 ? Data(base64Encoded: String(words[1])) : nil
        guard let blob else { throw ServerProcess.DidNotStart(output: "no public key") }
        return "SHA256:" + Base64.encode(SHA256.hash([UInt8](blob))).prefix { $0 != "=" }
    }

    package func keyFile(_ name: String = "user") -> String { scratch.file(name) }

    package var log: String { process.log }

    /// Ends the server and what it serves, as a machine that is switched off.
    package func stop() { process.stop() }
}
