import Foundation
import Glibc
import TestSupport
import Testing

@testable import Transfer

@Suite("Who the server is and who we are", .serialized, .enabled(if: SSHServer.isAvailable, "needs sshd"))
struct HostKeyTests {
    /// What a listing ends with, on a server with this pin.
    private func answer(
        _ server: SSHServer, _ pin: String?, _ credentials: TargetCredentials? = nil
    ) throws -> TransferError? {
        do {
            let store = try SFTPStore(
                server.target(pin), credentials: credentials ?? server.credentials(), times: .test)
            _ = try store.list("")
            return nil
        } catch let error as TransferError { return error }
    }

    @Test func `each key of a server can be pinned, by its hash and by itself`() throws {
        let server = try SSHServer([.ed25519, .ecdsa])
        for key in [SSHServer.HostKey.ed25519, .ecdsa] {
            #expect(try answer(server, server.fingerprint(key)) == nil)
            #expect(try answer(server, server.publicKey(key)) == nil)
        }
    }

    @Test func `another key than the pinned one is refused, and its fingerprint said`() throws {
        let server = try SSHServer([.ed25519])
        let other = try SSHServer([.ed25519])
        let mismatch = TransferError.hostKey(.mismatch(fingerprint: try server.fingerprint(.ed25519)))
        #expect(try answer(server, other.fingerprint(.ed25519)) == mismatch)
        #expect(try answer(server, other.publicKey(.ed25519)) == mismatch)
        // Nobody showed a key or a password to the wrong server.
        #expect(!server.log.contains("Accepted"))
        #expect(!server.log.contains("Failed"))
    }

    @Test func `without a pin nothing is connected to`() throws {
        let server = try SSHServer()
        let listener = try Listener()
        for pin in [nil, ""] {
            #expect(throws: TransferError.hostKey(.unpinned)) {
                let target = try server.target(pin, port: listener.port)
                _ = try SFTPStore(target, credentials: server.credentials(), times: .short).list("")
            }
        }
        #expect(!listener.wasConnected)
    }

    @Test func `a server with an RSA key only is refused, and that is said`() throws {
        let server = try SSHServer([.rsa])
        let error = try #require(try answer(server, server.fingerprint(.rsa)))
        #expect(error == .hostKey(.none))
        #expect((error.message + error.hint).contains("RSA"))
    }

    @Test func `an old server, which signs RSA with SHA-1, is refused as well`() throws {
        let server = try SSHServer([.rsa], options: ["HostKeyAlgorithms ssh-rsa"])
        #expect(try answer(server, server.fingerprint(.rsa)) == .hostKey(.rsa))
        #expect(!server.log.contains("Accepted"))
    }

    @Test func `the public key of an RSA server is no pin`() throws {
        let server = try SSHServer([.ed25519, .rsa])
        #expect(try answer(server, server.publicKey(.rsa)) == .hostKey(.rsa))
    }

    @Test(arguments: [
        "SHA256:", "SHA256:abc", "MD5:00:11", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-dss AAAA", "x",
        "SHA256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa extra",
        // An ECDSA key under the other name.
        "ssh-ed25519 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAAAA",
    ])
    func `what is no pin is refused`(text: String) {
        #expect(throws: TransferError.hostKey(.form)) { try HostKeyPin(text) }
    }

    @Test func `a key that the server does not know is refused`() throws {
        let server = try SSHServer()
        let stranger = try server.credentials("key-file = \(server.keyFile("stranger"))")
        #expect(try answer(server, server.fingerprint(.ed25519), stranger) == .refused(.login))
    }

    @Test func `a wrong password is refused, and stands in no error`() throws {
        let server = try SSHServer()
        let password = try server.credentials("password = canary-7b1e")
        let error = try #require(try answer(server, server.fingerprint(.ed25519), password))
        #expect(error == .refused(.login))
        #expect(!"\(error)\(error.message)\(error.hint)".contains("canary"))
        #expect(!"\(password)".contains("canary"))
    }

    @Test func `a key file with a passphrase is opened with it and not without`() throws {
        let server = try SSHServer()
        let key = server.keyFile()
        try Tool.run("/usr/bin/ssh-keygen", ["-q", "-p", "-N", "canary 7b1e", "-P", "", "-f", key])
        let pin = try server.fingerprint(.ed25519)
        let right = try server.credentials("key-file = \(key)\nkey-passphrase = canary 7b1e")
        #expect(try answer(server, pin, right) == nil)
        let wrong = try server.credentials("key-file = \(key)\nkey-passphrase = canary 7b1f")
        #expect(try answer(server, pin, wrong) == .refused(.login))
        #expect(try answer(server, pin) == .refused(.login))
    }

    /// In a process of its own, because libssh2 finds the agent by the environment.
    @Test func `the ssh-agent signs, with no key file at all`() async {
        await #expect(processExitsWith: .success) {
            let server = try SSHServer()
            let scratch = try ScratchFolder()
            let pin = try server.fingerprint(.ed25519)
            let credentials = try server.credentials("agent = yes")
            unsafe setenv("SSH_AUTH_SOCK", scratch.file("agent"), 1)
            func isLetIn() -> Bool {
                let store = try? SFTPStore(server.target(pin), credentials: credentials, times: .test)
                return (try? store?.list("")) == []
            }
            precondition(!isLetIn(), "there is no agent yet")
            let agent = try ServerProcess(
                ["/usr/bin/ssh-agent", "-D", "-a", scratch.file("agent")], in: scratch.path, readiness: "SSH_AUTH_SOCK")
            precondition(!isLetIn(), "the agent has no key yet")
            try Tool.run("/usr/bin/ssh-add", ["-q", server.keyFile()])
            precondition(isLetIn(), "the agent signs")
            withExtendedLifetime(agent) {}
        }
    }

    @Test func `a key file that others can read is refused`() throws {
        let server = try SSHServer()
        let credentials = try server.credentials()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: server.keyFile())
        #expect(try answer(server, server.fingerprint(.ed25519), credentials) == .credentials(.keyFile))
        #expect(!server.log.contains("Connection from"))
    }

    @Test func `credentials for a bucket do not do`() throws {
        let server = try SSHServer()
        let credentials = try server.credentials("access-key-id = a\nsecret-access-key = b")
        #expect(try answer(server, server.fingerprint(.ed25519), credentials) == .credentials(.lacks("key-file")))
    }
}
