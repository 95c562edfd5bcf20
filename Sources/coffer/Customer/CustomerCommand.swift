import ArgumentParser

struct CustomerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "customer",
        abstract: "Add, show, change and check customers.",
        subcommands: [
            CustomerAddCommand.self, CustomerShowCommand.self, CustomerUpdateCommand.self, CustomerMatchCommand.self,
            CustomerVerifyCommand.self,
        ])
}

/// Where the values of a customer's fields come from.
struct FieldOptions: ParsableArguments {
    @Option(
        name: .customLong("field"),
        help: ArgumentHelp(
            "A field and its value; repeat it for more, and for several values of one field. name=- reads the value "
                + "from standard input.", valueName: "name=value"))
    var fields: [String] = []

    @Option(
        help: ArgumentHelp(
            "File with lines name=value, or - for standard input. Unlike --field it shows no value in the process "
                + "list, which other users of this machine can read.", valueName: "file"),
        completion: .file())
    var fieldsFile: String?
}
