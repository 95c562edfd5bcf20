import AccessLog
import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import Offline
import Policy
import Primitives
import VaultModel
import Wire

struct InitCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a new vault: its folder, the authority's key and the owner's identity.",
        discussion: """
            Three passphrases are asked for: the vault's, which unseals it, the authority's, which signs rights, and \
            the one of your own key. Write the log's key that is printed on paper: it verifies every export.

            Cards are written into a folder, to be printed, given to different persons and deleted: recovery cards open \
            archives after a disaster, cards for unsealing open the vault when nobody knows the passphrase.

            Example: coffer init --dir /srv/coffer --policy policies/takeout.yaml --owner "Chen Wei" --recovery 2/3 \
            --unseal-shares 2/3 --cards /media/stick/cards
            """)

    @Option(help: ArgumentHelp("The policy file.", valueName: "file"), completion: .file(extensions: ["yaml"]))
    var policy: String

    @Option(help: ArgumentHelp("What you are called here; stored encrypted.", valueName: "name"))
    var owner: String

    @OptionGroup var authority: AuthorityOptions

    @Option(
        help: ArgumentHelp("File whose first line is the vault's passphrase, instead of a prompt.", valueName: "file"),
        completion: .file())
    var unsealPassphraseFile: String?

    @Option(help: ArgumentHelp("Recovery cards: how many of how many open archives, e.g. 2/3.", valueName: "k/n"))
    var recovery: String?

    @Option(help: ArgumentHelp("Cards that unseal: how many of how many, e.g. 2/3.", valueName: "k/n"))
    var unsealShares: String?

    @Option(
        help: ArgumentHelp("A new or empty folder for the cards, outside the vault's.", valueName: "dir"),
        completion: .directory)
    var cards: String?

    @Flag(help: "One computer, one owner: one passphrase, asked for once, for the vault and both keys.")
    var solo = false

    @Option(
        help: ArgumentHelp("default, or test: cheap passphrases for trying things out.", valueName: "profile"),
        completion: .list(WireProfile.allCases.map(\.rawValue)))
    var profile = WireProfile.default.rawValue

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let name = try Arguments.personName(owner)
        guard let profile = WireProfile(rawValue: profile) else {
            throw Failure.usage("--profile is default or test", why: "profile")
        }
        if solo, unsealPassphraseFile != nil {
            throw Failure.usage(
                "--solo has one passphrase only", hint: "leave --unseal-passphrase-file out", why: "solo")
        }
        let policy = try PolicyFile.parse(policy, output)
        let folder = try options.folder
        let places = NewIdentities(own: try options.identityPath, authority: try authority.path(options))
        try Self.requireAbsent(
            folder, "there is something at the vault's place already", hint: "name another: --dir DIR")
        Self.clearUnfinished(beside: folder, output)
        try places.requireAbsent()
        let ordered = try CardOrder(recovery: recovery, unsealing: unsealShares, folder: cards, vault: folder)

        let creation: VaultCreation
        do throws(VaultCreation.Failure) {
            creation = try VaultCreation(policy: policy.bytes, profile: profile.rawValue)
        } catch { throw Failure(error) }
        let ownPassphrase = try options.passphrase(output).new(for: solo ? "the vault and your keys" : "your own key")
        let vaultSource = Passphrase(file: unsealPassphraseFile, option: "--unseal-passphrase-file", output: output)
        let vaultPassphrase = solo ? ownPassphrase.clone() : try vaultSource.new(for: "the vault")
        // The same words under salts of their own: three slots, and none helps with another.
        let authorityPassphrase =
            solo
            ? ownPassphrase.clone() : try authority.passphrase(options, output).new(for: "the authority's key")
        let signers = try places.make(
            creation, name: name, profile: profile, own: ownPassphrase, authority: authorityPassphrase)
        let ceremony: CardCeremony?
        do throws(Failure) { ceremony = try ordered?.write(creation) } catch {
            places.discard()
            throw error
        }
        do throws(VaultCreation.Failure) {
            let today = Moment.today(SystemClock().nowMilliseconds())
            let owner = VaultCreation.Owner(
                name: name, kid: signers.own, nda: today.description, training: today.adding(days: 365).description)
            try await creation.write(
                to: folder, owner: owner, passphrase: vaultPassphrase, authority: signers.authority.kid,
                ceremony: ceremony
            ) { try signers.authority.sign($0) }
        } catch {
            places.discard()
            ordered?.folder.discard()
            throw Failure(error)
        }
        answer(creation, signers, profile, ordered, ceremony, output)
    }

    private func answer(
        _ creation: VaultCreation, _ signers: NewIdentities.Keys, _ profile: WireProfile, _ ordered: CardOrder?,
        _ ceremony: CardCeremony?, _ output: Output
    ) {
        let recovery = ceremony?.recoveryKeys(logKey: creation.logKey.key.bytes)
        output.answer([
            "authority_kid": .string(signers.authority.kid.text), "log_key": .string(creation.logKey.description),
            "owner_kid": .string(signers.own.text), "recovery": .string(ordered?.recovery?.description ?? "none"),
            "recovery_fingerprint": .string(recovery?.fingerprint ?? ""),
            "recovery_recipient": .string(recovery?.recipient ?? ""),
            "unseal_shares": .string(ordered?.unsealing?.description ?? "none"),
            "vault_id": .string(creation.vault.description),
        ]) {
            var list = LabelList()
            list.add("vault", creation.vault.description)
            list.add("log key", creation.logKey.description)
            list.add("authority", signers.authority.kid.text)
            list.add("owner", signers.own.text)
            if let recovery {
                list.add("recovery key", recovery.fingerprint)
                list.add("recipient", recovery.recipient)
            }
            return list.rendered(paint: output.paint)
        }
        if profile == .test { output.warning("the test profile is for trying things out: keep no real customer in it") }
        if let ordered {
            ordered.folder.tellWhatNext(output, confirms: ordered.uses)
        } else {
            output.warning("nobody can open this vault without its passphrase: keep it in two places")
        }
        output.hint("write the log key on paper, and keep the authority's key file away from this machine")
        output.hint("start it: cofferd --dir DIR; then: coffer unseal")
    }

    /// Removes what a run that was killed left beside the vault's place, and names what has to stay.
    static func clearUnfinished(beside folder: String, _ output: Output) {
        let (removed, kept) = UnfinishedVault.clear(beside: folder)
        for path in removed { output.note("removed \(path), which an interrupted run had left") }
        for path in kept {
            output.warning("\(path) is a vault without its name: another run is at work there, or was interrupted")
            output.hint("when no other run is at work, remove it: rm -r \(path)")
        }
    }

    static func requireAbsent(_ path: String, _ message: String, hint: String) throws(Failure) {
        guard !Folder.exists(path) else {
            throw Failure(code: "conflict", why: "exists", message: message, hint: hint, exitCode: 7)
        }
    }
}

