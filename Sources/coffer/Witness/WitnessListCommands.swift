import AccessLog
import ArgumentParser
import CanonicalJSON
import Client
import Console
import Policy
import Primitives
import VaultModel
import Wire

struct WitnessAddCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Ask a witness from now on.",
        discussion: """
            The key is the one that `coffer witness serve` prints; get it from its owner, not from the network. The URL is \
            http://HOST:PORT, https://HOST, or unix:/PATH.

            Members of --json: name, url, key, entry.

            Example: coffer witness add officer http://127.0.0.1:7380 --key officer.example+9129f153+BMMT…
            """)

    @Argument(help: ArgumentHelp("What to call it: lower-case letters, digits and -.", valueName: "name"))
    var name: String

    @Argument(help: ArgumentHelp("Where it is asked.", valueName: "url"))
    var url: String

    @Option(help: ArgumentHelp("Its verifier key: NAME+HASH+KEY.", valueName: "vkey"))
    var key: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let name = try Arguments.witness(name)
        guard WitnessURL.isValid(url) else {
            throw Failure.usage(
                "this is not a witness's URL", hint: "http://127.0.0.1:7380, https://witness.example, unix:/run/w.sock",
                why: "url")
        }
        guard let verifier = VerifierKey(key), verifier.algorithm == .cosignature else {
            throw Failure.usage(
                "this is not a witness's key", hint: "on the witness: coffer witness key --key FILE", why: "key")
        }
        let session = try await Session.open(options, output)
        let reply = try await session.call(
            AddWitness.self, .init(name: name, url: url, key: key), .witness(name: name, key: key, url: url))
        session.note(
            try? session.witnesses.read().filter { $0.name != name } + [
                ListWitnesses.Witness(name: name, url: url, key: key, size: 0, time: 0)
            ])
        output.answer(reply.members(["key": .string(key), "name": .string(name), "url": .string(url)])) {
            "\(name)\n"
        }
        output.entry(reply.entry)
        if !output.isJSON { output.hint("show it the log at least once a week: coffer witness check") }
    }
}

struct WitnessRemoveCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Ask a witness no more; what it cosigned no longer counts.",
        discussion: "Members of --json: name, entry.\n\nExample: coffer witness remove officer")

    @Argument(help: ArgumentHelp("What it is called.", valueName: "name"))
    var name: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let name = try Arguments.witness(name)
        let session = try await Session.open(options, output)
        let known = try await session.listedWitnesses(by: session.witnessAct()).message.witnesses
        let witness = try Self.witness(name, in: known)
        let reply = try await session.call(
            RemoveWitness.self, .init(name: name), .witness(name: witness.name, key: witness.key, url: witness.url))
        session.note(known.filter { $0.name != name })
        output.answer(reply.members(["name": .string(name)])) { "\(name)\n" }
        output.entry(reply.entry)
    }

    static func witness(
        _ name: String, in known: [ListWitnesses.Witness]
    ) throws(Failure) -> ListWitnesses.Witness {
        guard let witness = known.first(where: { $0.name == name }) else {
            throw Failure(
                code: "not-found", why: "witness", message: "there is no witness of this name",
                hint: "coffer witness list", exitCode: 4)
        }
        return witness
    }
}

struct WitnessListCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "The witnesses, and what each cosigned last.",
        discussion: """
            Members of --json: witnesses[{name, url, key, size, time}], entry. size and time are those of the last cosigned \
            checkpoint; 0 and an empty text for none.

            Example: coffer witness list
            """)

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let reply = try await session.listedWitnesses(by: session.witnessAct())
        let witnesses = reply.message.witnesses
        output.answer(
            reply.members([
                "witnesses": .array(
                    witnesses.map { witness in
                        [
                            "key": .string(witness.key), "name": .string(witness.name), "size": .count(witness.size),
                            "time": .string(witness.time == 0 ? "" : Moment.iso(witness.time * 1_000)),
                            "url": .string(witness.url),
                        ]
                    })
            ])
        ) { Self.text(witnesses, output) }
        if witnesses.isEmpty, !output.isJSON { output.note("no witness; coffer witness add names one") }
        output.entry(reply.entry)
    }

    private static func text(_ witnesses: [ListWitnesses.Witness], _ output: Output) -> String {
        guard !witnesses.isEmpty else { return "" }
        var table = Table([
            .init("witness"), .init("url", canShrink: true), .init("entries", .trailing), .init("cosigned"),
            .init("key", canShrink: true),
        ])
        for witness in witnesses {
            table.add([
                witness.name, witness.url, "\(witness.size)",
                witness.time == 0 ? "never" : Moment.local(witness.time * 1_000), witness.key,
            ])
        }
        return table.rendered(width: output.width, paint: output.paint)
    }
}

extension RequestScope {
    /// A request about this witness.
    static func witness(name: String, key: String, url: String) -> RequestScope {
        RequestScope(object: AddWitness.object(name: name, key: key, url: url))
    }
}

extension Session {
    /// What this device remembers of the witnesses.
    var witnesses: WitnessMemory { WitnessMemory(folder: stateFolder) }

    /// Remembers who the witnesses are, for the next time this device unseals. A device that cannot keep it asks none.
    func note(_ witnesses: [ListWitnesses.Witness]?) {
        if let witnesses { try? self.witnesses.save(witnesses) }
    }

    /// The act under which this person may show the log to its witnesses: that of its readers, else that of those who may
    /// seal. What she has of neither is refused by the broker.
    func witnessAct() async throws(Failure) -> Act {
        let role = try await whoAmI().role
        return try await policy().allows(role, .log, "tail") ? .logTail : .seal
    }

    func listedWitnesses(by act: Act) async throws(Failure) -> Answer<ListWitnesses.Reply> {
        let reply = try await call(ListWitnesses.self, .init(), RequestScope(act: act))
        note(reply.message.witnesses)
        return reply
    }
}
