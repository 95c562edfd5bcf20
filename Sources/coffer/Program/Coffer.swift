import ArgumentParser

/// The root of the commands.
struct Coffer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coffer",
        abstract: "An encrypted customer vault for shops.",
        discussion: """
            Every read is checked against the policy and written into a tamper-evident log before a value is shown. \
            Values are masked unless they are asked for in full and the role may see them.

            Data goes to standard output, everything else to standard error. Exit codes: 0 ok, 1 a check failed, \
            2 usage or malformed input, 3 denied, 4 not found, 5 sealed or unavailable, 6 integrity failure, \
            7 conflict, 8 rate limited, 10 to 18 archives (see coffer backup), 70 internal error.

            Example: coffer find --last4 4567 --purpose order
            """,
        version: CofferVersion.text,
        subcommands: [],
        groupedSubcommands: [
            CommandGroup(
                name: "Customers",
                subcommands: [
                    FindCommand.self, CustomerCommand.self, OrderCommand.self, RecordCommand.self, RequestCommand.self,
                    SubjectCommand.self, ImportCommand.self,
                ]),
            CommandGroup(
                name: "Vault",
                subcommands: [
                    InitCommand.self, StatusCommand.self, UnsealCommand.self, SealCommand.self, KeysCommand.self,
                    ScrubCommand.self, BackupCommand.self, DoctorCommand.self,
                ]),
            CommandGroup(
                name: "Staff",
                subcommands: [StaffCommand.self, GrantCommand.self, DueCommand.self, EnrollCommand.self]),
            CommandGroup(
                name: "Log and policy",
                subcommands: [LogCommand.self, WitnessCommand.self, PolicyCommand.self]),
            CommandGroup(
                name: "This device",
                subcommands: [
                    IdentityCommand.self, UnlockCommand.self, LockCommand.self, CompletionsCommand.self,
                ]),
        ])

    /// Commands whose first argument names another command.
    static let groups: Set<String> = [
        "customer", "keys", "order", "record", "request", "subject", "staff", "grant", "log", "witness", "policy",
        "identity", "backup",
    ]
}

enum CofferVersion {
    static let text = "0.1.0"
}
