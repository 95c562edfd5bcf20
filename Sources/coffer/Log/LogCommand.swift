import ArgumentParser

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Read, export and verify the access log.",
        discussion: "Reading the log is itself an entry. `log verify` needs no broker.",
        subcommands: [
            LogTailCommand.self, LogShowCommand.self, LogExportCommand.self, LogVerifyCommand.self,
            LogPurgeCommand.self, LogHoldCommand.self,
            LogReportCommand.self,
            LogWhoReadCommand.self, LogReplayCommand.self,
        ])
}
