import Archive
import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import VaultModel
import Wire

struct BackupRunCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Make archives of vault, keys and log, and carry them to the targets.",
        discussion: """
            The broker seals everything to the recovery cards before it leaves; this command carries what it cannot read. \
            Only pages that have changed since the last full archive are taken, where every target has that. A run that \
            was interrupted goes on where it was.

            At the end it tells the broker when the oldest archive of keys was made that any target of this device still \
            has, of every life of the vault. Once that is after an erasure, the erasure's receipt says so.

            Exit codes: 0 all targets have it, 10 some have not, 11 a run is under way, 12 a target altered something, \
            13 none could be reached, 14 a wrong target, 16 a wrong clock.

            Members of --json: set, full, bytes, targets [{name, state, message}], keys_since (when \
            the oldest archive of keys was made; empty where not all targets could be asked), entry.

            Example: coffer backup run
            """)

    @Option(name: .customLong("target"), help: ArgumentHelp("Only this target; may be repeated.", valueName: "name"))
    var targets: [String] = []

    @Flag(help: "Archive everything, not only what has changed.")
    var full = false

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let access = try TargetAccess(options)
        let names = try access.names(targets)
        let session = try await Session.open(options, output)
        let carriage = try BackupCarriage(session, access, names, output)
        let result = try await carriage.run(full: full)
        let report = await KeysReport.send(
            session, access, RequestScope(act: .backupRun), isKnown: result.outcomes.allSatisfy { $0.failure == nil },
            output)
        output.answer(
            result.stored.members([
                "bytes": .integer(result.manifests.reduce(0) { $0 + $1.manifest.storedBytes }),
                "keys_since": report.value,
                "full": .bool(result.manifests.contains { $0.manifest.part == .vault && $0.manifest.isFull }),
                "set": .string(result.set),
                "targets": .array(
                    result.outcomes.map { outcome in
                        [
                            "message": .string(outcome.failure?.message ?? ""), "name": .string(outcome.name),
                            "state": .string(outcome.failure == nil ? "stored" : "failed"),
                        ]
                    }),
            ])
        ) { result.text }
        output.entry(result.stored.entry)
        try result.finish(output)
    }
}
