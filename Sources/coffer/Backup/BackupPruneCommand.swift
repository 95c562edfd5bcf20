import AccessLog
import Archive
import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import Transfer
import VaultModel
import Wire

struct BackupPruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove archives whose time is over.",
        subcommands: [BackupPrunePlanCommand.self, BackupPruneApplyCommand.self])
}

struct BackupPrunePlanCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show which archives are due to go; removes nothing.",
        discussion: """
            What is due follows from the signed manifests and the clock alone. Two full archives, the newest set, the three \
            newest archives of keys, and whatever these need stay in any case.

            Members of --json: targets [{name, due, packs, bytes}].

            Example: coffer backup prune plan
            """)

    @Option(name: .customLong("target"), help: ArgumentHelp("Only this target; may be repeated.", valueName: "name"))
    var targets: [String] = []

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let plans = try PlannedRemoval.all(options, targets)
        output.answer(["targets": .array(plans.map(\.value))]) {
            plans.map { plan in
                "\(plan.target.name)  \(plan.plan.due.count) archives, \(ByteCount.text(plan.plan.bytes)) are due\n"
            }.joined()
        }
    }
}

struct BackupPruneApplyCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Mark what is due; remove what was marked a week ago.",
        discussion: """
            Two steps, at least seven days apart, so that somebody can notice: the first run marks, a later one removes what \
            was marked and is still due. Needs the owner's right and credentials that may remove. The manifest goes first: \
            a removal that was interrupted leaves packs that nobody refers to.

            Members of --json: targets [{name, due, packs, bytes}], marked, removed, entry.

            Example: coffer backup prune apply
            """)

    @Option(name: .customLong("target"), help: ArgumentHelp("Only this target; may be repeated.", valueName: "name"))
    var targets: [String] = []

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let plans = try PlannedRemoval.all(options, targets)
        // The log says so before anything is gone.
        let noted = try await session.call(
            NoteBackup.self, .prune, RequestScope(act: .backupPrune))
        var (marked, removed) = (0, 0)
        for plan in plans {
            do throws(TransferError) {
                let done = try plan.apply(now: SystemClock().nowMilliseconds())
                (marked, removed) = (marked + done.marked, removed + done.removed)
            } catch { throw Failure(.transfer(error), target: plan.target.name) }
        }
        output.answer(
            noted.members([
                "marked": .count(marked), "removed": .count(removed), "targets": .array(plans.map(\.value)),
            ])
        ) { "\(marked) marked, \(removed) removed\n" }
        output.entry(noted.entry)
    }
}

/// What is due on one target.
struct PlannedRemoval {
    let target: BackupTarget
    let catalog: ArchiveCatalog
    let plan: PrunePlan

    static func all(_ options: GlobalOptions, _ targets: [String]) throws -> [PlannedRemoval] {
        let found = try TargetCatalogs(options, targets)
        return try found.catalogs.map { target, catalog in
            do throws(ArchiveError) {
                let plan = try PrunePlan(catalog, now: SystemClock().nowMilliseconds())
                return PlannedRemoval(target: target, catalog: catalog, plan: plan)
            } catch {
                throw Failure(
                    code: "backup", why: "gap", message: "\(target.name): an archive lacks the full one it adds to",
                    hint: "nothing is removed from a target that is not whole; see coffer backup list", exitCode: 18)
            }
        }
    }

    var value: JSONValue {
        [
            "bytes": .integer(plan.bytes), "due": .count(plan.due.count), "name": .string(target.name),
            "packs": .count(plan.packs.count),
        ]
    }

    /// Marks what has no mark; removes what was marked long enough ago, and its packs once nothing else needs them.
    func apply(now: Int64) throws(TransferError) -> (marked: Int, removed: Int) {
        var marked = 0
        var gone: [SignedManifest] = []
        // Changes before what they add to, so that an interruption leaves nothing torn.
        for manifest in plan.due.reversed() {
            let isNeeded = catalog.manifests.contains { $0.manifest.base == manifest.hash && !gone.contains($0) }
            let mark = catalog.names.mark(of: manifest.name)
            do throws(TransferError) {
                let since = try Self.time(in: target.store.read(mark, limit: 1_024))
                // Whoever can write can plant a mark: the week begins when the archive's time is over, at the earliest.
                guard let since, !isNeeded,
                    now - max(since, manifest.manifest.retainUntil) >= PrunePlan.waitMilliseconds
                else { continue }
            } catch {
                guard case .notFound = error else { throw error }
                let value: JSONValue = ["since": .integer(now)]
                try target.store.write(mark, value.encode(), retainUntilSeconds: nil)
                marked += 1
                continue
            }
            try target.store.remove(manifest.name)
            try target.store.remove(mark)
            gone.append(manifest)
        }
        let kept = Set(catalog.manifests.filter { !gone.contains($0) }.flatMap(\.manifest.objects))
        for pack in Set(gone.flatMap(\.manifest.objects)).subtracting(kept) {
            do throws(TransferError) { try target.store.remove(catalog.names.pack(pack.name)) } catch {
                guard case .notFound = error else { throw error }
            }
        }
        return (marked, gone.count)
    }

    private static func time(in mark: [UInt8]) -> Int64? {
        guard var members = try? JSONMembers(parsing: mark, limits: .signed) else { return nil }
        return try? members.integer("since")
    }
}
