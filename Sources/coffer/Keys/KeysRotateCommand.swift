import ArgumentParser
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct KeysRotateCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Replace keys while the shop goes on working.",
        discussion: """
            krk wraps the customers' keys: once a year, or when a copy of keyring.db and vault.seal may be in wrong hands. \
            bik is the root of the look-up index: when it may be known to somebody. cek are the customers' own keys: all \
            their records are sealed anew, of those named or of everybody. The vault goes on where it was when the broker \
            is stopped in between.

            Members of --json: rotation, state, done, total, entry.

            Example: coffer keys rotate krk
                     coffer keys rotate cek C-XF2B-Q6P2
            """)

    @Argument(help: ArgumentHelp("krk, bik or cek.", valueName: "key"))
    var key: String

    @Argument(help: ArgumentHelp("With cek: only these customers' keys.", valueName: "number"))
    var customers: [String] = []

    @Flag(help: "Begin, and do not wait for the end: coffer keys status tells.")
    var noWait = false

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        guard let rotation = KeyRotation(rawValue: key) else {
            throw Failure.usage("no key of this name", hint: "krk, bik or cek", why: "key")
        }
        guard customers.isEmpty || rotation == .cek else {
            throw Failure.usage("only cek can be replaced for some customers", why: "number")
        }
        let numbers = try Arguments.customers(customers)
        let session = try await Session.open(options, output)
        let begun = try await session.call(
            RotateKeys.self, .init(rotation: rotation), RequestScope(customers: numbers))
        let run = noWait ? nil : try await wait(session, output)
        let state = run?.state ?? "running"
        output.answer(
            begun.members([
                "done": .integer(run?.done ?? 0), "rotation": .string(rotation.rawValue), "state": .string(state),
                "total": .integer(run?.total ?? 0),
            ])
        ) { "\(rotation.rawValue): \(state)\n" }
        output.entry(begun.entry)
        guard state == "failed" else { return }
        let failure = Failure(
            code: "unavailable", why: "unavailable", message: "the rotation stopped before its end",
            hint: "look at coffer doctor, then restart the broker: it goes on where it was", exitCode: 5)
        // A script has its object already.
        guard !output.isJSON else {
            output.warning(failure.message)
            throw EndedWith(exitCode: failure.exitCode)
        }
        throw failure
    }

    private func wait(_ session: Session, _ output: Output) async throws -> RotationRun? {
        var progress = Progress("rotate", unit: .things("keys"), output: output)
        defer { progress.finish() }
        while true {
            // Each look is an entry of the log: not too many of them.
            try await Task.sleep(for: .seconds(1))
            guard let run = try await session.call(GetKeys.self, .init()).message.runs.first else { return nil }
            progress.show(done: run.done, of: run.total)
            if run.state != "running" { return run }
        }
    }
}
