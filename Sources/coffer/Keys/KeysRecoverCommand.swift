import AccessLog
import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import Offline
import Primitives
import VaultModel
import Wire

struct KeysRecoverCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Make a new authority's key, by word of the recovery cards; the old one signs nothing any more.",
        discussion: """
            For when the authority's key is lost: its file, or the passphrase of it. The vault is unsealed and goes on; \
            rights that were given stay as they are. As many recovery cards as it takes are put together on this device, \
            and sign the new key. Cards are asked for, or named as files.

            Every device that gives rights or enrols follows then: coffer identity follow.

            Members of --json: authority_kid, quorum, entry.

            Example: coffer keys recover --authority /media/stick/authority.key
            """)

    @Option(
        help: ArgumentHelp("Where the new key goes; nothing may be there yet.", valueName: "file"),
        completion: .file())
    var authority: String

    @Option(
        help: ArgumentHelp(
            "File with the passphrase of the new key. Default: that of the identity.", valueName: "file"),
        completion: .file())
    var authorityPassphraseFile: String?

    @Option(
        help: ArgumentHelp("File with a card, instead of a prompt; repeat it for each card.", valueName: "file"),
        completion: .file())
    var cardFile: [String] = []

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        try InitCommand.requireAbsent(
            authority, "there is something at the new key's place already; it is not replaced",
            hint: "name another: --authority FILE")
        let source = CardSource(files: cardFile)
        // A wrong file is found before the broker is asked: its answer is an entry.
        var texts: [HeldSecret] = []
        for place in 0..<(source.count ?? 0) { texts.append(try source.card(place, use: .recovery)) }
        let session = try await Session.open(options, output)
        let keys = try await session.call(GetKeys.self, .init()).message
        guard let recovery = keys.recovery.first else {
            throw Failure(
                code: "not-found", why: "cards", message: "this vault has no recovery cards",
                hint: "without them nobody but the authority can say who it is", exitCode: 4)
        }
        if source.count == nil {
            for place in 0..<Int(recovery.set.needed) {
                texts.append(try source.card(place, use: .recovery))
                output.note("\(place + 1)/\(recovery.set.needed)")
            }
        }
        let cards: RecoveryCards
        do throws(CardReading.Problem) {
            cards = try RecoveryCards(
                texts, keys: keys, vault: session.vault, logKey: session.logKey.key,
                incarnation: LogOrigin(session.logKey.name)?.incarnation ?? 1)
        } catch { throw Failure(error) }
        try await recover(cards, session, output)
    }

    private func recover(_ cards: RecoveryCards, _ session: Session, _ output: Output) async throws {
        let key = Ed25519.SigningKey.generate()
        let kid = KeyID(key.publicKey)
        let trusted = session.identity.broker
        guard
            let broker = BrokerKeys(
                logKey: trusted.logKey.description, replyKey: trusted.replyKey, tlsPin: trusted.tlsPin, authority: kid),
            let word = cards.succession(
                to: kid, logKey: trusted.logKey, replyKey: trusted.replyKey, tlsPin: trusted.tlsPin,
                at: session.nowSeconds + session.clockOffsetSeconds)
        else { throw Failure.internal("the identity's keys are none", hint: "coffer identity show") }
        let passphrase = Passphrase(
            file: authorityPassphraseFile ?? options.passphrasePath, option: "--authority-passphrase-file",
            output: output)
        let secret = try passphrase.new(for: "the new authority's key")
        do throws(IdentityError) {
            try IdentityFile.seal(
                key,
                identity: Identity(
                    kind: .authority, vault: session.vault, kid: kid, name: session.identity.name,
                    profile: session.identity.profile, broker: broker), passphrase: secret
            ).create(at: authority)
        } catch { throw Failure(error) }
        let answer: Answer<RecoverAuthority.Reply>
        do throws(Failure) {
            answer = try await session.call(
                RecoverAuthority.self, .init(block: word.block.value, statement: word.statement.value),
                RequestScope(object: word.block.object))
        } catch {
            // After a lost answer this may be the authority's key, and there is no other.
            if !error.mayHaveWorked { IdentityAccess.discard(authority) }
            throw error
        }
        output.answer(
            answer.members(["authority_kid": .string(kid.text), "quorum": .string(cards.fingerprint)])
        ) {
            var list = LabelList()
            list.add("authority", kid.text)
            list.add("file", authority)
            list.add("quorum", cards.fingerprint)
            return list.rendered(paint: output.paint)
        }
        output.entry(answer.entry)
        output.hint(
            "on each device that gives rights, this one too: coffer identity follow --quorum \(cards.fingerprint)")
        output.hint("keep \(authority) away from this machine; the cards go back to their holders")
    }
}
