import ArgumentParser
import CanonicalJSON
import Client
import Console
import Policy
import VaultModel
import Wire

struct CustomerShowCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show fields of one customer or several.",
        discussion: """
            Without --form the values are full where your right is full, else masked; the answer says which. Up to \
            100 numbers make one entry in the log.

            What needs the approval of another person is refused with the id of a request; once it is approved, the \
            same command with --request shows the values, once. --break-glass is for emergencies that the policy \
            names: it waits for nobody, raises an alert, and another person reviews it.

            Example: coffer customer show C-7K3M-9QXD --fields name,phone --purpose order
            """)

    @Argument(help: ArgumentHelp("Customers' numbers; none with --capability or --order.", valueName: "number"))
    var numbers: [String] = []

    @Option(help: ArgumentHelp("Fields separated by commas, e.g. name,phone.", valueName: "fields"))
    var fields: String?

    @Option(help: ArgumentHelp("What for, as the policy names it.", valueName: "purpose"))
    var purpose: String?

    @Option(
        help: ArgumentHelp("full or masked.", valueName: "form"),
        completion: .list(["full", "masked"]))
    var form: String?

    @Option(help: ArgumentHelp("Id of what this is about, e.g. an order; kept in the log.", valueName: "id"))
    var ref: String?

    @Option(help: ArgumentHelp("Id of a capability lent to you: shows what it is for.", valueName: "id"))
    var capability: String?

    @Option(help: ArgumentHelp("Id of an order that something was lent to you for.", valueName: "id"))
    var order: String?

    @Option(help: ArgumentHelp("Id of the request that was approved; the rest as before.", valueName: "id"))
    var request: String?

    @Option(help: ArgumentHelp("Emergency, as the policy names it, e.g. threat-to-life.", valueName: "code"))
    var breakGlass: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        // The broker knows a request again by its head: the id is checked for slips of the pen and not sent.
        _ = try request.map(Arguments.request)
        let emergency = try breakGlass.map(Arguments.breakGlass)
        guard emergency == nil || request == nil else {
            throw Failure.usage("an emergency waits for no request", hint: "leave --request out", why: "break-glass")
        }
        if capability != nil || order != nil { return try await showBorrowed(output) }
        guard !numbers.isEmpty, let fields, let purpose else {
            throw Failure.usage(
                "a customer's number, --fields and --purpose are needed",
                hint: "coffer customer show C-7K3M-9QXD --fields name,phone --purpose order", why: "number")
        }
        let scope = RequestScope(
            fields: try FieldArguments.names(fields), form: try form.map(Arguments.form),
            object: emergency.map(BreakGlass.digest) ?? "", purpose: try Arguments.purpose(purpose).text,
            ref: ref ?? "", customers: try Arguments.customers(numbers))
        let session = try await Session.open(options, output)
        let reply = try await session.call(ShowCustomers.self, .init(), scope)
        show(reply, output)
        if emergency != nil {
            output.warning("this was logged as an emergency; another person reviews it within 24 hours")
        }
    }

    /// What was lent, and nothing else: the fields, and how long and how often still.
    private func showBorrowed(_ output: Output) async throws {
        guard numbers.isEmpty else {
            throw Failure.usage(
                "what was lent names its customer by itself", hint: "leave the number away", why: "number")
        }
        let order = try order.map(Arguments.record)
        let session = try await Session.open(options, output)
        let found: ListGrants.Grant? =
            if let capability { try await session.grant(capability) } else if let order {
                try await session.borrowed(for: order)
            } else { nil }
        guard let grant = found else {
            throw Failure(
                code: "denied", why: "unregistered",
                message: "nothing that still counts was lent to you for this order",
                hint: "ask whoever gave you the order; coffer grant list", exitCode: 3)
        }
        let scope = RequestScope(
            fields: try fields.map { (text) throws(Failure) in try FieldArguments.names(text) } ?? grant.fields,
            form: try form.map(Arguments.form) ?? grant.form,
            purpose: try purpose.map(Arguments.purpose)?.text ?? grant.purpose, ref: ref ?? "",
            orders: [grant.order], capability: grant.capability)
        let reply = try await session.call(ShowCustomers.self, .init(), scope)
        guard let customer = reply.message.customers.first else { throw Failure.brokenReply }
        let minutes = max(0, (grant.expires - session.nowSeconds - session.clockOffsetSeconds + 59) / 60)
        let left = max(0, grant.max - grant.used - 1)
        output.answer(
            reply.members([
                "fields": customer.fields.jsonValue, "form": .string(customer.form.rawValue),
                "minutes_left": .integer(minutes), "uses_left": .integer(left),
            ])
        ) {
            var list = LabelList()
            for name in customer.fields.names { list.add(name, customer.fields[name] ?? []) }
            list.add("minutes left", "\(minutes)")
            list.add("uses left", "\(left)")
            return list.rendered(paint: output.paint)
        }
        output.entry(reply.entry)
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
