import CanonicalJSON
import Client
import Foundation
import Glibc
import Testing
import VaultModel
import Wire
import TestSupport

extension EndToEnd {
    /// Following the log: what comes is shown, and the log does not grow by being watched.
    @Suite(.serialized) struct FollowTests {
        private func lines(_ path: String) -> [[String: Any]] {
            let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
            return text.split(separator: "\n").compactMap {
                try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
        }

        /// Waits until something holds, at most 20 s.
        private func wait(_ holds: () throws -> Bool) rethrows -> Bool {
            for _ in 0..<200 {
                if try holds() { return true }
                usleep(100_000)
            }
            return false
        }

        @Test func `entries are shown as they come; the session is two entries, and Ctrl-C ends it`() throws {
            let shop = try LendingShop()
            let sandbox = shop.sandbox
            func size() throws -> Int { try sandbox.answer("owner", "status").number("log_size") }
            let before = try size()
            let (out, err) = (sandbox.folder + "/follow.out", sandbox.folder + "/follow.err")
            let child = try Child(
                [Sandbox.binaries + "/coffer"]
                    + sandbox.arguments("officer", ["log", "tail", "--follow", "--json", "-n", "2"]),
                environment: sandbox.environment, output: out, error: err)
            #expect(wait { lines(out).count == 2 }, "the two entries before")
            #expect(lines(out).map { $0["seq"] as? Int } == [before - 2, before - 1])

            let shown = try sandbox.answer(
                "counter", "customer", "show", shop.customers[0], "--fields", "name", "--purpose", "order"
            ).number("entry")
            #expect(wait { lines(out).count == 3 }, "the new entry")
            let entry = try #require(lines(out).last)
            #expect(entry["seq"] as? Int == shown && entry["kind"] as? String == "read")
            // Some more looks, which are none of the log's business.
            usleep(2_500_000)
            #expect(lines(out).count == 3)
            #expect(try size() == before + 2, "the session's beginning and the read")

            child.send(SIGINT)
            #expect(child.wait() == 0, "\((try? String(contentsOfFile: err, encoding: .utf8)) ?? "")")
            #expect(try size() == before + 3, "and the session's end")
            let newest = try sandbox.answer("officer", "log", "tail", "-n", "1")
            let end = try #require((try newest.json()["entries"] as? [[String: Any]])?.first)
            #expect(end["act"] as? String == "log-tail" && (end["xid"] as? String)?.hasPrefix("f_") == true)
            let verified = try shop.verify()
            #expect(verified.code == 0, "\(verified.text)")
        }

        @Test func `a session is one person's, and over once it has ended`() async throws {
            let shop = try LendingShop()
            let officer = try Party("officer", shop.sandbox)
            #expect(await officer.call(BeginFollow.self, .init(minutes: 0, count: 1), RequestScope()) == "malformed")
            #expect(await shop.service.call(BeginFollow.self, .init(minutes: 1, count: 1), RequestScope()) == "act")
            let begun = try await officer.session.call(BeginFollow.self, .init(minutes: 1, count: 1)).message
            let page = FollowPage.Request(follow: begun.follow, from: begun.next)
            let shown = try await officer.session.call(FollowPage.self, page)
            #expect(shown.message.entries.count == 1 && shown.receipt == nil)
            #expect(shown.message.entries.first?["seq"]?.integerValue == Int64(begun.next))
            #expect(await shop.service.call(FollowPage.self, page, RequestScope()) == "not-found")
            #expect(await officer.call(EndFollow.self, .init(follow: begun.follow), RequestScope()) == "ok")
            #expect(await officer.call(FollowPage.self, page, RequestScope()) == "not-found")
            #expect(await officer.call(EndFollow.self, .init(follow: begun.follow), RequestScope()) == "not-found")
        }

        /// Entries of four kilobytes each, more than one reply holds.
        @Test func `what does not fit into one reply comes in the next, and nothing is left out`() async throws {
            let shop = try LendingShop()
            let sandbox = shop.sandbox
            let officer = try Party("officer", sandbox)
            let long = String(repeating: "a", count: 30)
            let fields = (10..<74).compactMap { FieldName("\(long)aa.\(long)\($0)") }
            try #require(fields.count == 64)
            let scope = RequestScope(fields: fields, form: .full, purpose: "order", orders: [shop.orders[0]])
            for _ in 0..<260 { #expect(await officer.call(ShowRecords.self, .init(), scope) != "ok") }

            let first = try await officer.session.call(TailLog.self, .init(count: 250, before: 0))
            #expect(first.message.entries.count < 250 && first.message.from > first.entry - 250)
            let told = try sandbox.answer("officer", "log", "tail", "-n", "250")
            let seqs = (try told.json()["entries"] as? [[String: Any]] ?? []).compactMap { $0["seq"] as? Int }
            #expect(seqs == Array(try told.number("entry") - 250..<told.number("entry")))
            #expect(told.out.count > WireLimits.replyBytes)

            let begun = try await officer.session.call(BeginFollow.self, .init(minutes: 1, count: 250))
            var (next, shown, pages) = (begun.message.next, [Int64](), 0)
            while next < begun.entry {
                let request = FollowPage.Request(follow: begun.message.follow, from: next)
                let page = try await officer.session.call(FollowPage.self, request).message
                try #require(page.next > next)
                shown += page.entries.compactMap { $0["seq"]?.integerValue }
                (next, pages) = (page.next, pages + 1)
            }
            #expect(shown == Array(Int64(begun.entry) - 250..<Int64(begun.entry)))
            #expect(pages > 1)
        }

        @Test func `whoever loses the right while following sees nothing more`() throws {
            let shop = try LendingShop()
            let sandbox = shop.sandbox
            let (out, err) = (sandbox.folder + "/follow.out", sandbox.folder + "/follow.err")
            let child = try Child(
                [Sandbox.binaries + "/coffer"] + sandbox.arguments("officer", ["log", "tail", "--follow", "-n", "1"]),
                environment: sandbox.environment, output: out, error: err)
            func text() -> String {
                String(decoding: FileManager.default.contents(atPath: out) ?? Data(), as: UTF8.self)
            }
            #expect(wait { text().split(separator: "\n").count == 2 }, "a heading and one entry")
            try sandbox.answer("owner", "staff", "offboard", "officer")
            #expect(child.wait() == 3)
            let error = try String(contentsOfFile: err, encoding: .utf8)
            #expect(error.contains("error: this key has been revoked"), "\(error)")
        }
    }
}
