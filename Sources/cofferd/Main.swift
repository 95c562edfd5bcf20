internal import ArgumentParser
internal import Broker
internal import Host
internal import Server
internal import Turnstile
internal import VaultModel
internal import Wire

/// The broker: the only process that opens a vault's databases.
@main
struct Cofferd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cofferd",
        abstract: "Serve a vault on its Unix socket; it starts sealed.",
        discussion: """
            Runs in the foreground and writes one line `ready` to standard error once the socket answers. SIGTERM and
            SIGINT seal the vault: keys are wiped by ending the process.

            Example: cofferd --dir /var/lib/coffer
            """,
        version: BrokerVersion.text)

    @Option(help: "The vault's folder, as `coffer init` made it (or COFFER_DIR).")
    var dir: String?

    @Option(help: "Unseal at the start with the passphrase in this file; reported as unattended by `coffer status`.")
    var unsealPassphraseFile: String?

    @Option(
        help:
            "Unseal at the start with the host key in this file (coffer keys slots add --host-key); reported as unattended."
    )
    var unsealKeyFile: String?

    @Flag(help: "Unseal although swap space is not encrypted; each start logs an alert.")
    var allowSwap = false

    @Option(help: .hidden)
    var swapsFile = Swap.kernelListing

    @Flag(help: "Make index.db anew from the records when the vault is unsealed; the file may be missing.")
    var rebuildIndex = false

    @Option(help: "Requests a second that one user may send on average.")
    var requestsPerSecond = ServerLimits().requestsPerSecond

    static func main() async {
        do {
            try ProcessHardening.apply()
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as CommandFailure {
            exitWith(error)
        } catch let error as HostError {
            exitWith(CommandFailure(.unavailable, "\(error.operation) failed: \(error.reason)", hint: nil))
        } catch {
            // The parser's own messages: help and version on standard output, usage errors with exit code 2.
            let code = exitCode(for: error)
            let text = Array((fullMessage(for: error) + "\n").utf8)
            Terminal.write(text, to: code == .success ? 1 : 2)
            ProcessExit.now(code == .success ? 0 : Wire.ExitCode.usage.rawValue)
        }
    }

    func run() async throws {
        guard let folder = dir ?? Environment.value("COFFER_DIR"), !folder.isEmpty else {
            throw CommandFailure(.usage, "no vault folder", hint: "give --dir DIR or set COFFER_DIR")
        }
        guard (1...1_000_000).contains(requestsPerSecond) else {
            throw CommandFailure(.usage, "--requests-per-second is out of range", hint: "1 to 1000000")
        }
        guard unsealKeyFile == nil || unsealPassphraseFile == nil else {
            throw CommandFailure(
                .usage, "two files to unseal with", hint: "give --unseal-key-file or --unseal-passphrase-file, not both"
            )
        }
        if let file = unsealKeyFile, FilePaths.lies(file, in: folder) {
            throw CommandFailure(
                .usage, "the key file lies inside the vault's folder",
                hint: "a copy of the folder would open itself: keep the key elsewhere")
        }
        let broker = try await openBroker(folder)
        var limits = ServerLimits()
        limits.requestsPerSecond = requestsPerSecond
        let server = BrokerServer(
            broker: broker, socketPath: FilePaths.join(folder, "cofferd.sock"), limits: limits)
        do {
            try await server.run {
                Terminal.write(Array("ready\n".utf8), to: 2)
                ServiceManager.notifyReady()
            }
        } catch {
            // A library's error may carry anything; its kind is enough.
            throw CommandFailure(.unavailable, "cannot serve on the socket", hint: "see that \(folder) is writable")
        }
        await broker.stop()
        if let alarm = broker.alarmText {
            throw CommandFailure(.integrity, alarm, hint: "keep a copy of the folder, then ask the owner")
        }
    }

    private func openBroker(_ folder: String) async throws -> BrokerService {
        do throws(RequestRefusal) {
            let swap = Swap(listing: swapsFile, isAccepted: allowSwap)
            let broker = try BrokerService(folder: folder, rebuildsIndex: rebuildIndex, swap: swap) {
                // Something could not be made durable: nothing may be answered any more, and nothing tidied up.
                Terminal.write(
                    Array(
                        "error: the access log or another file of the vault could not be made durable; stopped\n".utf8),
                    to: 2)
                ProcessExit.now(Wire.ExitCode.logNotDurable.rawValue)
            }
            if let file = unsealPassphraseFile { try await broker.unsealUnattended(.passphrase(file)) }
            if let file = unsealKeyFile { try await broker.unsealUnattended(.hostKey(file)) }
            return broker
        } catch {
            throw CommandFailure(error.code.exitCode, error.reason.rawValue, hint: error.hint)
        }
    }

    private static func exitWith(_ failure: CommandFailure) -> Never {
        var text = "error: \(failure.problem)\n"
        if let hint = failure.hint, !hint.isEmpty { text += "hint: \(hint)\n" }
        Terminal.write(Array(text.utf8), to: 2)
        ProcessExit.now(failure.code.rawValue)
    }
}

/// What the person who started the broker is told, and what the process exits with.
struct CommandFailure: Error {
    let code: Wire.ExitCode
    let problem: String
    let hint: String?

    init(_ code: Wire.ExitCode, _ problem: String, hint: String?) {
        self.code = code
        self.problem = problem
        self.hint = hint
    }
}
