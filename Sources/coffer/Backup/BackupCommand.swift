import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import VaultModel
import Wire

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Archives off this machine: made and checked by somebody who cannot read them.",
        subcommands: [
            BackupRunCommand.self, BackupStatusCommand.self, BackupListCommand.self, BackupCheckCommand.self,
            BackupTargetsCommand.self, BackupRestoreCommand.self, BackupPickCommand.self, BackupDrillCommand.self,
            DrillKeyCommand.self, BackupPruneCommand.self, BackupScheduleCommand.self,
        ])
}

struct BackupStatusCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract:
            "How much could be brought back, when that was last shown, and what the broker is doing about archives.",
        discussion: """
            T3 is a drill with the drill key, T4 one with the recovery cards: coffer backup drill.

            Members of --json: state, set, phase, part, done, total, problem, last_set, last_made, last_stored, t3, \
            t3_took_ms, t4, t4_took_ms (the last drill of each tier that passed), rpo_s (age of the newest archive that \
            arrived; absent for none), rto_ms (what the last T4, or else T3, took; absent for none), drill_key (empty for none), warnings[].

            Example: coffer backup status
            """)

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let reply = try await session.call(BackupStatus.self, .init(), RequestScope(act: .backupList))
        let status = reply.message
        let archives = status.archives
        let now = SystemClock().nowMilliseconds()
        let restorable = Restorability(state: archives, now: now)
        func time(_ milliseconds: Int64) -> JSONValue { .string(milliseconds == 0 ? "" : Moment.iso(milliseconds)) }
        output.answer(
            reply.members(
                restorable.members.merging([
                    "done": .integer(status.done), "drill_key": .string(status.drillKey),
                    "last_made": time(archives.made), "last_set": .string(status.lastSet),
                    "last_stored": time(archives.stored), "part": .string(status.part), "phase": .string(status.phase),
                    "problem": .string(status.problem), "set": .string(status.set), "state": .string(status.state),
                    "total": .integer(status.total), "warnings": .strings(status.warnings),
                ]) { first, _ in first })
        ) {
            var list = LabelList()
            list.add("last archive", archives.made == 0 ? "none yet" : Moment.local(archives.made))
            if archives.stored != 0 { list.add("arrived", Moment.local(archives.stored)) }
            restorable.add(to: &list)
            list.add("drill key", status.drillKey.isEmpty ? "none" : status.drillKey)
            switch status.state {
            case "running": list.add("now", "\(status.phase), \(status.part)")
            case "ready": list.add("now", "set \(status.set) waits to be carried away: coffer backup run")
            case "failed": list.add("last run", "failed: \(status.problem)")
            default: break
            }
            return list.rendered(paint: output.paint)
        }
        if !output.isJSON { status.warnings.forEach { output.warning(TerminalText.safe($0)) } }
    }
}
