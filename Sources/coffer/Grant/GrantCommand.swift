import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct GrantCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Lend a right for one order and some minutes; see and take back what is lent.",
        subcommands: [
            GrantDelegateCommand.self, GrantListCommand.self, GrantShowCommand.self, GrantRevokeCommand.self,
        ])
}

struct GrantDelegateCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "delegate",
        abstract: "Lend somebody a few fields of an order's customer.",
        discussion: """
            The right ends with the minutes, the uses or the order, whichever is first, and with your own.

            Example: coffer grant delegate --to Wang --order o_… --fields address,phone --purpose delivery \
            --minutes 45 --max 3
            """)

    @Option(help: ArgumentHelp("Who may use it.", valueName: "name"))
    var to: String

    @Option(help: ArgumentHelp("The order's id.", valueName: "id"))
    var order: String

    @Option(help: ArgumentHelp("Fields separated by commas, e.g. address,phone.", valueName: "fields"))
    var fields: String

    @Option(help: ArgumentHelp("What for, as the policy names it.", valueName: "purpose"))
    var purpose: String

    @Option(help: ArgumentHelp("How long.", valueName: "minutes"))
    var minutes: Int

    @Option(help: ArgumentHelp("How often it may be used.", valueName: "times"))
    var max: Int

    @Option(help: ArgumentHelp("full or masked.", valueName: "form"), completion: .list(["full", "masked"]))
    var form = "full"

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let to = try Arguments.personName(to)
        let order = try Arguments.record(order)
        let fields = try FieldArguments.names(fields)
        let purpose = try Arguments.purpose(purpose)
        let form = try Arguments.form(form)
        guard (1...24 * 60).contains(minutes) else {
            throw Failure.usage("--minutes is 1 to 1440", hint: "the policy may allow less", why: "minutes")
        }
        guard (1...1_000).contains(max) else { throw Failure.usage("--max is 1 to 1000", why: "max") }
        let session = try await Session.open(options, output)
        let terms = try await session.call(PrepareGrant.self, .init(to: to), RequestScope(orders: [order.text])).message
        guard let parent = BlockID(terms.parent) else { throw Failure.brokenReply }
        let block = CapabilityBlock(
            vault: session.vault, issuer: session.identity.kid, audience: terms.kid, parent: parent, role: terms.role,
            acts: .only([.match, .propose, .read]), fields: .only(fields), forms: [form], purposes: .only([purpose]),
            shops: .only([terms.shop]), subjects: .orders([order.text]), notBefore: terms.now,
            expires: terms.now + Int64(minutes) * 60, maxUses: Int64(max), depth: 0)
        let envelope = try session.signer.seal(block)
        let reply = try await session.call(
            DelegateGrant.self, .init(block: envelope.value),
            RequestScope(
                fields: fields, form: form, object: envelope.object, purpose: purpose.text, orders: [order.text]))
        output.answer(
            reply.members([
                "capability": .string(reply.message.capability),
                "expires": .string(Moment.iso(reply.message.expires * 1_000)),
            ])
        ) {
            var list = LabelList()
            list.add("capability", reply.message.capability)
            list.add("until", Moment.local(reply.message.expires * 1_000))
            return list.rendered(paint: output.paint)
        }
        if !output.isJSON { output.note("\(to) sees it with: coffer customer show --order \(order.text)") }
        output.entry(reply.entry)
    }
}

struct GrantListCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "What you have lent and borrowed; everybody's, if you review rights.",
        discussion: "Example: coffer grant list --live")

    @Flag(help: "Only what can still be used.")
    var live = false

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let all = try await session.call(ListGrants.self, .init()).message.grants
        let grants = live ? all.filter { $0.state == "live" } : all
        output.answer(["grants": .array(grants.map(GrantText.json))]) {
            var table = Table([
                .init("capability", canShrink: true), .init("by", canShrink: true), .init("to", canShrink: true),
                .init("fields", canShrink: true), .init("until"), .init("used"), .init("state"),
            ])
            for grant in grants {
                table.add([
                    grant.capability, grant.by, grant.to, grant.fields.map(\.field).joined(separator: " "),
                    Moment.local(grant.expires * 1_000), "\(grant.used)/\(grant.max)", grant.state,
                ])
            }
            return table.rendered(width: output.width, paint: output.paint)
        }
    }
}

struct GrantShowCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "One capability: who, what, for which order, how long still.",
        discussion: "Example: coffer grant show CAPABILITY")

    @Argument(help: ArgumentHelp("The capability's id.", valueName: "capability"))
    var capability: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let grant = try await session.grant(capability)
        output.answer(GrantText.json(grant).objectValue ?? [:]) {
            var list = LabelList()
            list.add("capability", grant.capability)
            list.add("lent by", grant.by)
            list.add("to", grant.to)
            list.add("order", grant.order)
            list.add("fields", grant.fields.map(\.description))
            list.add("form", grant.form.rawValue)
            list.add("purpose", grant.purpose)
            list.add("until", Moment.local(grant.expires * 1_000))
            list.add("used", "\(grant.used) of \(grant.max)")
            list.add("state", grant.state)
            return list.rendered(paint: output.paint)
        }
    }
}

struct GrantRevokeCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take back what was lent. It cannot be undone; lend anew instead.",
        discussion: """
            Whoever lent it may, and whoever may offboard people.

            Example: coffer grant revoke CAPABILITY
            """)

    @Argument(help: ArgumentHelp("The capability's id.", valueName: "capability"))
    var capability: String

    @Option(help: ArgumentHelp("Why, as a label of lower-case letters and hyphens.", valueName: "label"))
    var reason = "taken-back"

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        guard let id = BlockID(capability) else {
            throw Failure.usage("this is not a capability's id", hint: "coffer grant list", why: "capability")
        }
        let session = try await Session.open(options, output)
        let header = BlockHeader(vault: session.vault, issuer: session.identity.kid, at: session.nowSeconds)
        guard let block = RevokeBlock(header: header, kids: [], caps: [id], reason: reason) else {
            throw Failure.usage("the reason is not a label", hint: "e.g. lost-phone", why: "reason")
        }
        let envelope = try session.signer.seal(block)
        let reply = try await session.call(
            RevokeGrant.self, .init(block: envelope.value), RequestScope(object: envelope.object))
        output.answer(reply.members(["ended": .count(reply.message.ended)])) { "\(reply.message.ended) ended\n" }
        output.entry(reply.entry)
    }
}

/// How a capability is shown.
enum GrantText {
    /// The broker's members, times as ISO 8601.
    static func json(_ grant: ListGrants.Grant) -> JSONValue {
        var members = grant.jsonValue.objectValue ?? [:]
        members["begins"] = .string(Moment.iso(grant.begins * 1_000))
        members["expires"] = .string(Moment.iso(grant.expires * 1_000))
        return .object(members)
    }
}

extension Session {
    /// One of the capabilities this person may see.
    func grant(_ capability: String) async throws(Failure) -> ListGrants.Grant {
        let grants = try await call(ListGrants.self, .init()).message.grants
        guard let grant = grants.first(where: { $0.capability.utf8.elementsEqual(capability.utf8) }) else {
            throw Failure(
                code: "not-found", why: "capability", message: "you have neither lent nor borrowed this capability",
                hint: "coffer grant list", exitCode: 4)
        }
        return grant
    }
}

extension Failure {
    /// The broker's reply has the right form and makes no sense.
    static var brokenReply: Failure {
        Failure(
            code: "internal", why: "reply", message: "the broker's answer makes no sense",
            hint: "the broker is of another version; update the older of the two", exitCode: 70)
    }
}
