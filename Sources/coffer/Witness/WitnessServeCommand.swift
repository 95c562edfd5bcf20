import AccessLog
import ArgumentParser
import CanonicalJSON
import Console
import Host
import Witness

struct WitnessServeCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Be a witness for other vaults' logs (C2SP tlog-witness over HTTP).",
        discussion: """
            Runs in the foreground until SIGTERM or Ctrl-C. The first start makes the key and the folder of what was \
            cosigned; they belong together, and one without the other is refused: a witness that forgot would cosign \
            anything. Prints the verifier key, which the shop names in `coffer witness add`, and once it answers a line \
            `ready URL` on standard error. With --json: members key, new, url.

            It listens on the loopback interface or a Unix socket. For other machines put a reverse proxy with TLS before \
            it, or let them come through ssh -L PORT:127.0.0.1:PORT.

            POST /add-checkpoint is the protocol's; GET /SHA256-OF-ORIGIN/checkpoint shows the last note cosigned of a log.

            Example: coffer witness serve --listen 127.0.0.1:7380 --state witness --key witness.key --log LOGKEY
            """)

    @Option(help: ArgumentHelp("127.0.0.1:PORT, or the path of a Unix socket.", valueName: "address"))
    var listen: String

    @Option(
        help: ArgumentHelp("The folder of what was cosigned; made at the first start.", valueName: "dir"),
        completion: .directory)
    var state: String

    @Option(
        help: ArgumentHelp("The file of the witness's private key; made at the first start.", valueName: "file"),
        completion: .file())
    var key: String

    @Option(
        help: ArgumentHelp("The key of a log to witness, or a file with it, as init printed it.", valueName: "logkey"))
    var log: [String]

    @Option(help: ArgumentHelp("The name of a key that is made now.", valueName: "name"))
    var name: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        guard let address = WitnessAddress(listen) else {
            throw Failure.usage(
                "a witness listens on the loopback interface or a Unix socket",
                hint: "127.0.0.1:7380 or a path; for other machines see coffer witness serve --help", why: "listen")
        }
        let logs = try log.map { text throws(Failure) in try Arguments.logKey(text, option: "--log") }
        guard !logs.isEmpty else { throw Failure.usage("name the log to witness: --log LOGKEY", why: "log") }
        let (witness, verifier, isNew) = try open(logs)
        let server = WitnessServer(witness: witness, address: address)
        do {
            try await server.run { url in
                output.answer(["key": .string(verifier.description), "new": .bool(isNew), "url": .string(url)]) {
                    verifier.description + "\n"
                }
                output.note("ready " + url)
            }
        } catch {
            // A library's error may say anything; what was asked for is known.
            throw Failure(
                code: "unavailable", why: "listen", message: "cannot listen there",
                hint: "another program may have the address: name another with --listen", exitCode: 5)
        }
    }

    private func open(_ logs: [VerifierKey]) throws(Failure) -> (WitnessService, VerifierKey, isNew: Bool) {
        do throws(WitnessFolder.Problem) {
            let (folder, key, isNew) = try WitnessFolder.open(state, keyFile: self.key, name: name)
            return (try WitnessService(folder: folder, key: key, logs: logs), key.verifier, isNew)
        } catch { throw Failure(witness: error) }
    }
}

struct WitnessKeyCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Print the verifier key of a witness.",
        discussion: "Example: coffer witness key --key witness.key")

    @Option(help: ArgumentHelp("The file of the witness's private key.", valueName: "file"), completion: .file())
    var key: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let verifier: VerifierKey
        do throws(WitnessKey.Problem) { verifier = try WitnessKey.read(key).verifier } catch {
            throw Failure(witness: .key(error))
        }
        output.answer(["key": .string(verifier.description)]) { verifier.description + "\n" }
    }
}

extension Failure {
    init(witness problem: WitnessFolder.Problem) {
        switch problem {
        case .host(let error): self = .file(error, "the witness's folder cannot be used", why: "state")
        case .inUse:
            self.init(
                code: "conflict", why: "state", message: "another process serves this folder",
                hint: "two witnesses with one key could cosign two histories: stop the other first", exitCode: 7)
        case .lost:
            self = .usage(
                "this key has cosigned checkpoints, and the folder that remembers them is not there",
                hint: "name its folder with --state; if it is lost, retire the key and make a new one", why: "state")
        case .keyMissing:
            self = .usage(
                "the folder remembers checkpoints, and the key that cosigned them is not there",
                hint: "name its key with --key; if it is lost, begin with a new folder and a new key", why: "key")
        case .otherKey:
            self = .usage(
                "the folder belongs to another key", hint: "name the key and the folder that were made together",
                why: "state")
        case .damaged:
            self.init(
                code: "integrity", why: "state", message: "a stored checkpoint does not bear its signatures",
                hint: "the folder was changed: keep a copy, retire the key and tell the shops", exitCode: 6)
        case .key(.host(let error)): self = .file(error, "the witness's key cannot be used", why: "key")
        case .key(.exposed):
            self = .usage("other users of this machine may read the witness's key", hint: "chmod 600", why: "key")
        case .key(.form): self = .usage("this is not the private key of a witness", why: "key")
        case .key(.name):
            self = .usage(
                "a key's name has 1 to 256 bytes, no spaces and no plus", hint: "a host name is usual", why: "name")
        }
    }
}
