import ArgumentParser
import CanonicalJSON
import Client
import Console
import Offline
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

            With --share one card is asked for and not shown; as many as the set needs, from as many persons, within ten \
            minutes, open the vault. Members of --json with cards: state, set, given, needed.

            Example: coffer unseal --unseal-passphrase-file /run/keys/vault
            """)

    @Option(
        help: ArgumentHelp("File whose first line is the vault's passphrase, instead of a prompt.", valueName: "file"),
        completion: .file())
    var unsealPassphraseFile: String?

    @Flag(help: "Give one card of a set that unseals; it needs no identity. The others may come from other terminals.")
    var share = false

    @Option(
        help: ArgumentHelp("File with a card, instead of a prompt; implies --share.", valueName: "file"),
        completion: .file())
    var cardFile: [String] = []

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        if share || !cardFile.isEmpty { return try await giveCards(output) }
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

    /// Brings cards, one or several, without an identity.
    private func giveCards(_ output: Output) async throws {
        guard unsealPassphraseFile == nil else {
            throw Failure.usage("cards or a passphrase, not both", hint: "leave one out", why: "share")
        }
        let source = CardSource(files: cardFile)
        for place in 0..<(source.count ?? 1) {
            let card = try source.card(place, use: .unsealing)
            guard let text = String(validating: card.bytes.exposeBytes(), as: UTF8.self) else {
                throw Failure.usage("this is no card", why: "card")
            }
            let reply = try await Session.deliver(Sensitive(text), options)
            if reply.state == .unsealed || place + 1 == source.count ?? 1 { answer(reply, output) }
            if reply.state == .unsealed { return }
        }
    }

    private func answer(_ reply: UnsealWithCard.Reply, _ output: Output) {
        output.answer([
            "given": .count(reply.given), "needed": .count(reply.needed), "set": .string(reply.set),
            "state": .string(reply.state.rawValue),
        ]) { "\(reply.state.rawValue) \(reply.given)/\(reply.needed)\n" }
        guard reply.state != .unsealed else { return }
        let missing = reply.needed - min(reply.given, reply.needed)
        output.hint(
            "\(missing) more \(missing == 1 ? "card is" : "cards are") needed within ten minutes: coffer unseal --share"
        )
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
