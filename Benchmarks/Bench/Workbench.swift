import Foundation
import Glibc

/// A throw-away vault of the test profile with the real programs around it.
final class Workbench {
    let folder: String
    let vault: String
    let binaries: String
    let root: String
    private(set) var broker: Process?
    /// What verifies the log.
    private(set) var logKey: String?
    /// The most memory that the last `coffer` used.
    private(set) var clientPeakMebibytes = 0.0

    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    init(binaries: String, root: String) throws {
        self.binaries = binaries
        self.root = root
        folder = NSTemporaryDirectory() + "coffer-bench-\(getpid())"
        vault = folder + "/vault"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        chmod(folder, 0o700)
    }

    func remove() {
        broker?.terminate()
        broker?.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func passphrase(_ who: String) throws -> String {
        let path = "\(folder)/\(who).pass"
        if !FileManager.default.fileExists(atPath: path) {
            try Data("passphrase of \(who)\n".utf8).write(to: URL(fileURLWithPath: path))
            chmod(path, 0o600)
        }
        return path
    }

    func identity(_ who: String) -> String { "\(folder)/\(who).key" }

    /// Runs `coffer` and gives its JSON answer.
    @discardableResult
    func coffer(_ who: String, _ arguments: String...) throws -> [String: Any] { try coffer(who, arguments) }

    @discardableResult
    func coffer(_ who: String, _ arguments: [String]) throws -> [String: Any] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: binaries + "/coffer")
        process.arguments =
            arguments + [
                "--dir", vault, "--identity", identity(who), "--passphrase-file", try passphrase(who), "--json",
            ]
        process.environment = [
            "PATH": "/usr/bin:/bin", "HOME": folder, "XDG_STATE_HOME": folder + "/state", "LANG": "C.UTF-8",
        ]
        let out = Pipe()
        process.standardOutput = out
        process.standardError = FileHandle.nullDevice
        try process.run()
        let peak = Peak(of: process.processIdentifier)
        let data = out.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        clientPeakMebibytes = peak.mebibytes
        guard process.terminationStatus == 0 else {
            throw Failed(description: "coffer \(arguments.prefix(2)): \(String(decoding: data, as: UTF8.self))")
        }
        return (try JSONSerialization.jsonObject(with: data) as? [String: Any]) ?? [:]
    }

    /// The shipped policy without its limits: the load is more than any person reads.
    private func policy() throws -> String {
        let shipped = try String(contentsOfFile: root + "/policies/takeout.yaml", encoding: .utf8)
        let path = folder + "/bench.yaml"
        try shipped.replacing(
            "opens_per_10_minutes: 60, opens_per_day: 300",
            with: "opens_per_10_minutes: 100000000, opens_per_day: 100000000"
        ).write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    func start() throws {
        let made = try coffer(
            "owner", "init", "--policy", try policy(), "--owner", "Owner", "--profile", "test",
            "--unseal-passphrase-file", try passphrase("vault"), "--recovery", "2/3", "--cards", folder + "/cards")
        logKey = made["log_key"] as? String
        try startBroker()
    }

    func card(_ index: Int) -> String { "\(folder)/cards/recovery-\(index)-of-3.txt" }

    /// Ends the broker; the vault stays.
    func stop() {
        broker?.terminate()
        broker?.waitUntilExit()
        broker = nil
    }

    /// Bytes of the log and its WAL.
    func logBytes() -> Int {
        ["/log.db", "/log.db-wal"].reduce(0) { sum, name in
            var status = stat()
            return sum + (stat(vault + name, &status) == 0 ? Int(status.st_size) : 0)
        }
    }

    /// Starts the broker and unseals the vault.
    func startBroker() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: binaries + "/cofferd")
        process.arguments = ["--dir", vault, "--requests-per-second", "1000000"]
        process.environment = ["PATH": "/usr/bin:/bin"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        broker = process
        for _ in 0..<200 where !FileManager.default.fileExists(atPath: vault + "/cofferd.sock") { usleep(50_000) }
        usleep(200_000)
        try coffer("owner", "unseal", "--unseal-passphrase-file", try passphrase("vault"))
    }

    func enrol(_ who: String, role: String) throws {
        guard
            let code = try coffer("owner", "staff", "invite", "--name", who, "--role", role)["code"] as? String
        else { throw Failed(description: "no code") }
        try coffer(who, "enroll", "--code", code)
        try coffer("owner", "staff", "approve", who)
    }

    /// Numbers of so many of the invented customers.
    func numbers(_ count: Int, of stored: Int) throws -> [String] {
        try (0..<min(count, stored)).map { index in
            let found = try coffer("c0", "find", "--phone", Self.phone(index), "--purpose", "order")
            guard let matches = found["matches"] as? [[String: Any]], let number = matches.first?["number"] as? String
            else { throw Failed(description: "no customer \(index)") }
            return number
        }
    }

    /// Resident memory of the broker in MiB; the most of it with `VmHWM`.
    func residentMebibytes(_ member: String = "VmRSS") -> Double {
        broker.flatMap { Peak.mebibytes(member, of: $0.processIdentifier) } ?? .nan
    }

    /// Lets `VmHWM` of the broker begin with what it uses now.
    func forgetPeak() {
        guard let broker else { return }
        try? "5".write(toFile: "/proc/\(broker.processIdentifier)/clear_refs", atomically: false, encoding: .utf8)
    }

    /// Processor time the broker has used so far, in seconds; the kernel counts it in hundredths.
    func processorSeconds() -> Double {
        guard let broker,
            let text = try? String(contentsOfFile: "/proc/\(broker.processIdentifier)/stat", encoding: .utf8),
            let tail = text.split(separator: ")").last
        else { return .nan }
        let fields = tail.split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return .nan }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// A file of invented customers `range`, in the shape of the takeout map.
    func customers(_ range: Range<Int>) throws -> String {
        let path = "\(folder)/customers-\(range.lowerBound)-\(range.upperBound).csv"
        var text = "姓名,手机号,收货地址,邮箱,生日,偏好,来源,营销同意\n"
        for index in range {
            text += "客户\(index),\(Self.phone(index)),杭州市西湖区文三路 \(index) 号 2 幢 301 室,"
            text += "c\(index)@example.com,,少辣,walk-in,否\n"
        }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Invented, spread over all last four digits.
    static func phone(_ index: Int) -> String {
        let digits = String(10_000_000 + (index &* 7_919) % 90_000_000)
        return "139" + digits
    }
}

/// Seconds of the monotonic clock.
func monotonicSeconds() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

func print(_ columns: [String], widths: [Int]) {
    let line = zip(columns, widths).map { text, width in
        text + String(repeating: " ", count: max(1, width - text.count))
    }.joined()
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

func number(_ value: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }
