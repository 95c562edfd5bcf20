import ArgumentParser
import CanonicalJSON
import Client
import Console
import Primitives
import Wire

struct UnsealCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "unseal",
        abstract: "Open the vault with its passphrase.",
        discussion: """
            Two passphrases may be asked for: the one of your identity, which signs the request, and the vault's. The \
            broker is shown the newest checkpoint of the log that this device has seen, or that one of the witnesses it \
            knows has cosigned; a log without it stays sealed.

            Example: coffer unseal --unseal-passphrase-file /run/keys/vault
            """)

    @Option(
        help: ArgumentHelp("File whose first line is the vault's passphrase, instead of a prompt.", valueName: "file"),
        completion: .file())
    var unsealPassphraseFile: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let source = Passphrase(file: unsealPassphraseFile, option: "--unseal-passphrase-file", output: output)
        let passphrase = try source.existing(of: "the vault")
        // Its next stop is the body of a request: it leaves locked memory here.
        guard let text = String(validating: passphrase.exposeBytes(), as: UTF8.self) else {
            throw Failure.usage("the vault's passphrase is not UTF-8", why: "passphrase")
        }
        let request = UnsealVault.Request(
            passphrase: Sensitive(text), checkpoint: await WitnessInquiry.newestCheckpoint(session, output))
        let reply = try await session.call(UnsealVault.self, request)
        output.state(reply.message.state)
    }
}

struct SealCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal",
        abstract: "Wipe the keys from memory; nothing can be read until somebody unseals.",
        discussion: "Example: coffer seal")

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        output.state(try await session.call(SealVault.self, .init()).message.state)
    }
}

extension Output {
    fileprivate func state(_ state: VaultState) {
        answer(["state": .string(state.rawValue)]) { "\(state.rawValue)\n" }
    }
}
