import ArgumentParser
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Archives off this machine: made and checked by somebody who cannot read them.",
        subcommands: [
            BackupRunCommand.self, BackupStatusCommand.self, BackupListCommand.self, BackupCheckCommand.self,
            BackupTargetsCommand.self, BackupRestoreCommand.self, BackupPickCommand.self, BackupDrillCommand.self,
            BackupPruneCommand.self,
            BackupScheduleCommand.self,
        ])
}

struct BackupStatusCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "When archives last arrived somewhere, and what the broker is doing about them.",
        discussion: """
            Members of --json: state, set, phase, part, done, total, problem, last_set, last_made, last_stored, last_drill, \
            drill_took_ms.

            Example: coffer backup status
            """)

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let reply = try await session.call(BackupStatus.self, .init(), RequestScope(act: .backupList))
        let status = reply.message
        func time(_ milliseconds: Int64) -> JSONValue { .string(milliseconds == 0 ? "" : Moment.iso(milliseconds)) }
        output.answer(
            reply.members([
                "done": .integer(status.done), "drill_took_ms": .integer(status.drillTook),
                "last_drill": time(status.lastDrill), "last_made": time(status.lastMade),
                "last_set": .string(status.lastSet),
                "last_stored": time(status.lastStored), "part": .string(status.part), "phase": .string(status.phase),
                "problem": .string(status.problem), "set": .string(status.set), "state": .string(status.state),
                "total": .integer(status.total),
            ])
        ) {
            var list = LabelList()
            list.add("last archive", status.lastMade == 0 ? "none yet" : Moment.local(status.lastMade))
            if status.lastStored != 0 { list.add("arrived", Moment.local(status.lastStored)) }
            list.add(
                "last drill",
                status.lastDrill == 0
                    ? "never brought back" : "\(Moment.local(status.lastDrill)), in \(status.drillTook / 1_000) s")
            switch status.state {
            case "running": list.add("now", "\(status.phase), \(status.part)")
            case "ready": list.add("now", "set \(status.set) waits to be carried away: coffer backup run")
            case "failed": list.add("last run", "failed: \(status.problem)")
            default: break
            }
            return list.rendered(paint: output.paint)
        }
    }
}
