import ArgumentParser
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct CustomerAddCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a customer and print the new number.",
        discussion: """
            Example: coffer customer add --field name=Li --field phone=13812345678 --purpose order
            The same without values in the process list: coffer customer add --fields-file - --purpose order
            """)

    @OptionGroup var values: FieldOptions

    @Option(help: ArgumentHelp("What for, as the policy names it.", valueName: "purpose"))
    var purpose: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let fields = try RecordFields(values, isEmptyRemoval: false)
        let scope = RequestScope(fields: fields.names, purpose: try Arguments.purpose(purpose).text)
        let session = try await Session.open(options, output)
        output.revision(try await session.call(AddCustomer.self, .init(fields: fields.values), scope), "added")
    }
}

struct CustomerUpdateCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change fields of a customer; fields not named stay as they are.",
        discussion: """
            Several values of one field replace all it had; an empty value removes the field.

            Example: coffer customer update C-7K3M-9QXD --field email=li@example.com --purpose support
            """)

    @Argument(help: ArgumentHelp("The customer's number.", valueName: "number"))
    var number: String

    @OptionGroup var values: FieldOptions

    @Option(help: ArgumentHelp("What for, as the policy names it.", valueName: "purpose"))
    var purpose: String?

    @Option(
        name: .customLong("rev"),
        help: ArgumentHelp(
            "The revision you have seen; refuse the change if the file is another by now.", valueName: "revision"))
    var revision: UInt64?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let fields = try RecordFields(values, isEmptyRemoval: true)
        let scope = RequestScope(
            fields: fields.names, purpose: try purpose.map(Arguments.purpose)?.text ?? "",
            customers: [try Arguments.customer(number)])
        let request = UpdateCustomer.Request(fields: fields.values, rev: revision ?? 0)
        let session = try await Session.open(options, output)
        output.revision(try await session.call(UpdateCustomer.self, request, scope), "changed")
    }
}

struct CustomerVerifyCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Record that the customer was asked and the file is right as of today.",
        discussion: "Example: coffer customer verify C-7K3M-9QXD")

    @Argument(help: ArgumentHelp("The customer's number.", valueName: "number"))
    var number: String

    @Option(help: ArgumentHelp("What for, as the policy names it.", valueName: "purpose"))
    var purpose: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let scope = RequestScope(
            purpose: try purpose.map(Arguments.purpose)?.text ?? "", customers: [try Arguments.customer(number)])
        let session = try await Session.open(options, output)
        output.revision(try await session.call(VerifyCustomer.self, .init(), scope), "verified")
    }
}

struct CustomerMatchCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "match",
        abstract: "Whether a customer's field has a value, without showing it.",
        discussion: """
            The answer is yes or no; the exit code is 0 either way.

            Example: coffer customer match C-7K3M-9QXD --field phone=13812345678 --purpose support
            """)

    @Argument(help: ArgumentHelp("The customer's number.", valueName: "number"))
    var number: String

    @OptionGroup var values: FieldOptions

    @Option(help: ArgumentHelp("What for, as the policy names it.", valueName: "purpose"))
    var purpose: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let given = try FieldArguments.values(values.fields, file: values.fieldsFile)
        guard given.count == 1, let (name, values) = given.first, values.count == 1, let value = values.first else {
            throw Failure.usage("one field with one value is compared at a time", hint: "--field phone=…", why: "field")
        }
        let scope = RequestScope(
            fields: [name], form: .match, purpose: try Arguments.purpose(purpose).text,
            customers: [try Arguments.customer(number)])
        let session = try await Session.open(options, output)
        let reply = try await session.call(MatchCustomer.self, .init(field: name, value: Sensitive(value)), scope)
        output.answer(reply.members(["match": .bool(reply.message.match)])) { reply.message.match ? "yes\n" : "no\n" }
        output.entry(reply.entry)
    }
}

/// The fields of a write: names for the head, values for the body.
struct RecordFields {
    let names: [FieldName]
    let values: FieldValues

    /// - Parameters:
    ///   - record: the record kind whose fields they are.
    ///   - isEmptyRemoval: whether an empty value stands for removing the field.
    ///   - defaults: values of fields that are not given.
    init(
        _ options: FieldOptions, record: String = "customer", isEmptyRemoval: Bool,
        defaults: [(name: FieldName, value: String)] = []
    ) throws(Failure) {
        var given = try FieldArguments.values(options.fields, file: options.fieldsFile, record: record)
        guard !given.isEmpty else {
            throw .usage("no field is given", hint: "--field name=value, or --fields-file FILE", why: "field")
        }
        guard given.allSatisfy({ $0.name.record == record }) else {
            throw .usage("only fields of the record kind \(record) can be written here", why: "field")
        }
        for (name, value) in defaults where !given.contains(where: { $0.name == name }) {
            given.append((name, [value]))
        }
        names = given.map(\.name)
        let lists = given.map { ($0.name.field, isEmptyRemoval && $0.values == [""] ? [] : $0.values) }
        guard let values = FieldValues(Dictionary(lists) { first, _ in first }) else {
            throw .usage(
                "too much for one request",
                hint: "at most \(FieldValues.mostFields) fields, \(FieldValues.mostValues) values of each, "
                    + "\(FieldValues.valueBytes / 1_024) KiB a value", why: "field")
        }
        self.values = values
    }
}

extension Output {
    /// The answer of a write.
    fileprivate func revision(_ reply: Answer<RevisionReply>, _ verb: String) {
        let message = reply.message
        answer(reply.members(["number": .string(message.number.text), "rev": .count(message.rev)])) {
            "\(message.number.text)  revision \(message.rev)\n"
        }
        if !isJSON { note("\(verb); entry \(reply.entry) of the access log") }
    }
}
