import Archive
import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import Primitives
import VaultModel
import Wire

struct DrillKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill-key",
        abstract: "A key for restore drills without cards: it opens structure and ciphertexts, no customer.",
        subcommands: [
            DrillKeyNewCommand.self, DrillKeySetCommand.self, DrillKeyRemoveCommand.self, DrillKeyShowCommand.self,
        ])
}

struct DrillKeyNewCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Make a drill key in a file of this machine, and print its public half.",
        discussion: """
            Make it where drills are to run. It opens databases and log of the archives to come, in which every value stays \
            sealed; it never opens the keys. The file is an identity as age's own commands read it. Needs no broker.

            Members of --json: recipient, file.

            Example: coffer backup drill-key new --out drill.key
            """)

    @Option(help: ArgumentHelp("The new file; nothing may be there yet.", valueName: "file"), completion: .file())
    var out: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        try InitCommand.requireAbsent(out, "there is something at the key's place already", hint: "name another: --out")
        let identity = AgeIdentity.generate()
        let recipient = identity.recipient.text
        do throws(HostError) {
            var secret = identity.text().exposeBytes()
            defer { Wipe.zero(&secret) }
            var bytes = Array("# public key: \(recipient)\n".utf8)
            // An array that grows would leave a piece of the secret behind.
            bytes.reserveCapacity(bytes.count + secret.count + 1)
            defer { Wipe.zero(&bytes) }
            bytes += secret
            bytes.append(0x0A)
            try DurableFile.create(out, with: bytes, mode: 0o600)
        } catch { throw Failure.file(error, "the drill key cannot be written", why: "out") }
        output.answer(["file": .string(out), "recipient": .string(recipient)]) { recipient + "\n" }
        output.hint("an owner puts it in force: coffer backup drill-key set \(recipient)")
    }
}

struct DrillKeySetCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Seal the databases of archives to a drill key too, from the next run on.",
        discussion: """
            For whoever may say how the vault is recovered. The archive of the keys goes to the recovery cards alone, as \
            before. The next archive is a full one. Another key takes the place of the one before.

            Members of --json: recipient, entry.

            Example: coffer backup drill-key set age1…
            """)

    @Argument(help: "What coffer backup drill-key new printed: age1…")
    var recipient: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        guard (try? AgeRecipient(recipient)) != nil else {
            throw Failure.usage(
                "this is no age recipient",
                hint: "type what coffer backup drill-key new printed: age1 and 58 characters",
                why: "recipient")
        }
        try await output.setDrillKey(recipient, options)
        output.hint("the next archive is full and opens with it: coffer backup run")
    }
}

struct DrillKeyRemoveCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Seal archives to the recovery cards alone again.",
        discussion: """
            What was archived before still opens with the old key, until it is pruned.

            Members of --json: recipient (empty), entry.

            Example: coffer backup drill-key remove
            """)

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws { try await output.setDrillKey("", options) }
}

struct DrillKeyShowCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "The public half of the drill key in force.",
        discussion: "Members of --json: recipient (empty for none).\n\nExample: coffer backup drill-key show")

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let status = try await session.call(BackupStatus.self, .init(), RequestScope(act: .backupList)).message
        output.answer(["recipient": .string(status.drillKey)]) {
            status.drillKey.isEmpty ? "none\n" : status.drillKey + "\n"
        }
    }
}

extension Output {
    fileprivate func setDrillKey(_ recipient: String, _ options: GlobalOptions) async throws(Failure) {
        let session = try await Session.open(options, self)
        let reply = try await session.call(
            SetDrillKey.self, .init(recipient: recipient),
            RequestScope(object: SetDrillKey.object(recipient: recipient)))
        answer(reply.members(["recipient": .string(recipient)])) {
            recipient.isEmpty ? "archives are sealed to the recovery cards alone\n" : "drill key  \(recipient)\n"
        }
        entry(reply.entry)
    }
}

/// The file that `drill-key new` wrote, or age's own.
enum DrillKeyFile {
    private static let largestBytes = 16 << 10

    static func read(_ path: String) throws(Failure) -> AgeIdentity {
        let text: SecretBytes
        do throws(HostError) { text = try PrivateFile.read(path, limit: largestBytes) } catch {
            throw error.isPermission
                ? .usage(
                    "others may read the drill key, or it is somebody else's", hint: "chmod 600 it, as its owner",
                    why: "drill-key")
                : .file(error, "the drill key cannot be read", why: "drill-key")
        }
        do throws(AgeError) { return try AgeIdentity(parsingFile: text) } catch {
            throw .usage(
                "this file holds no drill key, or more than one", hint: "coffer backup drill-key new makes one",
                why: "drill-key")
        }
    }
}
