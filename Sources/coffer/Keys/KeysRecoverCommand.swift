import AccessLog
import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import Host
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

            Every device that gives rights follows then: coffer identity follow.

            Where the owner's own key is lost as well, --owner makes a new one at --identity, for a new person in the role \
            of the owner; the old one is offboarded afterwards. The vault must be unsealed, which takes a passphrase or \
            cards and no key of one's own: coffer unseal --card-file.

            Members of --json: authority_kid, owner_kid (with --owner), quorum, entry.

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
        help: ArgumentHelp(
            "The owner's own key is lost too: what she is called from now on; stored encrypted.", valueName: "name"))
    var owner: String?

    @Option(
        help: ArgumentHelp("File with a card, instead of a prompt; repeat it for each card.", valueName: "file"),
        completion: .file())
    var cardFile: [String] = []

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        try InitCommand.requireAbsent(
            authority, "there is something at the new key's place already; it is not replaced",
            hint: "name another: --authority FILE")
        if let owner { return try await recover(owner: try Arguments.personName(owner), output) }
        let given = try givenCards()
        let session = try await Session.open(options, output)
        let stored = try await session.call(GetKeys.self, .init()).message.recovery.first
        let trusted = session.identity.broker
        let cards = try combine(given, stored, session.vault, trusted, output)
        let word = try QuorumWord(cards, trusted, now: session.nowSeconds + session.clockOffsetSeconds)
        try create(word.authority, Self.identity(of: word, session.identity), output)
        let answer: Answer<RecoverAuthority.Reply>
        do throws(Failure) {
            answer = try await session.call(RecoverAuthority.self, word.request, RequestScope(object: word.object))
        } catch {
            // After a lost answer this may be the authority's key, and there is no other.
            if !error.mayHaveWorked { IdentityAccess.discard(authority) }
            throw error
        }
        tell(answer, word, cards, owner: nil, output)
        output.hint(
            "on each device that gives rights, this one too: coffer identity follow --quorum \(cards.fingerprint)")
    }

    // MARK: - The owner's own key is lost as well

    private func recover(owner name: String, _ output: Output) async throws {
        let path = try options.identityPath
        let places = NewIdentities(own: path, authority: authority)
        try places.requireAbsent()
        let given = try givenCards()
        let inquiry = try Session.anonymous(options)
        let health = try await inquiry.healthOrFailure()
        guard health.state == .unsealed else {
            throw Failure(
                code: "sealed", why: "sealed", message: "the vault is sealed",
                hint: "unseal it, with cards if nobody has a key: coffer unseal --card-file FILE", exitCode: 5)
        }
        let stored: RecoveryReply
        do throws(ClientError) { stored = try await inquiry.recovery() } catch { throw Failure(error) }
        guard let trusted = BrokerKeys(health) else {
            throw Failure.internal("the broker's keys are none", hint: "coffer doctor")
        }
        // The cards have certified the log's key; the broker's other keys are those that its log's receipt is for, or the
        // broker refuses the word.
        let cards = try combine(given, stored.recovery.first, health.vault, trusted, output)
        let word = try QuorumWord(cards, trusted, now: SystemClock().nowSeconds())
        let earlier = Array(stored.earlier.suffix(Identity.mostEarlierAuthorities - 1)) + [trusted.authority]
        let key = Ed25519.SigningKey.generate()
        let kid = KeyID(key.publicKey)
        let own = Identity(
            kind: .person, vault: health.vault, kid: kid, name: name, profile: health.profile,
            broker: word.broker,
            earlierAuthorities: earlier)
        let secret = try options.passphrase(output).new(for: "your own key")
        try create(word.authority, Self.identity(of: word, own), output)
        let answer: Answer<RecoverAuthority.Reply>
        do {
            do throws(IdentityError) {
                try IdentityFile.seal(key, identity: own, passphrase: secret).create(at: path)
            } catch { throw Failure(error) }
            let session = try Session(options, identity: own, signer: KeySigner(key))
            let request = try Self.request(word, name: name, kid: kid, session)
            answer = try await session.call(RecoverOwner.self, request, RequestScope(object: word.object))
        } catch {
            if (error as? Failure)?.mayHaveWorked != true { places.discard() }
            throw error
        }
        tell(answer, word, cards, owner: kid, output)
        let names = earlier.map(\.text).joined(separator: ", ")
        output.warning("rights are renewed from what these keys signed; check that the authority had them: \(names)")
        output.hint("end the lost key now: coffer staff list, then coffer staff offboard NAME")
        output.hint(
            "on each other device that gives rights: coffer identity follow --quorum \(cards.fingerprint)")
    }

    /// The new authority's first blocks: who the owner is, and all that her role gives.
    private static func request(
        _ word: QuorumWord, name: String, kid: KeyID, _ session: Session
    ) throws(Failure) -> RecoverOwner.Request {
        guard let role = RoleName(VaultCreation.ownerRole) else { throw .usage("no role", why: "role") }
        let (now, signer) = (session.nowSeconds, BlockSigner(signer: word.authority.signer))
        let today = Moment.today(now * 1_000)
        let enrolment = EnrolBlock(
            header: BlockHeader(vault: session.vault, issuer: signer.kid, at: now), person: .random(), kid: kid,
            role: role, nda: CalendarDay(today.description),
            training: CalendarDay(today.adding(days: 365).description), uid: nil)
        let root = CapabilityBlock.root(
            vault: session.vault, authority: signer.kid, audience: kid, role: role, notBefore: now,
            expires: now + CapabilityBlock.rootSeconds)
        return RecoverOwner.Request(
            word: word.request, name: name, enrolment: try signer.seal(enrolment).value,
            root: try signer.seal(root).value)
    }

    // MARK: - Cards and files

    /// A wrong file is found before the broker is asked: its answer is an entry.
    private func givenCards() throws(Failure) -> [HeldSecret] {
        let source = CardSource(files: cardFile)
        var texts: [HeldSecret] = []
        for place in 0..<(source.count ?? 0) { texts.append(try source.card(place, use: .recovery)) }
        return texts
    }

    private func combine(
        _ given: [HeldSecret], _ stored: RecoveryState?, _ vault: VaultID, _ trusted: BrokerKeys, _ output: Output
    ) throws(Failure) -> RecoveryCards {
        guard let stored else {
            throw Failure(
                code: "not-found", why: "cards", message: "this vault has no recovery cards",
                hint: "without them nobody but the authority can say who it is", exitCode: 4)
        }
        var texts = given
        if texts.isEmpty {
            for place in 0..<Int(stored.set.needed) {
                texts.append(try CardSource(files: []).card(place, use: .recovery))
                output.note("\(place + 1)/\(stored.set.needed)")
            }
        }
        do throws(CardReading.Problem) {
            return try RecoveryCards(
                texts, recovery: stored, vault: vault, logKey: trusted.logKey.key,
                incarnation: LogOrigin(trusted.logKey.name)?.incarnation ?? 1)
        } catch { throw Failure(error) }
    }

    private static func identity(of word: QuorumWord, _ owner: Identity) -> Identity {
        Identity(
            kind: .authority, vault: owner.vault, kid: word.authority.kid, name: owner.name, profile: owner.profile,
            broker: word.broker)
    }

    private func create(_ key: QuorumWord.Key, _ identity: Identity, _ output: Output) throws(Failure) {
        let passphrase = Passphrase(
            file: authorityPassphraseFile ?? options.passphrasePath, option: "--authority-passphrase-file",
            output: output)
        let secret = try passphrase.new(for: "the new authority's key")
        do throws(IdentityError) {
            try IdentityFile.seal(key.value, identity: identity, passphrase: secret).create(at: authority)
        } catch { throw Failure(error) }
    }

    private func tell(
        _ answer: Answer<RecoverAuthority.Reply>, _ word: QuorumWord, _ cards: RecoveryCards, owner: KeyID?,
        _ output: Output
    ) {
        var members: [String: JSONValue] = [
            "authority_kid": .string(word.authority.kid.text), "quorum": .string(cards.fingerprint),
        ]
        if let owner { members["owner_kid"] = .string(owner.text) }
        output.answer(answer.members(members)) {
            var list = LabelList()
            list.add("authority", word.authority.kid.text)
            if let owner { list.add("owner", owner.text) }
            list.add("file", authority)
            list.add("quorum", cards.fingerprint)
            return list.rendered(paint: output.paint)
        }
        output.entry(answer.entry)
        output.hint("keep \(authority) away from this machine; the cards go back to their holders")
    }
}

