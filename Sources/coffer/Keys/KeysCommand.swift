import ArgumentParser
import CanonicalJSON
import Client
import Console
import Offline
import Primitives
import VaultModel
import Wire

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "What opens the vault: passphrases, cards, key files; the recovery cards; new keys for old ones.",
        subcommands: [
            KeysStatusCommand.self, KeysCardsCommand.self, KeysSlotsCommand.self, KeysReshareCommand.self,
            KeysRotateCommand.self, KeysRecoverCommand.self,
        ])
}

struct KeysStatusCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the slots, the sets of cards, the public side of recovery, and the keys with their ages.",
        discussion: """
            Members of --json: slots[{id, kind, name}], sets[{set, quorum, confirmed}], recovery{set, quorum, confirmed, \
            recipient, fingerprint, signing_key, certificate (over the log's key; both base 64)} (empty for none), generation, \
            keys[{kind, id, status, created, due}], runs[{rotation, state, done, total}].

            Example: coffer keys status
            """)

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let reply = try await session.call(GetKeys.self, .init()).message
        let now = session.nowSeconds
        let recovery = reply.recovery.first
        let keys = recovery.map {
            RecoveryKeys(
                vault: session.vault, recipient: $0.recipient, signingKey: $0.signingKey, certificate: $0.certificate)
        }
        var members: [String: JSONValue] = [
            "generation": .count(reply.generation), "slots": .slots(reply.slots),
            "sets": .array(reply.sets.map { .object($0.members) }), "recovery": .object([:]),
            "keys": .array(reply.keys.map(\.jsonValue)), "runs": .array(reply.runs.map(\.jsonValue)),
        ]
        if let recovery, let keys {
            var object = recovery.set.members
            object["recipient"] = .string(recovery.recipient)
            object["fingerprint"] = .string(keys.fingerprint)
            object["signing_key"] = .string(Base64.encode(recovery.signingKey))
            object["certificate"] = .string(Base64.encode(recovery.certificate))
            members["recovery"] = .object(object)
        }
        output.answer(members) {
            var list = LabelList()
            for slot in reply.slots { list.add("slot \(slot.id)", slot.words) }
            for set in reply.sets { list.add("cards \(set.set)", set.words) }
            if let recovery, let keys {
                list.add("recovery \(recovery.set.set)", recovery.set.words)
                list.add("recipient", recovery.recipient)
                list.add("fingerprint", keys.fingerprint)
            }
            var table = Table([
                .init("KEY"), .init("ID", .trailing), .init("STATUS"), .init("AGE", .trailing), .init("DUE"),
            ])
            for key in reply.keys {
                table.add([
                    key.kind, "\(key.id)", key.status, Self.days(now - key.created),
                    key.due == 0 ? "" : key.due <= now ? "overdue" : "in " + Self.days(key.due - now),
                ])
            }
            let runs = reply.runs.map { "\($0.rotation): \($0.state), \($0.done) of \($0.total)\n" }
            return list.rendered(paint: output.paint)
                + table.rendered(width: output.width, paint: output.paint) + runs.joined()
        }
        if reply.keys.contains(where: { $0.due != 0 && $0.due <= now }) {
            output.hint("replace what is overdue: coffer keys rotate krk, coffer keys rotate bik")
        }
        if recovery == nil { output.warning("no recovery cards: a lost passphrase loses the vault") }
        if reply.sets.contains(where: { !$0.confirmed }) { output.hint("coffer keys cards confirm --unseal") }
        if recovery?.set.confirmed == false { output.hint("coffer keys cards confirm --recovery") }
    }
}

extension KeysStatusCommand {
    private static func days(_ seconds: Int64) -> String { "\(max(0, seconds) / 86_400) d" }
}

struct KeysCardsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cards", abstract: "Cards that open together what one alone does not.",
        subcommands: [KeysCardsConfirmCommand.self])
}

struct KeysCardsConfirmCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm",
        abstract: "Read cards back: the set-up is not finished before.",
        discussion: """
            Type, or name files of, as many cards as open. They are put together on this device and must open what was \
            stored when they were made; nobody is told what stands on them.

            Member of --json: confirmed (the set).

            Example: coffer keys cards confirm --recovery
            """)

    @Flag(help: "The recovery cards, which begin with cofferr1.")
    var recovery = false

    @Flag(help: "The cards that unseal, which begin with cofferu1.")
    var unseal = false

    @Option(
        help: ArgumentHelp("File with a card, instead of a prompt; repeat it for each card.", valueName: "file"),
        completion: .file())
    var cardFile: [String] = []

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        guard recovery != unseal else {
            throw Failure.usage("which cards?", hint: "--recovery or --unseal", why: "cards")
        }
        let use: CardUse = recovery ? .recovery : .unsealing
        let source = CardSource(files: cardFile)
        // A wrong file is found before the broker is asked: its answer is an entry.
        var cards: [HeldSecret] = []
        for place in 0..<(source.count ?? 0) { cards.append(try source.card(place, use: use)) }
        let session = try await Session.open(options, output)
        let keys = try await session.call(GetKeys.self, .init()).message
        let set = recovery ? keys.recovery.first?.set : keys.sets.last
        guard let set else {
            throw Failure(
                code: "not-found", why: "cards", message: "this vault has no such cards",
                hint: recovery ? "" : "coffer keys reshare makes cards that unseal", exitCode: 4)
        }
        if source.count == nil {
            for place in 0..<Int(set.needed) {
                cards.append(try source.card(place, use: use))
                output.note("\(place + 1)/\(set.needed)")
            }
        }
        let request: ConfirmCards.Request
        do throws(CardReading.Problem) {
            request = try CardReading.confirm(cards, use: use, keys: keys, vault: session.vault)
        } catch { throw Failure(error) }
        _ = try await session.call(
            ConfirmCards.self, request, RequestScope(object: ConfirmCards.object(set: request.set)))
        output.answer(["confirmed": .string(request.set)]) {
            "confirmed: the cards of set \(request.set) can be read\n"
        }
        output.hint("delete the card files now, if they are still there: paper is enough")
    }
}

extension CardSet {
    var words: String {
        "any \(needed) of \(cards) cards" + (confirmed ? "" : "; never read back: the set-up is not finished")
    }

    var members: [String: JSONValue] {
        ["set": .string(set), "quorum": .string("\(needed)/\(cards)"), "confirmed": .bool(confirmed)]
    }
}

extension KeySlot {
    var words: String {
        switch kind {
        case "shares": "cards of set \(name)"
        case "host-key": "host key \(name): unattended"
        default: kind
        }
    }
}

extension JSONValue {
    static func slots(_ slots: [KeySlot]) -> JSONValue {
        .array(
            slots.map { ["id": .count($0.id), "kind": .string($0.kind), "name": .string($0.name)] })
    }
}