/// The identity files of a new vault: the owner's own and the authority's.
struct NewIdentities {
    let own: String
    let authority: String

    /// What is needed of the keys once they are in their files.
    struct Keys {
        let own: KeyID
        let authority: KeySigner
    }

    func requireAbsent() throws(Failure) {
        guard own != authority else {
            throw .usage("your identity and the authority need two files", hint: "--authority FILE", why: "authority")
        }
        try InitCommand.requireAbsent(
            own, "there is an identity already; it is not replaced", hint: "name another: --identity FILE")
        try InitCommand.requireAbsent(
            authority, "there is an authority's key already; it is not replaced", hint: "name another: --authority FILE"
        )
    }

    /// Makes both files. A failure leaves none.
    func make(
        _ creation: VaultCreation, name: String, profile: WireProfile, own ownPassphrase: consuming SecretBytes,
        authority authorityPassphrase: consuming SecretBytes
    ) throws(Failure) -> Keys {
        let ownKey = Ed25519.SigningKey.generate()
        let authorityKey = Ed25519.SigningKey.generate()
        let broker = BrokerKeys(
            logKey: creation.logKey.description, replyKey: creation.replyKey, tlsPin: Hex.encode(creation.tlsPin),
            authority: KeyID(authorityKey.publicKey))
        guard let broker else { preconditionFailure("keys just drawn are keys") }
        func identity(_ kind: Identity.Kind, _ kid: KeyID) -> Identity {
            Identity(kind: kind, vault: creation.vault, kid: kid, name: name, profile: profile, broker: broker)
        }
        do throws(IdentityError) {
            let authorityFile = try IdentityFile.seal(
                authorityKey, identity: identity(.authority, KeyID(authorityKey.publicKey)),
                passphrase: authorityPassphrase)
            let ownFile = try IdentityFile.seal(
                ownKey, identity: identity(.person, KeyID(ownKey.publicKey)), passphrase: ownPassphrase)
            try authorityFile.create(at: authority)
            do throws(IdentityError) {
                try ownFile.create(at: own)
            } catch {
                IdentityAccess.discard(authority)
                throw error
            }
        } catch { throw Failure(error) }
        return Keys(own: KeyID(ownKey.publicKey), authority: KeySigner(authorityKey))
    }

    func discard() {
        IdentityAccess.discard(own)
        IdentityAccess.discard(authority)
    }
}

extension Failure {
    init(_ error: VaultCreation.Failure) {
        self =
            switch error {
            case .policy(let mistakes, let line):
                .usage(
                    "the policy has \(mistakes) mistakes, the first in line \(line)", hint: "coffer policy check FILE",
                    why: "policy")
            case .noOwnerRole:
                .usage(
                    "the policy has no role owner, so nobody could ever unseal", hint: "declare one: roles: owner: …",
                    why: "policy")
            case .profile: .usage("--profile is default or test", why: "profile")
            case .exists:
                Failure(
                    code: "conflict", why: "exists", message: "there is something at the vault's place already",
                    hint: "name another: --dir DIR", exitCode: 7)
            case .host(let error): .file(error, "the vault's folder cannot be made", why: "dir")
            case .storage(let message, let hint): .internal(message, hint: hint)
            case .passphrase(let message): .usage(message, why: "passphrase")
            case .certificate: .internal("the vault's certificate cannot be made", hint: "")
            case .signature: .internal("the authority's key did not sign", hint: "")
            }
    }

    static func `internal`(_ message: String, hint: String) -> Failure {
        Failure(code: "internal", why: "internal", message: message, hint: hint, exitCode: 70)
    }
}
