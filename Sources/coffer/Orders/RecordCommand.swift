import ArgumentParser
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Records in a customer's file: orders, feedback, visits, whatever the policy names.",
        subcommands: [RecordAddCommand.self, RecordShowCommand.self])
}

struct RecordAddCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a record to a customer's file and print its id.",
        discussion: """
            Example: coffer record add preference --customer C-7K3M-9QXD --field subject=taste \
            --field noted_on=2026-11-21 --field note="no coriander" --purpose order
            """)

    @Argument(help: ArgumentHelp("The record kind, as the policy names it.", valueName: "kind"))
    var kind: String

    @Option(help: ArgumentHelp("The customer's number.", valueName: "number"))
    var customer: String

    @OptionGroup var values: FieldOptions

    @Option(help: ArgumentHelp("What for, as the policy names it.", valueName: "purpose"))
    var purpose: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let fields = try RecordFields(values, record: kind, isEmptyRemoval: false)
        let scope = RequestScope(
            fields: fields.names, purpose: try Arguments.purpose(purpose).text,
            customers: [try Arguments.customer(customer)])
        let session = try await Session.open(options, output)
        output.added(try await session.call(AddRecord.self, .init(kind: kind, fields: fields.values), scope))
    }
}

struct RecordShowCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show fields of one record or several of one kind.",
        discussion: """
            Fields are named with the record kind. Example: coffer record show o_… \
            --fields order.number,order.amount --purpose support
            """)

    @Argument(help: ArgumentHelp("Ids of records.", valueName: "id"))
    var ids: [String]

    @Option(help: ArgumentHelp("Fields separated by commas, e.g. order.number.", valueName: "fields"))
    var fields: String

    @Option(help: ArgumentHelp("What for, as the policy names it.", valueName: "purpose"))
    var purpose: String

    @Option(help: ArgumentHelp("full or masked.", valueName: "form"), completion: .list(["full", "masked"]))
    var form: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        var names: [String] = []
        for id in ids { names.append(try Arguments.record(id).text) }
        let scope = RequestScope(
            fields: try FieldArguments.names(fields, record: "order"), form: try form.map(Arguments.form),
            purpose: try Arguments.purpose(purpose).text, orders: names)
        let session = try await Session.open(options, output)
        let reply = try await session.call(ShowRecords.self, .init(), scope)
        let records = reply.message.records
        output.answer(reply.members(["records": .array(records.map(\.jsonValue))])) {
            records.map { Self.text($0, output) }.joined(separator: "\n")
        }
        output.entry(reply.entry)
    }

    private static func text(_ record: ShowRecords.Record, _ output: Output) -> String {
        var list = LabelList()
        list.add("customer", record.customer?.text ?? "erased")
        if !record.status.isEmpty { list.add("state", record.status) }
        for name in record.fields.names { list.add(name, record.fields[name] ?? []) }
        return output.paint(.heading, record.id.text) + "  " + output.paint(.faint, record.form.rawValue) + "\n"
            + list.rendered(paint: output.paint)
    }
}

extension Output {
    func added(_ reply: Answer<AddRecord.Reply>) {
        let message = reply.message
        answer(reply.members(["id": .string(message.id.text), "rev": .count(message.rev)])) {
            "\(message.id.text)  revision \(message.rev)\n"
        }
        if !isJSON { note("added; entry \(reply.entry) of the access log") }
    }
}
