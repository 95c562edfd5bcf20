import Client
import Console
import Host
import Primitives
import VaultModel

/// Identity files and the agent, with their errors in a person's words.
enum IdentityAccess {
    static func read(_ path: String) throws(Failure) -> IdentityFile {
        do throws(IdentityError) { return try IdentityFile.read(path) } catch { throw Failure(error) }
    }

    /// The agent that `SSH_AUTH_SOCK` names.
    static func agent() throws(AgentError) -> SSHAgent {
        try SSHAgent(environment: ["SSH_AUTH_SOCK": Environment.value("SSH_AUTH_SOCK") ?? ""])
    }

    /// What signs for an identity: the agent if it holds the key, else the file once its passphrase is given.
    static func signer(for file: IdentityFile, passphrase: Passphrase) throws(Failure) -> any Signer {
        if let signer = try? agent().signer(for: file.identity.kid) { return signer }
        return KeySigner(try open(file, passphrase: passphrase))
    }

    /// The private key of a file. The prompt names whose it is: a shared till must not sign for whoever stands there.
    static func open(_ file: IdentityFile, passphrase: Passphrase) throws(Failure) -> Ed25519.SigningKey {
        let subject = file.identity.kind == .authority ? "the authority key" : "the identity of \(file.identity.name)"
        let secret = try passphrase.existing(of: subject)
        do throws(IdentityError) { return try file.open(passphrase: secret) } catch { throw Failure(error) }
    }

    /// Removes an identity that was just made and is of no use, with its counter.
    static func discard(_ path: String) {
        for file in [path, RequestCounter(besideIdentity: path).path] { try? DurableFile.remove(file) }
    }
}
