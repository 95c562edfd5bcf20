import Foundation
import Glibc
import Synchronization
import Testing
import TestSupport

/// All of these run one after the other: each has a broker of its own, and the machine has two cores.
@Suite(.serialized) enum EndToEnd {}

/// What a finished command left.
struct Outcome: Sendable {
    let code: Int32
    let out: [UInt8]
    let err: [UInt8]

    var text: String { String(decoding: out, as: UTF8.self) }
    var errorText: String { String(decoding: err, as: UTF8.self) }

    /// The JSON object on standard output.
    func json() throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(out)) as? [String: Any]
        return try #require(object, "no JSON object on standard output")
    }

    func member(_ name: String) throws -> String {
        try #require(try json()[name] as? String, "no member \(name) in \(text)")
    }

    func number(_ name: String) throws -> Int {
        try #require((try json()[name] as? NSNumber)?.intValue, "no number \(name) in \(text)")
    }
}

/// A folder of its own with a vault, the keys of some people and the real programs, all of it gone at the end.
final class Sandbox: Sendable {
    let folder: String
    let vault: String
    /// What makes programs see another time; nothing at first.
    let clock = Mutex<[String: String]>([:])

    /// The folder of the test program, where the build has put the two programs as well.
    static let binaries = FileManager.default
        .destinationOfSymbolicLink("/proc/self/exe", fallback: CommandLine.arguments[0])
        .deletingLastComponent

    static let root = #filePath.deletingLastComponent.deletingLastComponent.deletingLastComponent

