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

            The cards come from files (--card-file, once for each), or are asked for.

            Exit codes: 0 restored, 12 an archive is not what was written, 13 the target cannot be reached, 14 a wrong \
            target, 15 nothing to restore, 17 the cards, 18 a gap.

            Members of --json: vault_id, incarnation, log_key, entry, records, keys, log, customers, erased, removed, \
            kept, quorum.

            Example: coffer backup restore --from /media/stick/coffer --into /srv/coffer
            """)

    @Option(help: ArgumentHelp("A target this device knows, or an address.", valueName: "target"))
    var from: String

    @Option(help: ArgumentHelp("The new vault's folder.", valueName: "dir"), completion: .directory)
    var into: String

    @Option(help: ArgumentHelp("Which vault, where the target has several.", valueName: "id"))
    var vault: String?

    @Option(help: ArgumentHelp("The newest records not after this time, e.g. 2026-11-21T18:00.", valueName: "time"))
    var at: String?

    @Option(help: ArgumentHelp("Whose keys live: owners, all, or key ids.", valueName: "who"))
    var keep: [String] = ["owners"]

    @Flag(help: "Go on although lines of the ledger of erasures are missing: somebody erased may come back.")
    var acceptStaleLedger = false

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
        let moment = try at.map { (text) throws(Failure) -> Int64 in
            guard let moment = Moment.parse(text) else {
                throw .usage("--at is no time", hint: "e.g. 2026-11-21T18:00", why: "at")
            }
            return moment
        }
        try InitCommand.requireAbsent(
            into, "there is something at the new vault's place", hint: "name another: --into DIR")
        let source = try RestoreSource(store(), name: from, vault: vault)
        let cards = try source.cards(CardSource(files: cardFile))
        let restoration = try source.restoration(
            cards, at: moment, acceptsStaleLedger: acceptStaleLedger, output)
        let passphrase = try Passphrase(
            file: unsealPassphraseFile, option: "--unseal-passphrase-file", output: output
        ).new(for: "the restored vault")
        let receipt: VaultRestoration.Receipt
        do throws(VaultRestoration.Failure) {
            receipt = try await restoration.write(to: into, living: living, passphrase: passphrase)
        } catch { throw Failure(error, target: from) }
        answer(receipt, output)
    }

    private func living() throws(Failure) -> VaultRestoration.Living {
        switch keep {
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

    private func store() throws(Failure) -> any ObjectStore {
        do throws(TransferError) {
            if TargetFolder.isName(from), let settings = try? TargetAccess(options).settings(from) {
                return try settings.store()
            }
            return try access.settings(from, id: "").store()
        } catch { throw Failure(.transfer(error), target: from) }
    }

    private func answer(_ receipt: VaultRestoration.Receipt, _ output: Output) {
        output.answer([
            "customers": .count(receipt.customers), "entry": .integer(Int64(receipt.entry)),
            "erased": .count(receipt.erased), "incarnation": .integer(Int64(receipt.incarnation)),
            "keys": .string(Moment.iso(receipt.keys)), "kept": .array(receipt.living.map { .string($0.text) }),
            "log": .string(Moment.iso(receipt.log)), "log_key": .string(receipt.logKey.description),
            "quorum": .string(receipt.quorum), "records": .string(Moment.iso(receipt.records)),
            "removed": .count(receipt.removed), "vault_id": .string(receipt.vault.description),
        ]) {
            var list = LabelList()
            list.add("vault", receipt.vault.description)
            list.add("records of", Moment.local(receipt.records))
            list.add("keys of", Moment.local(receipt.keys))
            list.add("log of", Moment.local(receipt.log))
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
