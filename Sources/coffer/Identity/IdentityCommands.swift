import AccessLog
import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import Primitives
import VaultModel
import Wire

struct IdentityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identity",
        abstract: "Your key on this device.",
        subcommands: [IdentityShowCommand.self, IdentityExportCommand.self, IdentityFollowCommand.self])
}

struct IdentityShowCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Whose key this is, for which vault, and what it trusts.",
        discussion: "Needs neither the passphrase nor a broker.\n\nExample: coffer identity show")

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let identity = try IdentityAccess.read(try options.identityPath).identity
        let isUnlocked = (try? IdentityAccess.agent().signer(for: identity.kid)) != nil
        let broker = identity.broker
        output.answer([
            "authority": .string(broker.authority.text), "fingerprint": .string(Fingerprint.text(identity.kid)),
            "kid": .string(identity.kid.text), "kind": .string(identity.kind.rawValue),
            "log_key": .string(broker.logKey.description), "name": .string(identity.name),
            "profile": .string(identity.profile.rawValue), "reply_key": .string(broker.replyKey.text),
            "tls_pin": .string(broker.tlsPin), "unlocked": .bool(isUnlocked),
            "vault_id": .string(identity.vault.description),
        ]) {
            var list = LabelList()
            list.add("name", identity.name)
            list.add("kind", identity.kind.rawValue)
            list.add("key", identity.kid.text)
            list.add("fingerprint", Fingerprint.text(identity.kid))
            list.add("vault", identity.vault.description)
            list.add("log key", broker.logKey.description)
            list.add("authority", broker.authority.text)
            list.add("profile", identity.profile.rawValue)
            list.add("unlocked", isUnlocked ? "yes, in the ssh-agent" : "no")
            return list.rendered(paint: output.paint)
        }
    }
}

struct IdentityExportCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print the public key in the form of OpenSSH; the private one never leaves its file.",
        discussion: "Example: coffer identity export > me.pub")

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let identity = try IdentityAccess.read(try options.identityPath).identity
        let line = "ssh-ed25519 " + Base64.encode(Fingerprint.blob(identity.kid))
        output.answer(["kid": .string(identity.kid.text), "public_key": .string(line)]) {
            line + " " + TerminalText.safe(identity.name) + "\n"
        }
    }
}

/// The short form of a public key, as `ssh-keygen -l` and `ssh-add -l` print it.
enum Fingerprint {
    /// `SHA256:` and the unpadded base64 of the hash of the OpenSSH form.
    static func text(_ kid: KeyID) -> String {
        let hash = Base64.encode(SHA256.hash(blob(kid)))
        return "SHA256:" + hash.prefix { $0 != "=" }
    }

    /// A recovery quorum's key as cards show it: eight groups of four hexadecimal digits.
    static func quorum(_ kid: KeyID) -> String { kid.quorumFingerprint }

    /// RFC 8709: the type and the key, each behind its length in four bytes.
    static func blob(_ kid: KeyID) -> [UInt8] {
        [Array("ssh-ed25519".utf8), kid.rawKey].flatMap { part in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: part.count >> $0) } + part
        }
    }
}
