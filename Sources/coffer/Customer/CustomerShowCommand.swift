import ArgumentParser
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct CustomerShowCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show fields of one customer or several.",
        discussion: """
            Without --form the values are full where your right is full, else masked; the answer says which. Up to \
            100 numbers make one entry in the log.

            Example: coffer customer show C-7K3M-9QXD --fields name,phone --purpose order
            """)

    @Argument(help: ArgumentHelp("Customers' numbers.", valueName: "number"))
    var numbers: [String]

    @Option(help: ArgumentHelp("Fields separated by commas, e.g. name,phone.", valueName: "fields"))
    var fields: String

    @Option(help: ArgumentHelp("What for, as the policy names it.", valueName: "purpose"))
    var purpose: String

    @Option(
        help: ArgumentHelp("full or masked.", valueName: "form"),
        completion: .list(["full", "masked"]))
    var form: String?

    @Option(help: ArgumentHelp("Id of what this is about, e.g. an order; kept in the log.", valueName: "id"))
    var ref: String?

    @Option(help: ArgumentHelp("Id of a capability lent to you.", valueName: "id"))
    var capability: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let scope = RequestScope(
            fields: try FieldArguments.names(fields), form: try form.map(Arguments.form),
            purpose: try Arguments.purpose(purpose).text, ref: ref ?? "",
            customers: try Arguments.customers(numbers), capability: capability)
        let session = try await Session.open(options, output)
        let reply = try await session.call(ShowCustomers.self, .init(), scope)
        show(reply, output)
    }

    private func show(_ reply: Answer<ShowCustomers.Reply>, _ output: Output) {
        let customers = reply.message.customers
        var members: [String: JSONValue] = [:]
        if customers.count == 1, let customer = customers.first {
            members.merge(customer.jsonValue.objectValue ?? [:]) { first, _ in first }
        } else {
            members["customers"] = .array(customers.map(\.jsonValue))
        }
        members["quota"] = reply.message.quota.jsonValue
        output.answer(reply.members(members)) {
            customers.map { Self.text($0, output) }.joined(separator: "\n")
        }
        output.entry(reply.entry)
        output.quota(reply.message.quota)
    }

    private static func text(_ customer: ShowCustomers.Customer, _ output: Output) -> String {
        var list = LabelList()
        for name in customer.fields.names { list.add(name, customer.fields[name] ?? []) }
        return output.paint(.heading, customer.number.text) + "  " + output.paint(.faint, customer.form.rawValue) + "\n"
            + list.rendered(paint: output.paint)
    }
}