    init() throws {
        // Short: the path of a Unix socket has 107 bytes at the most.
        folder = "/tmp/coffer-e2e-\(UUID().uuidString.prefix(8).lowercased())"
        vault = folder + "/vault"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func write(_ name: String, _ contents: String, mode: Int = 0o600) throws -> String {
        let path = folder + "/" + name
        try Data(contents.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    /// A passphrase file of a person, made when first asked for.
    func passphrase(_ who: String) throws -> String {
        let path = folder + "/\(who).pass"
        if FileManager.default.fileExists(atPath: path) { return path }
        return try write("\(who).pass", "passphrase of \(who) \(UUID().uuidString)\n")
    }

    var environment: [String: String] {
        var environment = ["PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no", "LANG": "C.UTF-8"]
        environment["XDG_STATE_HOME"] = folder + "/state"
        environment["XDG_CONFIG_HOME"] = folder + "/config"
        return environment.merging(clock.withLock { $0 }) { _, ahead in ahead }
    }

    /// Runs `coffer` with a person's key.
    @discardableResult
    func coffer(_ who: String, _ arguments: String...) throws -> Outcome {
        try coffer(who, arguments)
    }

    func coffer(_ who: String, _ arguments: [String]) throws -> Outcome {
        try run(Self.binaries + "/coffer", try self.arguments(who, arguments))
    }

    /// The arguments of a call with a person's key.
    func arguments(_ who: String, _ arguments: [String]) throws -> [String] {
        arguments + ["--dir", vault, "--identity", "\(folder)/\(who).key", "--passphrase-file", try passphrase(who)]
    }

    /// Runs `coffer`, expects success and gives its JSON answer.
    @discardableResult
    func answer(_ who: String, _ arguments: String...) throws -> Outcome {
        let outcome = try coffer(who, arguments + ["--json"])
        try #require(outcome.code == 0, "coffer \(arguments) exited \(outcome.code): \(outcome.errorText)")
        return outcome
    }

    /// Runs a program to its end.
    func run(_ program: String, _ arguments: [String], in environment: [String: String]? = nil) throws -> Outcome {
        let out = "\(folder)/out-\(UUID().uuidString)"
        let err = out + "-err"
        defer { for path in [out, err] { try? FileManager.default.removeItem(atPath: path) } }
        let child = try Child(
            [program] + arguments, environment: environment ?? self.environment, output: out, error: err)
        let code = child.wait()
        return Outcome(
            code: code, out: [UInt8](try Data(contentsOf: URL(fileURLWithPath: out))),
            err: [UInt8](try Data(contentsOf: URL(fileURLWithPath: err))))
    }
}

/// A running broker. It is killed when the value goes.
final class BrokerProcess {
    let child: Child
    let errorFile: String
    private var code: Int32?

    /// Starts `cofferd` and waits for `ready`, at most 20 s.
    init(_ sandbox: Sandbox, arguments: [String] = [], wrapper: [String] = []) throws {
        errorFile = sandbox.folder + "/broker-\(UUID().uuidString.prefix(8)).log"
        child = try Child(
            wrapper + [Sandbox.binaries + "/cofferd", "--dir", sandbox.vault] + arguments,
            environment: sandbox.environment, output: "/dev/null", error: errorFile)
        for _ in 0..<400 {
            if errorText.split(separator: "\n").contains("ready") { return }
            if !child.isRunning { break }
            usleep(50_000)
        }
        if child.isRunning { child.send(SIGKILL) }
        code = child.wait()
        throw NotReady(output: errorText)
    }

    struct NotReady: Error { let output: String }

    var errorText: String { String(decoding: FileManager.default.contents(atPath: errorFile) ?? Data(), as: UTF8.self) }
    var isRunning: Bool { code == nil && child.isRunning }

    /// SIGTERM and wait; the exit code.
    @discardableResult
    func stop() -> Int32 { end(SIGTERM) }

    /// SIGKILL and wait: the crash that leaves nothing tidy.
    @discardableResult
    func crash() -> Int32 { end(SIGKILL) }

    /// Waits for an end somebody else brings about.
    @discardableResult
    func waitForEnd() -> Int32 { end(0) }

    private func end(_ signal: Int32) -> Int32 {
        if let code { return code }
        child.send(signal)
        let code = child.wait()
        self.code = code
        return code
    }

    deinit { crash() }
}

extension Sandbox {
    /// A vault with a policy and its owner, test profile. Gives the answer of `init`.
    ///
    /// - Parameter policy: the path of one; the takeout shop's by default.
    @discardableResult
    func makeVault(policy: String = Sandbox.root + "/policies/takeout.yaml") throws -> Outcome {
        try answer(
            "owner", "init", "--policy", policy, "--owner", "Owner",
            "--profile", "test", "--unseal-passphrase-file", try passphrase("vault"))
    }

    func unseal() throws { try answer("owner", "unseal", "--unseal-passphrase-file", try passphrase("vault")) }

    /// Invites, enrols and approves a person whose key file bears the name of `who`.
    ///
    /// - Parameter person: the name of somebody enrolled whose further key it is.
    func enrol(_ who: String, role: String, anotherKeyOf person: String? = nil) throws {
        let name = person ?? who
        let more = person == nil ? [] : ["--another-key"]
        let invited = try coffer("owner", ["staff", "invite", "--name", name, "--role", role, "--json"] + more)
        try #require(invited.code == 0, "\(invited.text)")
        try answer(who, "enroll", "--code", invited.member("code"))
        try answer("owner", "staff", "approve", name)
    }

    /// The values of the sample customer that must not be found in any file.
    static let sample = (name: "林小美", phone: "13912345678", address: "浙江省杭州市西湖区文三路 100 号")

    func addSampleCustomer() throws -> String {
        try answer(
            "counter", "customer", "add", "--field", "name=" + Self.sample.name, "--field",
            "phone=+86" + Self.sample.phone, "--field", "address=" + Self.sample.address, "--purpose", "order"
        ).member("number")
    }
}

extension String {
    var deletingLastComponent: String { (self as NSString).deletingLastPathComponent }
}

extension FileManager {
    func destinationOfSymbolicLink(_ path: String, fallback: String) -> String {
        (try? destinationOfSymbolicLink(atPath: path)) ?? fallback
    }
}
