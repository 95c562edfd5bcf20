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
            newest archives of keys, and whatever these need stay in any case. Of the vault's lives before it was restored \
            nothing stays beyond its date once the present one has as much. Packs that belong to no archive are due too.

            Members of --json: targets [{name, due, orphans, packs, bytes}].

            Example: coffer backup prune plan
            """)

    @Option(name: .customLong("target"), help: ArgumentHelp("Only this target; may be repeated.", valueName: "name"))
    var targets: [String] = []

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let plans = try PlannedRemoval.all(options, targets)
        output.answer(["targets": .array(plans.map(\.value))]) {
            plans.map(\.text).joined()
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
            a removal that was interrupted leaves packs that belong to no archive. These are marked and removed likewise, \
            and what was uploaded in part is removed, but only while no set is on its way.

            At the end it tells the broker what archives of keys are left, as coffer backup run does.

            Members of --json: targets [{name, due, orphans, packs, bytes}], marked, removed, removed_packs, keys_since (when \
            the oldest archive of keys was made; empty where not all targets could be asked), entry.

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
        let isQuiet = try await isQuiet(session)
        if !isQuiet { output.note("a set is on its way: packs that belong to no archive are left alone for now") }
        var done = PlannedRemoval.Done()
        for plan in plans {
            do throws(TransferError) {
                try plan.apply(now: SystemClock().nowMilliseconds(), withOrphans: isQuiet, &done)
            } catch { throw Failure(.transfer(error), target: plan.target.name) }
        }
        let report = await KeysReport.send(session, try TargetAccess(options), RequestScope(act: .backupPrune), output)
        output.answer(
            noted.members([
                "keys_since": report.value,
                "marked": .count(done.marked), "removed": .count(done.removed),
                "removed_packs": .count(done.removedPacks), "targets": .array(plans.map(\.value)),
            ])
        ) { "\(done.marked) marked, \(done.removed) archives and \(done.removedPacks) packs without one removed\n" }
        output.entry(noted.entry)
    }

    /// Whether nobody can be carrying a set just now: its packs are on the targets before the archives they belong to.
    private func isQuiet(_ session: Session) async throws -> Bool {
        let status = try await session.call(BackupStatus.self, .init(), RequestScope(act: .backupList)).message
        switch status.state {
        case "running": return false
        // One that has arrived somewhere goes on to the others for a day at the most.
        case "ready":
            return status.set == status.lastSet
                && SystemClock().nowMilliseconds() - status.archives.made > 2 * BackupCarriage.oldestMilliseconds
        default: return true
        }
    }
}
