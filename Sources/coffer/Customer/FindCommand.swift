import ArgumentParser
import CanonicalJSON
import Client
import Console
import Policy
import VaultModel
import Wire

struct FindCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "find",
        abstract: "Look customers up; shows their numbers and masked fields.",
        discussion: """
            Give one thing to look up by. `-` reads it from standard input, so that it stands neither in the process \
            list, which other users of this machine can read, nor in the shell's history.

            Example: coffer find --last4 4567 --purpose order
            """)

    @Option(help: ArgumentHelp("By phone number.", valueName: "number"))
    var phone: String?

    @Option(name: .customLong("last4"), help: ArgumentHelp("By the last four digits of a phone.", valueName: "digits"))
    var last4: String?

    @Option(help: ArgumentHelp("By e-mail address.", valueName: "address"))
    var email: String?

    @Option(help: ArgumentHelp("By ID number.", valueName: "number"))
    var idNumber: String?

    @Option(help: ArgumentHelp("By name.", valueName: "name"))
    var name: String?

    @Option(name: .customLong("member"), help: ArgumentHelp("By member number.", valueName: "number"))
    var member: String?

    @Option(help: ArgumentHelp("What for, as the policy names it.", valueName: "purpose"))
    var purpose: String

    @Option(
        help: ArgumentHelp(
            "Fields to show masked, separated by commas. Default: name, phone and what was looked up by.",
            valueName: "fields"))
    var fields: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let terms: [(LookupKind, String?)] = [
            (.phone, phone), (.last4, last4), (.email, email), (.idNumber, idNumber), (.name, name),
            (.memberNumber, member),
        ]
        let given = terms.compactMap { kind, text in text.map { (kind, $0) } }
        guard given.count == 1, let (kind, text) = given.first else {
            throw Failure.usage(
                given.isEmpty ? "say what to look up by" : "look up by one thing at a time",
                hint: "--phone, --last4, --email, --id-number, --name or --member", why: "lookup")
        }
        let purpose = try Arguments.purpose(purpose)
        let request = FindCustomers.Request(by: kind, value: Sensitive(try FieldArguments.term(text)))
        let session = try await Session.open(options, output)
        let named = try fields.map { (list) throws(Failure) in try FieldArguments.names(list) }
        let search = Search(session: session, request: request, purpose: purpose)
        Self.show(try await search.run(named), output)
    }

    private static func show(_ reply: Answer<FindCustomers.Reply>, _ output: Output) {
        let matches = reply.message.matches
        output.answer(
            reply.members([
                "matches": .array(matches.map(\.jsonValue)), "more": .bool(reply.message.more),
                "quota": reply.message.quota.jsonValue,
            ])
        ) {
            guard !matches.isEmpty else { return "nobody found\n" }
            let names = Set(matches.flatMap(\.masked.names)).sorted()
            var table = Table([.init("number")] + names.map { .init($0, canShrink: true) })
            for match in matches {
                table.add([match.number.text] + names.map { (match.masked[$0] ?? []).joined(separator: " / ") })
            }
            return table.rendered(width: output.width, paint: output.paint)
        }
        if reply.message.more { output.hint("there are more; look up by something more exact") }
        output.entry(reply.entry)
        output.quota(reply.message.quota)
    }
}

/// One look-up: picks the fields to show where none are named.
private struct Search {
    let session: Session
    let request: FindCustomers.Request
    let purpose: Purpose

    /// - Parameter named: nil for name, phone and what is looked up by, as far as the role may see them: a request that
    ///   asks for too much is refused as a whole.
    func run(_ named: [FieldName]?) async throws(Failure) -> Answer<FindCustomers.Reply> {
        if let named { return try await ask(named) }
        let known = try await KnownRights.of(session)
        do throws(Failure) {
            return try await ask(fields(known))
        } catch {
            // The policy or the role may have changed since this device last asked.
            let mayBeStale: [Reason] = [.field, .unknownField, .form, .purpose, .lookup, .act]
            guard known.isRemembered, mayBeStale.map(\.rawValue).contains(error.why) else { throw error }
            let fresh = try await KnownRights.fetch(session)
            guard fields(fresh) != fields(known) else { throw error }
            return try await ask(fields(fresh))
        }
    }

    private func ask(_ fields: [FieldName]) async throws(Failure) -> Answer<FindCustomers.Reply> {
        let scope = RequestScope(fields: fields, form: .masked, purpose: purpose.text)
        return try await session.call(FindCustomers.self, request, scope)
    }

    private func fields(_ known: KnownRights) -> [FieldName] {
        let customer = known.policy.record(named: "customer")?.fields ?? []
        let usual = customer.filter { [.name, .phone, request.by.fieldType].contains($0.type) }.map(\.name)
        let ask = PolicyAsk(act: .find, record: "customer", form: .masked, purpose: purpose, lookup: request.by)
        // Where the policy refuses, the broker is asked all the same: it refuses too, and logs it.
        guard case .allow(let grant) = known.policy.decide(role: known.role, ask: ask) else { return usual }
        let shown = usual.filter(grant.fields.contains)
        return shown.isEmpty ? grant.fields : shown
    }
}