/// A new authority's key, and what the quorum signed about it.
private struct QuorumWord {
    /// Holds the key: it is sealed into its file, and may sign the first blocks.
    final class Key: Sendable {
        let value = Ed25519.SigningKey.generate()
        var kid: KeyID { KeyID(value.publicKey) }
        var signer: any Signer { HeldSigner(key: self) }
    }

    private struct HeldSigner: Signer {
        let key: Key
        var kid: KeyID { key.kid }
        func sign(_ message: [UInt8]) throws(AgentError) -> [UInt8] { key.value.sign(message) }
    }

    let authority = Key()
    let broker: BrokerKeys
    let request: RecoverAuthority.Request
    let object: String

    /// - Parameter trusted: the broker's keys, all but the authority's.
    init(_ cards: RecoveryCards, _ trusted: BrokerKeys, now: Int64) throws(Failure) {
        guard
            let broker = BrokerKeys(
                logKey: trusted.logKey.description, replyKey: trusted.replyKey, tlsPin: trusted.tlsPin,
                authority: authority.kid),
            let word = cards.succession(
                to: authority.kid, logKey: trusted.logKey, replyKey: trusted.replyKey, tlsPin: trusted.tlsPin, at: now)
        else { throw .internal("the broker's keys are none", hint: "coffer identity show") }
        self.broker = broker
        request = RecoverAuthority.Request(block: word.block.value, statement: word.statement.value)
        object = word.block.object
    }
}
