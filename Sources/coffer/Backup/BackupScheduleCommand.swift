import ArgumentParser
import CanonicalJSON
import Console
import Host

struct BackupScheduleCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Print systemd units that carry archives every day, for the operator's account.",
        discussion: """
            Write them to ~/.config/systemd/user/ and enable the timer; `loginctl enable-linger` lets it run while nobody is \
            logged in. The operator's key signs each run: hold it in an ssh-agent of that session, or name its passphrase's \
            file, which then opens what the operator may do, and reads no customer.

            Example: coffer backup schedule > units.txt
            """)

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        var command = "/usr/bin/coffer backup run --dir \(try options.folder) --identity \(try options.identityPath)"
        if let file = options.passphrasePath { command += " --passphrase-file \(file)" }
        guard !command.contains("\n"), !command.contains("%") else {
            throw Failure.usage(
                "a unit cannot name these paths", hint: "use paths without % and line breaks", why: "path")
        }
        let service = """
            # coffer-backup.service
            [Unit]
            Description=Carry archives of the customer vault to their targets

            [Service]
            Type=oneshot
            ExecStart=\(command)

            """
        let timer = """
            # coffer-backup.timer
            [Unit]
            Description=Carry archives of the customer vault every day

            [Timer]
            OnCalendar=daily
            RandomizedDelaySec=1h
            Persistent=true

            [Install]
            WantedBy=timers.target

            """
        output.answer(["service": .string(service), "timer": .string(timer)]) { service + "\n" + timer }
    }
}
