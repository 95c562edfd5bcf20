import Foundation

/// The most memory that a process used, looked at until it is gone.
final class Peak: @unchecked Sendable {  // Everything is behind the lock.
    private let lock = NSLock()
    private var most = 0.0

    init(of process: Int32) {
        Thread {
            while let now = Self.mebibytes("VmHWM", of: process) {
                self.lock.lock()
                self.most = max(self.most, now)
                self.lock.unlock()
                usleep(5_000)
            }
        }.start()
    }

    var mebibytes: Double {
        lock.lock()
        defer { lock.unlock() }
        return most
    }

    /// `VmRSS` or `VmHWM` of a process in MiB; nil once it has ended.
    static func mebibytes(_ member: String, of process: Int32) -> Double? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(member + ":") }),
            let kilobytes = Double(line.filter(\.isNumber))
        else { return nil }
        return kilobytes / 1_024
    }
}
