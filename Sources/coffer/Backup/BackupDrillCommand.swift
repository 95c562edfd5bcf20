import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import Offline
import Primitives
import VaultModel
import Wire

struct BackupDrillCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill",
        abstract: "Bring the newest archive back somewhere else, check it, time it, and throw it away.",
        discussion: """
            Does everything a restore does, with the recovery cards, in a folder that is removed at the end: pages against \
            their root, every key, the seals of some records, the log's own signature. The broker notes that it passed, and \
            how long it took. The copy is as secret as the vault: choose a disk of this machine (--scratch).

            Members of --json: set, records, rpo_s, took_ms, customers, sampled, erased, entry.

            Example: coffer backup drill --from stick
            """)

    @Option(help: ArgumentHelp("A target this device knows.", valueName: "name"))
    var from: String

    @Option(help: ArgumentHelp("A recovery card's file; once for each card.", valueName: "file"), completion: .file())
    var cardFile: [String] = []

    @Option(help: ArgumentHelp("Where the copy lies for a while. Default: /var/tmp.", valueName: "dir"))
    var scratch = "/var/tmp"

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let target = try TargetAccess(options).open(from)
        let source = try RestoreSource(target.store, name: from, vault: session.vault.description)
        let cards = try source.cards(CardSource(files: cardFile))
        let restoration = try source.restoration(cards, at: nil, output)
        for path in UnfinishedVault.clearDrills(in: scratch) {
            output.note("removed \(path), which an interrupted drill had left")
        }
        let folder = FilePaths.join(scratch, UnfinishedVault.drillPrefix + Hex.encode(Random.bytes(8)))
        defer { Folder.removeAll(folder) }
        let start = SystemClock().nowMilliseconds()
        let receipt: VaultRestoration.Receipt
        do throws(VaultRestoration.Failure) {
            // Nobody will open the copy: its passphrase is drawn and forgotten.
            receipt = try await restoration.write(
                to: folder, living: .owners, passphrase: SecretBytes(copying: Array(Hex.encode(Random.bytes(16)).utf8)))
        } catch {
            _ = try? await session.call(
                NoteBackup.self, .init(event: .drill, set: restoration.set, took: 0, passed: false))
            throw Failure(error, target: from)
        }
        let took = max(0, SystemClock().nowMilliseconds() - start)
        Folder.removeAll(folder)
        let noted = try await session.call(
            NoteBackup.self, .init(event: .drill, set: restoration.set, took: took, passed: true))
        let age = max(0, start - receipt.records) / 1_000
        output.answer(
            noted.members([
                "customers": .count(receipt.customers), "erased": .count(receipt.erased),
                "records": .string(Moment.iso(receipt.records)), "rpo_s": .integer(age),
                "sampled": .count(receipt.sampled), "set": .string(restoration.set), "took_ms": .integer(took),
            ])
        ) {
            var list = LabelList()
            list.add("result", "brought back and thrown away", ink: .good)
            list.add("records of", Moment.local(receipt.records))
            list.add("customers", "\(receipt.customers), \(receipt.sampled) records checked")
            list.add("lost, today", "what came in the last \(age / 60) minutes")
            list.add("took", "\(took / 1_000).\(took % 1_000 / 100) s")
            return list.rendered(paint: output.paint)
        }
        output.entry(noted.entry)
    }
}
