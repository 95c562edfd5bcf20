internal import Host
internal import Synchronization
internal import Turnstile
internal import VaultModel
internal import Wire

/// Makes guessing a passphrase slow: five tries, then a wait that doubles from 30 s to an hour. It is kept in a file, so
/// that a restart does not begin anew.
///
/// Whoever can write the folder can delete the file; such a person can also copy `vault.seal` and guess elsewhere. This
/// is for people who can only ask.
final class UnsealBackoff: Sendable {
    static let name = "unseal.tries"
    static let freeTries = 5
    static let firstWaitSeconds: Int64 = 30
    static let longestWaitSeconds: Int64 = 3_600
    private static let largestBytes = 256

    /// How many tries failed in a row, and when the last one was made.
    struct Record: Equatable {
        var failures = 0
        /// Milliseconds since 1970.
        var last: Int64 = 0
        /// The file says nothing: this stands for it, and has not been written yet.
        var isMadeUp = false

        var waitMilliseconds: Int64 {
            guard failures >= UnsealBackoff.freeTries else { return 0 }
            let doublings = min(failures - UnsealBackoff.freeTries, 7)
            return min(UnsealBackoff.firstWaitSeconds << Int64(doublings), UnsealBackoff.longestWaitSeconds) * 1_000
        }

        /// What is left to wait. A clock that went back starts the wait again: it never shortens it.
        func remaining(now: Int64) -> Int64 {
            now < last ? waitMilliseconds : max(0, last + waitMilliseconds - now)
        }

        var text: String { "coffer unseal tries 1\n\(failures) \(last)\n" }

        /// Nil for anything but `text` of a record.
        init?(_ text: String) {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            guard lines.count == 3, lines[0] == "coffer unseal tries 1", lines[2].isEmpty else { return nil }
            let numbers = lines[1].split(separator: " ", omittingEmptySubsequences: false)
            guard numbers.count == 2, let failures = Int(numbers[0]), let last = Int64(numbers[1]), failures > 0,
                last >= 0
            else { return nil }
            self.init(failures: failures, last: last)
        }

        init(failures: Int = 0, last: Int64 = 0, isMadeUp: Bool = false) {
            self.failures = failures
            self.last = last
            self.isMadeUp = isMadeUp
        }
    }

    private let path: String
    private let clock: any WallClock
    private let guarded = Mutex(())

    init(folder: String, clock: any WallClock) {
        path = FilePaths.join(folder, Self.name)
        self.clock = clock
    }

    /// Counts a try before it is made, so that ending the process meanwhile does not save it. Gives what to put back
    /// where the try turns out to be none.
    /// - Throws: `rate-limited` with the seconds left, or why the try cannot be counted; then none may be made.
    func begin() throws(RequestRefusal) -> Record {
        let result = guarded.withLock { _ -> Result<Record, RequestRefusal> in
            let now = clock.nowMilliseconds()
            var record = read(now)
            let before = record
            if record.isMadeUp {
                // Written down, or the wait would begin again with each look.
                record.isMadeUp = false
                do throws(HostError) { try DurableFile.replace(path, with: Array(record.text.utf8)) } catch {
                    return .failure(
                        RequestRefusal(.unavailable, .unavailable, hint: "\(Self.name): \(error.reason)"))
                }
            }
            let left = record.remaining(now: now)
            if left > 0 {
                // A clock that was set back: from here on the wait counts anew.
                if now < record.last {
                    record.last = now
                    try? DurableFile.replace(path, with: Array(record.text.utf8))
                }
                let seconds = (left + 999) / 1_000
                return .failure(
                    RequestRefusal(
                        .rateLimited, .rate,
                        hint: "\(record.failures) wrong passphrases in a row: wait \(seconds) s before the next try; "
                            + "cards and key files are not affected"))
            }
            record.failures = min(record.failures + 1, 1_000_000)
            record.last = now
            do throws(HostError) {
                try DurableFile.replace(path, with: Array(record.text.utf8))
                return .success(before)
            } catch {
                return .failure(
                    RequestRefusal(.unavailable, .unavailable, hint: "\(Self.name): \(error.reason)"))
            }
        }
        return try result.get()
    }

    /// The passphrase was right: nothing is remembered.
    func succeed() { guarded.withLock { _ in try? DurableFile.remove(path) } }

    /// The try said nothing about the passphrase: memory ran out, or the file is damaged.
    func undo(to record: Record) {
        guarded.withLock { _ in
            if record.failures == 0 {
                try? DurableFile.remove(path)
            } else {
                try? DurableFile.replace(path, with: Array(record.text.utf8))
            }
        }
    }

    private func read(_ now: Int64) -> Record {
        guard Folder.exists(path) else { return Record() }
        guard let bytes = try? DurableFile.read(path, limit: Self.largestBytes),
            let record = Record(String(decoding: bytes, as: UTF8.self))
            // A file nobody here has written: somebody tries to begin anew.
        else { return Record(failures: Self.freeTries + 7, last: now, isMadeUp: true) }
        return record
    }
}
