import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host

struct BackupScheduleCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Print systemd units that carry archives every day and hold a drill every week, with nobody there.",
        discussion: """
            Run it as the account that is to carry archives, with the paths it uses: the units name this account's targets. \
            Write them into a folder with --out, and root puts them into /etc/systemd/system and enables the timers. The \
            passphrase and the drill key are files of root's (mode 0600); systemd hands them to the service alone. The identity \
            needs no more than the rights backup: [run, drill], as the role backup-machine of the policies that come along.

            Without --drill-key there is no unit for drills: those with the cards need people.

            Members of --json: units [{name, text}], out (the folder they were written to, or empty).

            Example: coffer backup schedule --passphrase-file /etc/coffer/backup.passphrase --drill-key /etc/coffer/drill.key
            """)

    @Option(help: ArgumentHelp("The drill key's file: print units for a weekly drill too.", valueName: "file"))
    var drillKey: String?

    @Option(
        help: ArgumentHelp("The account that the services run as. Default: the one that runs this.", valueName: "name"))
    var user: String?

    @Option(
        help: ArgumentHelp("Write the units into this folder; what is there is not overwritten.", valueName: "dir"),
        completion: .directory)
    var out: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let units = try units()
        if let path = units.unfit {
            throw Failure.usage(
                "a unit cannot name \(path.isEmpty ? "an empty path" : TerminalText.safe(path))",
                hint: "whole paths from /, without .., spaces, quotes and the signs \\ $ % ; #", why: "path")
        }
        let all = units.all
        if let out {
            for unit in all {
                let place = FilePaths.join(out, unit.name)
                try InitCommand.requireAbsent(place, "there is such a unit already", hint: "another folder: --out")
            }
            for unit in all {
                do throws(HostError) {
                    try DurableFile.create(FilePaths.join(out, unit.name), with: Array(unit.text.utf8), mode: 0o644)
                } catch { throw Failure.file(error, "the units cannot be written", why: "out") }
            }
        }
        output.answer([
            "out": .string(out ?? ""),
            "units": .array(all.map { ["name": .string($0.name), "text": .string($0.text)] }),
        ]) {
            guard out == nil else { return all.map { $0.name + "\n" }.joined() }
            return all.map { "# \($0.name)\n\($0.text)" }.joined(separator: "\n")
        }
        if drillKey == nil {
            output.hint("no drills: name the drill key that coffer backup drill-key new has made, with --drill-key")
        }
    }

    private func units() throws -> BackupUnits {
        guard let passphrase = options.passphrasePath else {
            throw Failure.usage(
                "nobody is there to type the identity's passphrase", hint: "name its file: --passphrase-file",
                why: "passphrase-file")
        }
        let access = try TargetAccess(options)
        let targets: [String]
        do throws(TargetFolder.Problem) { targets = try access.folder.names().sorted() } catch { throw Failure(error) }
        let settings = try targets.map { try access.settings($0) }
        let identity = FilePaths.whole(try options.identityPath)
        var variables: [String: String] = [:]
        for name in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
            // What is not absolute is passed over by every command.
            variables[name] = Environment.value(name).flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        let paths = try options.paths
        return BackupUnits(
            user: user ?? Account.name, variables: variables, folder: FilePaths.whole(try options.folder),
            identity: identity, passphrase: FilePaths.whole(passphrase), drillKey: drillKey.map(FilePaths.whole),
            own: [FilePaths.folder(of: identity), paths.configuration, paths.state],
            targetFolders: settings.map(\.address).filter { !$0.contains("://") },
            credentials: settings.map(\.credentials).filter { !$0.isEmpty }, targets: targets)
    }
}
