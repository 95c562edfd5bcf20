import Foundation
import Glibc

/// A running `coffer witness serve`. It is killed when the value goes.
final class WitnessProcess {
    let child: Child
    /// Where it answers, as `ready` tells it.
    private(set) var url = ""
    /// Its verifier key.
    private(set) var key = ""
    private let outFile: String
    private let errorFile: String
    private var code: Int32?

    struct NotReady: Error { let output: String }

    /// Starts it and waits for `ready`, at most 20 s.
    ///
    /// - Parameter state: the name of its folder and its key in the sandbox.
    init(_ sandbox: Sandbox, log: String, listen: String? = nil, state: String = "witness") throws {
        outFile = sandbox.folder + "/witness-\(UUID().uuidString.prefix(8))"
        errorFile = outFile + ".log"
        child = try Child(
            Self.arguments(sandbox, log: log, listen: listen, state: state), environment: sandbox.environment,
            output: outFile, error: errorFile)
        for _ in 0..<400 {
            if let line = text(errorFile).split(separator: "\n").first(where: { $0.hasPrefix("ready ") }) {
                url = String(line.dropFirst(6))
                key = text(outFile).split(separator: "\n").first.map(String.init) ?? ""
                return
            }
            if !child.isRunning { break }
            usleep(50_000)
        }
        if child.isRunning { child.send(SIGKILL) }
        code = child.wait()
        throw NotReady(output: text(errorFile))
    }

    static func arguments(_ sandbox: Sandbox, log: String, listen: String? = nil, state: String) -> [String] {
        [
            Sandbox.binaries + "/coffer", "witness", "serve", "--listen", listen ?? sandbox.folder + "/\(state).sock",
            "--state", sandbox.folder + "/" + state, "--key", sandbox.folder + "/\(state).key", "--log", log,
        ]
    }

    /// SIGTERM and wait; the exit code.
    @discardableResult
    func stop() -> Int32 { end(SIGTERM) }

    /// SIGKILL and wait.
    @discardableResult
    func crash() -> Int32 { end(SIGKILL) }

    private func end(_ signal: Int32) -> Int32 {
        if let code { return code }
        child.send(signal)
        let code = child.wait()
        self.code = code
        return code
    }

    private func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    deinit { crash() }
}

extension Sandbox {
    /// The vault's files as they are now, under another name. The broker must not run.
    func keepCopy(_ name: String) throws {
        try FileManager.default.copyItem(atPath: vault, toPath: folder + "/" + name)
    }

    /// Puts a copy back in place of the vault. The broker must not run.
    func putBack(_ name: String) throws {
        try FileManager.default.removeItem(atPath: vault)
        try FileManager.default.copyItem(atPath: folder + "/" + name, toPath: vault)
    }

    /// What this person's device remembers is forgotten: another device, or a reinstalled one.
    func forgetCheckpoints() throws { try FileManager.default.removeItem(atPath: folder + "/state") }

    func addWitness(_ name: String, _ witness: WitnessProcess) throws {
        try answer("owner", "witness", "add", name, witness.url, "--key", witness.key)
    }
}
