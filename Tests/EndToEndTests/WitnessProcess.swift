import Foundation
import Glibc
import TestSupport

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
    func forgetCheckpoints(keepingWitnesses: Bool = false) throws {
        let state = folder + "/state"
        guard keepingWitnesses else { return try FileManager.default.removeItem(atPath: state) }
        for name in try FileManager.default.subpathsOfDirectory(atPath: state) where name.hasSuffix("/checkpoint") {
            try FileManager.default.removeItem(atPath: state + "/" + name)
        }
    }

    func addWitness(_ name: String, _ witness: WitnessProcess) throws {
        try answer("owner", "witness", "add", name, witness.url, "--key", witness.key)
    }

    /// Entries under the checkpoint a witness has stored; nil before the first.
    func storedSize(of state: String) throws -> Int? {
        let path = folder + "/" + state
        let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".checkpoint") }
        guard let name = names.first else { return nil }
        let lines = try String(contentsOfFile: path + "/" + name, encoding: .utf8).split(separator: "\n")
        return lines.count > 1 ? Int(lines[1]) : nil
    }
}

/// A server that says the same to everybody: one connection at a time, on a Unix socket.
final class FakeServer {
    let url: String
    private let listener: Int32
    private let path: String

    struct Failed: Error { let errno: Int32 }

    init(_ sandbox: Sandbox, reply: String) throws {
        path = sandbox.folder + "/fake-\(UUID().uuidString.prefix(6)).sock"
        url = "unix:" + path
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { buffer in
            unsafe buffer.copyBytes(from: path.utf8)
        }
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(listener, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0, listen(listener, 8) == 0 else { throw Failed(errno: errno) }
        let bytes = Array(reply.utf8)
        Thread {
            while true {
                let peer = accept(listener, nil, nil)
                guard peer >= 0 else { return }
                var request = [UInt8](repeating: 0, count: 65_536)
                var end = 0
                // The head, and a body if one is announced: it comes in one piece with it or right after.
                while end < request.count {
                    let count = unsafe request.withUnsafeMutableBytes { buffer in
                        unsafe recv(peer, buffer.baseAddress.map { unsafe $0 + end }, buffer.count - end, 0)
                    }
                    guard count > 0 else { break }
                    end += count
                    if String(decoding: request[..<end], as: UTF8.self).contains("\r\n\r\n") { break }
                }
                unsafe _ = send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                shutdown(peer, Int32(SHUT_WR))
                // What is still coming is read, or closing would cut the reply off.
                while unsafe recv(peer, &request, request.count, 0) > 0 {}
                close(peer)
            }
        }.start()
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        unsafe _ = unlink(path)
    }
}
