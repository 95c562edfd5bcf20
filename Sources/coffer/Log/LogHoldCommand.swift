import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct LogHoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Keep entries from being purged, e.g. during a dispute.",
        subcommands: [LogHoldAddCommand.self, LogHoldListCommand.self, LogHoldRemoveCommand.self])
}

struct LogHoldAddCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Hold what concerns customers, what people did, or a span of time.",
        discussion: """
            A hold about the same scope takes the place of the one before.

            Example: coffer log hold add --customer C-7K3M-9QXD --until 2028-01-01
                     coffer log hold add --from 2026-03-01 --to 2026-04-01 --until 2028-01-01
            """)

    @Option(help: ArgumentHelp("A customer's number; may be repeated.", valueName: "number"))
    var customer: [String] = []

    @Option(help: ArgumentHelp("A person's name or id; may be repeated.", valueName: "person"))
    var employee: [String] = []

    @Option(help: ArgumentHelp("Entries from this time on.", valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("Entries before this time.", valueName: "time"))
    var to: String?

    @Option(help: ArgumentHelp("When the hold ends.", valueName: "time"))
    var until: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let until = try Self.seconds(until, "--until")
        let customers = try Arguments.customers(customer)
        let kinds = [!customers.isEmpty, !employee.isEmpty, from != nil || to != nil].count { $0 }
        guard kinds == 1 else {
            throw Failure.usage(
                "a hold is about customers, about people or about a span of time",
                hint: "--customer, --employee, or --from and --to", why: "scope")
        }
        var period: Range<Int64>?
        if customers.isEmpty, employee.isEmpty {
            let first = try from.map { (text) throws(Failure) in try Self.seconds(text, "--from") } ?? 0
            guard let to else { throw Failure.usage("--to is needed", hint: "--to 2026-04-01", why: "time") }
            let last = try Self.seconds(to, "--to")
            guard first < last else { throw Failure.usage("--to is not after --from", why: "time") }
            period = first..<last
        }
        let session = try await Session.open(options, output)
        let now = session.nowSeconds + session.clockOffsetSeconds
        guard until > now else { throw Failure.usage("--until is over", hint: "name a time to come", why: "time") }
        let scope: HoldScope
        if let period {
            scope = .period(period)
        } else if !customers.isEmpty {
            scope = .customers(customers.map(\.text))
        } else {
            var persons: Set<PersonID> = []
            for name in employee {
                if let id = PersonID(name) {
                    persons.insert(id)
                } else {
                    persons.insert(try await session.person(named: name, as: .logTail))
                }
            }
            scope = .persons(persons.sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) })
        }
        let reply = try await session.hold(scope, until: until)
        output.answer(
            reply.members(["hold": .string(reply.message.grant), "until": .string(Moment.iso(until * 1_000))])
        ) { "held as \(reply.message.grant)\n" }
        output.entry(reply.entry)
    }

    private static func seconds(_ text: String, _ option: String) throws(Failure) -> Int64 {
        guard let time = Moment.parse(text), time >= 0 else {
            throw .usage("\(option) is not a time", hint: "2026-11-21 or 2026-11-21T08:00+08:00", why: "time")
        }
        return time / 1_000
    }
}

struct LogHoldListCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The holds in force.", discussion: "Example: coffer log hold list")

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let reply = try await session.call(ListHolds.self, .init())
        output.answer(reply.members(["holds": .array(reply.message.holds.map(\.jsonValue))])) {
            var table = Table([
                .init("hold"), .init("about", canShrink: true), .init("until"), .init("by", canShrink: true),
                .init("entry", .trailing),
            ])
            for hold in reply.message.holds {
                let scope = hold.block["scope"]?.objectValue?.first
                let about = (scope?.value.arrayValue ?? []).map { element in
                    element.stringValue ?? Moment.local((element.integerValue ?? 0) * 1_000)
                }
                table.add([
                    hold.id, (scope?.key ?? "") + " " + about.joined(separator: " "),
                    Moment.local((hold.block["until"]?.integerValue ?? 0) * 1_000), hold.by, "\(hold.index)",
                ])
            }
            return table.rendered(width: output.width, paint: output.paint)
        }
        output.entry(reply.entry)
    }
}

struct LogHoldRemoveCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "End a hold now; the next purge no longer spares what it was about.",
        discussion: "Example: coffer log hold remove HOLD")

    @Argument(help: ArgumentHelp("The hold's id; coffer log hold list shows it.", valueName: "hold"))
    var id: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let holds = try await session.call(ListHolds.self, .init()).message.holds
        guard let hold = holds.first(where: { $0.id.utf8.elementsEqual(id.utf8) }) else {
            throw Failure(
                code: "not-found", why: "not-found", message: "no such hold is in force", hint: "coffer log hold list",
                exitCode: 4)
        }
        guard let block = try? HoldBlock(parsing: hold.block.encode()) else { throw Failure.brokenReply }
        let reply = try await session.hold(block.scope, until: session.nowSeconds + session.clockOffsetSeconds)
        output.answer(reply.members(["hold": .string(hold.id)])) { "ended\n" }
        output.entry(reply.entry)
    }
}

extension Session {
    fileprivate func hold(_ scope: HoldScope, until: Int64) async throws -> Answer<GrantReply> {
        let header = BlockHeader(vault: vault, issuer: identity.kid, at: nowSeconds + clockOffsetSeconds)
        let envelope = try signer.seal(HoldBlock(header: header, scope: scope, until: until))
        return try await call(HoldLog.self, .init(block: envelope.value), RequestScope(object: envelope.object))
    }
}
