import ArgumentParser
import CanonicalJSON
import Client
import Console
import Policy
import VaultModel
import Wire

struct OrderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order",
        abstract: "Take orders, and say what became of them.",
        discussion: "The end of an order ends whatever was lent for it.",
        subcommands: [
            OrderAddCommand.self, OrderDeliveredCommand.self, OrderCancelCommand.self, OrderReassignCommand.self,
        ])
}

struct OrderAddCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add an order of a customer and print its id.",
        discussion: """
            The time of the order is now and its status open unless given.

            Example: coffer order add --customer C-7K3M-9QXD --field number=1042 --field amount=68.00
            """)

    @Option(help: ArgumentHelp("The customer's number.", valueName: "number"))
    var customer: String

    @OptionGroup var values: FieldOptions

    @Option(help: ArgumentHelp("What for, as the policy names it.", valueName: "purpose"))
    var purpose = "order"

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let number = try Arguments.customer(customer)
        let purpose = try Arguments.purpose(purpose).text
        let session = try await Session.open(options, output)
        let record = try await KnownRights.of(session).policy.record(named: "order")
        var defaults: [(name: FieldName, value: String)] = []
        if let field = record?.field(named: "ordered_at") {
            defaults.append((field.name, Moment.iso(session.nowSeconds * 1_000)))
        }
        if let field = record?.field(named: "status") { defaults.append((field.name, "open")) }
        let fields = try RecordFields(values, record: "order", isEmptyRemoval: false, defaults: defaults)
        let scope = RequestScope(fields: fields.names, purpose: purpose, customers: [number])
        output.added(try await session.call(AddRecord.self, .init(kind: "order", fields: fields.values), scope))
    }
}

struct OrderDeliveredCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "delivered",
        abstract: "The order has arrived: what was lent for it ends now.",
        discussion: """
            Whoever borrowed for the order may report it too; without --capability what she borrowed is found.

            Example: coffer order delivered o_…
            """)

    @Argument(help: ArgumentHelp("The order's id.", valueName: "id"))
    var id: String

    @Option(help: ArgumentHelp("Id of the capability lent to you for it.", valueName: "id"))
    var capability: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let name = try Arguments.record(id)
        let session = try await Session.open(options, output)
        var lent = capability
        if lent == nil { lent = try await session.borrowed(for: name)?.capability }
        try await session.step(.delivered, name, capability: lent, output)
    }
}

struct OrderCancelCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "The order will not be brought: what was lent for it ends now.",
        discussion: "Example: coffer order cancel o_…")

    @Argument(help: ArgumentHelp("The order's id.", valueName: "id"))
    var id: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let name = try Arguments.record(id)
        let session = try await Session.open(options, output)
        try await session.step(.cancelled, name, capability: nil, output)
    }
}

struct OrderReassignCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "reassign",
        abstract: "Somebody else brings the order: what was lent so far ends, the order goes on.",
        discussion: """
            Lend to the next one afterwards: coffer grant delegate.

            Example: coffer order reassign o_…
            """)

    @Argument(help: ArgumentHelp("The order's id.", valueName: "id"))
    var id: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let name = try Arguments.record(id)
        let session = try await Session.open(options, output)
        try await session.step(.reassigned, name, capability: nil, output)
    }
}

extension Session {
    /// The newest capability that this person borrowed for an order and can still use.
    func borrowed(for order: RecordName) async throws(Failure) -> ListGrants.Grant? {
        try await call(ListGrants.self, .init()).message.grants.first {
            $0.isMine && $0.state == "live" && $0.order.utf8.elementsEqual(order.text.utf8)
        }
    }

    fileprivate func step(
        _ step: StepOrder.Step, _ order: RecordName, capability: String?, _ output: Output
    ) async throws(Failure) {
        let scope = RequestScope(
            act: capability == nil ? .write : .propose, orders: [order.text], capability: capability)
        let reply = try await call(StepOrder.self, .init(step: step), scope)
        let message = reply.message
        output.answer(
            reply.members([
                "id": .string(message.id.text), "rev": .count(message.rev), "status": .string(message.status),
            ])
        ) { "\(message.id.text)  \(message.status)\n" }
        output.entry(reply.entry)
    }
}
