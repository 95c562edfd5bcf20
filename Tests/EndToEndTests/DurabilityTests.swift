import Foundation
import Testing

extension EndToEnd {
    /// What the kernel saw: no value leaves before its entry is on the disk.
    @Suite(.serialized) struct DurabilityTests {
        static let hasStrace = FileManager.default.isExecutableFile(atPath: "/usr/bin/strace")

        @Test(.enabled(if: hasStrace, "strace is not installed: apt-get install strace"))
        func `every reply that carries a field comes after a completed sync of its entry`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let trace = sandbox.folder + "/trace"
            let broker = try BrokerProcess(
                sandbox,
                wrapper: [
                    "/usr/bin/strace", "-f", "-y", "-s", "48", "-o", trace, "-e",
                    "trace=pwrite64,write,writev,sendmsg,sendto,fsync,fdatasync",
                ])
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            let number = try sandbox.addSampleCustomer()
            let reads = 5
            for _ in 0..<reads {
                try sandbox.answer(
                    "counter", "customer", "show", number, "--fields", "name,phone", "--purpose", "order")
            }
            // A signal would end the tracer and not the broker.
            try sandbox.answer("owner", "seal")
            broker.waitForEnd()
            let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: trace)), as: UTF8.self)
            let replies = Self.judge(text)
            // Unseal, the enrolment's calls, one add and the reads: at least the reads must be there.
            #expect(replies.logged >= reads + 1, "\(replies)")
            #expect(replies.early == 0, "a reply left before its entry was durable")
        }

        @Test func `the judge of the trace sees a reply that comes too early`() {
            let early = """
                1 pwrite64(9</v/log.db-wal>, "x", 1, 0) = 1
                1 write(12<socket:[1]>, "HTTP/1.1 200 OK", 15) = 15
                1 fdatasync(9</v/log.db-wal>) = 0
                """
            #expect(Self.judge(early).early == 1)
            let lawful = """
                1 pwrite64(9</v/log.db-wal>, "x", 1, 0) = 1
                1 fdatasync(9</v/log.db-wal> <unfinished ...>
                2 write(12<socket:[1]>, "HTTP/1.1 503 Service", 20) = 20
                1 <... fdatasync resumed>) = 0
                1 write(12<socket:[1]>, "HTTP/1.1 200 OK", 15) = 15
                """
            #expect(Self.judge(lawful) == Replies(logged: 1, early: 0))
        }

        struct Replies: Equatable {
            /// Replies with status 200 after an entry was written and synced.
            var logged = 0
            /// Replies with status 200 while something written to the log was not synced.
            var early = 0
        }

        private static func judge(_ trace: String) -> Replies {
            var replies = Replies()
            var unsynced = false
            var syncedSinceReply = false
            // Threads with a sync of the log that has begun and not ended.
            var syncing: Set<Substring> = []
            for line in trace.split(separator: "\n") {
                let thread = line.prefix { $0 != " " }
                if line.contains("log.db-wal>") {
                    if line.contains("pwrite64(") { unsynced = true }
                    if line.contains("sync(") {
                        if line.contains("<unfinished") { syncing.insert(thread) } else { finish() }
                    }
                } else if line.contains("sync resumed>"), syncing.remove(thread) != nil {
                    finish()
                } else if line.contains("<socket:"), line.contains("HTTP/1.1 200") {
                    if unsynced { replies.early += 1 } else if syncedSinceReply { replies.logged += 1 }
                    syncedSinceReply = false
                }
            }
            func finish() {
                unsynced = false
                syncedSinceReply = true
            }
            return replies
        }
    }
}
