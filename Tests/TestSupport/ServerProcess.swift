import Foundation
import Glibc

/// A server of a test's own: a process on a free port of loopback, killed when the value goes, and by `timeout` should
/// the tests end without that.
package final class ServerProcess: Sendable {
    private let child: Child
    private let output: String

    package struct DidNotStart: Error { package let output: String }

    /// Starts a program by its path and waits until its output holds `readiness`.
    package init(_ arguments: [String], in folder: String, readiness: String, lifetimeSeconds: Int = 300) throws {
        output = folder + "/server-\(UInt32.random(in: 0...UInt32.max)).log"
        let whole = ["/usr/bin/timeout", "--kill-after=5", "\(lifetimeSeconds)"] + arguments
        let surroundings = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": folder]
        child = try Child(whole, environment: surroundings, output: output, error: nil)
        for _ in 0..<1_200 {
            if log.contains(readiness) { return }
            guard child.isRunning else { break }
            usleep(25_000)
        }
        throw DidNotStart(output: log)
    }

    deinit { stop() }

    /// `timeout` passes the signal on.
    package func stop() {
        child.send(SIGTERM)
        _ = child.wait()
    }

    package var log: String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }

    /// Starts what needs a port, with another one if somebody was quicker.
    package static func onFreePort<S>(_ make: (Int) throws -> S) throws -> (server: S, port: Int) {
        for _ in 0..<5 {
            let port = try Listener().port
            do { return (try make(port), port) } catch let error as DidNotStart {
                guard error.output.contains("Address already in use") else { throw error }
            }
        }
        throw DidNotStart(output: "no free port")
    }
}

/// A port that accepts connections and says nothing.
package final class Listener: Sendable {
    package let port: Int
    private let descriptor: Int32

    package init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        self.descriptor = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                var length = size
                return unsafe bind(descriptor, name, size) == 0 && getsockname(descriptor, name, &length) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard bound && listen(descriptor, 8) == 0 else { throw ServerProcess.DidNotStart(output: "no port") }
    }

    deinit { close(descriptor) }

    /// Whether anybody has connected since the last call.
    package var wasConnected: Bool {
        let accepted = accept(descriptor, nil, nil)
        if accepted >= 0 { close(accepted) }
        return accepted >= 0
    }
}

/// A relay that cuts or stalls connections.
package final class Relay: Sendable {
    package enum Mode: String, Sendable { case cut, stall }

    package let port: Int
    private let process: ServerProcess

    /// - Parameters:
    ///   - bytes: how many go to the server before a connection fails.
    ///   - times: how many connections fail; later ones pass.
    package init(to upstream: Int, _ mode: Mode, after bytes: Int, times: Int, in folder: String) throws {
        (process, port) = try ServerProcess.onFreePort { port in
            try ServerProcess(
                [
                    Python.plain, Python.script("relay.py"), "\(port)", "\(upstream)", mode.rawValue, "\(bytes)",
                    "\(times)",
                ], in: folder, readiness: "ready")
        }
    }

    package func stop() { process.stop() }
}
