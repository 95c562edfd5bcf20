import ArgumentParser

struct WitnessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Let somebody else's machine vouch that the access log never went back.",
        discussion: """
            A witness signs the checkpoints it is shown, each only if it continues the last one. It sees the log's size \
            and root and nothing else. `serve` and `key` are for the machine of the witness, which needs no vault; the \
            others are for the shop whose log is witnessed.
            """,
        subcommands: [
            WitnessServeCommand.self, WitnessKeyCommand.self, WitnessAddCommand.self, WitnessRemoveCommand.self,
            WitnessListCommand.self, WitnessCheckCommand.self,
        ])
}
