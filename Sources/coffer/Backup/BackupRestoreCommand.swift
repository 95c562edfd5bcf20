import AccessLog
import Archive
import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import Offline
import Primitives
import Transfer
import VaultModel
import Wire

struct BackupRestoreCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a lost vault together again from a target and recovery cards.",
        discussion: """
            Makes a new folder; nothing that is there is touched. The newest keys and the newest log are taken with the \
            records of the moment you name, so that nobody who was erased or locked out since comes back. All keys of the \
            vault itself are new. Whoever is not kept (--keep) has to be invited again: the log may not know yet who left \
            last.

            Records, keys and log come from the first target named. Whoever was erased is kept out by the ledgers of all \
            targets named and of all others that this device knows: one that cannot be reached is warned of.

            Where vault.db alone is lost, name the old folder with --live: log and keys are taken from there once they \
            verify, so that no entry is lost, and everybody goes on whom the log knows (--keep all). Nothing is written \
            into that folder; its passphrase is asked for besides the new one.

            The cards come from files (--card-file, once for each), or are asked for.

            Exit codes: 0 restored, 3 the old folder's passphrase is wrong, 4 it lacks a file, 6 it does not verify, 7 a \
            broker serves it or something is at the new place, 12 an archive is not what was written, 13 the target \
            cannot be reached, 14 a wrong target, 15 nothing to restore, 17 the cards, 18 a gap, \
            130 interrupted.

            Members of --json: vault_id, incarnation, log_key, entry, live, records, keys, log, customers, erased, removed, \
            kept, quorum.

            Example: coffer backup restore --from /media/stick/coffer --into /srv/coffer
            Example: coffer backup restore --from stick --into /srv/coffer --live /srv/coffer.old
            """)

    @Option(
        help: ArgumentHelp(
            "A target this device knows, or an address; further ones give their ledgers of erasures.",
            valueName: "target"))
    var from: [String]

    @Option(help: ArgumentHelp("The new vault's folder.", valueName: "dir"), completion: .directory)
    var into: String

    @Option(help: ArgumentHelp("Which vault, where the target has several.", valueName: "id"))
    var vault: String?

    @Option(help: ArgumentHelp("The newest records not after this time, e.g. 2026-11-21T18:00.", valueName: "time"))
    var at: String?

    @Option(
        help: ArgumentHelp(
            "Whose keys live: owners, all, or key ids. Default: owners; with --live, all.", valueName: "who"))
    var keep: [String] = []

    @Option(
        help: ArgumentHelp(
            "The old folder, where only vault.db is lost: log and keys are taken from there.", valueName: "dir"),
        completion: .directory)
    var live: String?

    @Option(
        help: ArgumentHelp(
            "With --live: file whose first line is the old folder's passphrase, instead of a prompt.",
            valueName: "file"), completion: .file())
    var livePassphraseFile: String?

    @Option(
        help: ArgumentHelp(
            "With --live: the file of a policy that came into force after the archive; once for each.",
            valueName: "file"), completion: .file())
    var policy: [String] = []

    @Flag(help: "Go on although lines of the ledger of erasures are missing: somebody erased may come back.")
    var acceptStaleLedger = false

    @Flag(help: "Go on although another target has archives of a later life of this vault.")
    var acceptOlderLife = false

    @Option(help: ArgumentHelp("A recovery card's file; once for each card.", valueName: "file"), completion: .file())
    var cardFile: [String] = []

    @Option(
        help: ArgumentHelp(
            "File whose first line is the new vault's passphrase, instead of a prompt.", valueName: "file"),
        completion: .file())
    var unsealPassphraseFile: String?

    @OptionGroup var access: TargetOptions
    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let living = try self.living()
        let moment = try RestoreSource.moment(at)
        try InitCommand.requireAbsent(
            into, "there is something at the new vault's place", hint: "name another: --into DIR")
        InitCommand.clearUnfinished(beside: into, output)
        // Held until the new vault is there, so that nobody starts a broker on what is being copied.
        let old = try openLive()
        let policies = try readPolicies()
        guard let first = from.first else { throw Failure.usage("--from names no target", why: "from") }
        var source = try RestoreSource(access.store(first, options), name: first, vault: vault)
        for name in from.dropFirst() { try source.addLedgers(access.store(name, options), name: name) }
        source.acceptsOlderLife = acceptOlderLife
        addKnownLedgers(to: &source, output)
        let unsealed = try unseal(old, source.vault, output)
        let cards = try source.cards(CardSource(files: cardFile))
        let restoration = try source.restoration(
            cards, at: moment, acceptsStaleLedger: acceptStaleLedger, isLive: live != nil, output)
        let passphrase = try Passphrase(
            file: unsealPassphraseFile, option: "--unseal-passphrase-file", output: output
        ).new(for: "the restored vault")
        Interrupt.watch()
        defer { Interrupt.unwatch() }
        let receipt: VaultRestoration.Receipt
        do throws(VaultRestoration.Failure) {
            receipt = try await restoration.write(
                to: into, living: living, passphrase: passphrase, live: unsealed, policies: policies,
                stop: { guard !Interrupt.happened else { throw Failure.interrupted } })
        } catch { throw Failure(error, target: first) }
        answer(receipt, output)
    }

    private func openLive() throws(Failure) -> LiveVault? {
        guard let live else {
            guard livePassphraseFile == nil, policy.isEmpty else {
                throw .usage(
                    "these options are for a vault whose log is still there", hint: "name its folder: --live DIR",
                    why: "live")
            }
            return nil
        }
        do throws(LiveVault.Problem) { return try LiveVault(live) } catch { throw Failure(error) }
    }

    private func unseal(
        _ old: LiveVault?, _ vault: VaultID, _ output: Output
    ) throws(Failure) -> LiveVault.Unsealed? {
        guard let old else { return nil }
        let passphrase = try Passphrase(
            file: livePassphraseFile, option: "--live-passphrase-file", output: output
        ).existing(of: "the old folder's vault")
        let seen = Session.rememberedNote(options, of: vault)
        do throws(LiveVault.Problem) {
            let unsealed = try old.unseal(passphrase, vault: vault, remembered: seen)
            // A device that has followed a restore knows that the vault went on elsewhere, whatever the target has.
            if let path = try? options.identityPath, let identity = try? IdentityFile.read(path).identity,
                identity.vault == vault, let known = LogOrigin(identity.broker.logKey.name)?.incarnation
            {
                guard known <= unsealed.incarnation else { throw .earlierLife }
            }
            return unsealed
        } catch { throw Failure(error) }
    }

    private func readPolicies() throws(Failure) -> [[UInt8]] {
        try policy.map { (path) throws(Failure) in
            do throws(HostError) { return try DurableFile.read(path, limit: 1 << 20) } catch {
                throw .file(error, "a policy cannot be read", why: "policy")
            }
        }
    }

    private func living() throws(Failure) -> VaultRestoration.Living {
        switch keep {
        // The log of an old folder knows everybody who left; an archived one may not.
        case []: return live == nil ? .owners : .everybody
        case ["owners"]: return .owners
        case ["all"]: return .everybody
        default:
            return .keys(
                try keep.map { (text) throws(Failure) in
                    guard let key = KeyID(text) else {
                        throw .usage(
                            "--keep is owners, all or key ids", hint: "coffer staff list shows them", why: "keep")
                    }
                    return key
                })
        }
    }

    /// The other targets of this device may know of erasures that the first has never heard of.
    private func addKnownLedgers(to source: inout RestoreSource, _ output: Output) {
        guard let known = try? TargetAccess(options), let names = try? known.folder.names() else { return }
        for name in names where !from.contains(name) {
            do throws(Failure) {
                let target = try known.open(name)
                try source.addLedgers(target.store, name: name, isNamed: false)
            } catch { RestoreSource.warnUnread(error, output) }
        }
    }

    private func answer(_ receipt: VaultRestoration.Receipt, _ output: Output) {
        output.answer([
            "customers": .count(receipt.customers), "entry": .integer(Int64(receipt.entry)),
            "erased": .count(receipt.erased), "incarnation": .integer(Int64(receipt.incarnation)),
            "keys": .string(Moment.iso(receipt.keys)), "kept": .array(receipt.living.map { .string($0.text) }),
            "live": .bool(receipt.isLive), "log": .string(Moment.iso(receipt.log)),
            "log_key": .string(receipt.logKey.description),
            "quorum": .string(receipt.quorum), "records": .string(Moment.iso(receipt.records)),
            "removed": .count(receipt.removed), "vault_id": .string(receipt.vault.description),
        ]) {
            var list = LabelList()
            list.add("vault", receipt.vault.description)
            list.add("records of", Moment.local(receipt.records))
            if receipt.isLive {
                list.add("log and keys", "of the old folder: all \(receipt.entry) entries, none is lost")
            } else {
                list.add("keys of", Moment.local(receipt.keys))
                list.add("log of", Moment.local(receipt.log))
            }
            list.add("customers", String(receipt.customers))
            list.add("kept out", "\(receipt.erased) erased, \(receipt.removed) records of theirs removed")
            list.add("quorum", receipt.quorum)
            list.add("log key", receipt.logKey.description)
            list.add("entry", String(receipt.entry))
            return list.rendered(paint: output.paint)
        }
        output.hint("start it: cofferd --dir \(into) --rebuild-index; then: coffer unseal")
        output.hint(
            "old unsealing cards and host keys open nothing; make new ones: coffer keys reshare, coffer keys slots add")
        output.hint("a drill key did not come back; an owner names one again: coffer backup drill-key set AGE1…")
        output.hint("each device that goes on: coffer identity follow --quorum \(receipt.quorum)")
    }
}
