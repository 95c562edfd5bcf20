import Foundation
import Glibc
import Testing
import TestSupport

extension BackupShop {
    /// `coffer backup pick` with two cards, from a target's folder.
    func pick(_ number: String? = nil, from: String = "stick", by who: String = "owner", _ more: String...) throws
        -> Outcome
    {
        try sandbox.coffer(
            who,
            [
                "backup", "pick", "--customer", number ?? self.number, "--from", sandbox.folder + "/" + from,
                "--card-file", card(1), "--card-file", card(3), "--scratch", scratch(), "--json",
            ] + more)
    }

    /// Where archives are opened; nothing may stay there.
    func scratch() -> String {
        let path = sandbox.folder + "/scratch"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }

    func values(_ number: String, _ fields: String, purpose: String = "care") throws -> [String: Any] {
        let shown = try sandbox.answer(
            "counter", "customer", "show", number, "--fields", fields, "--purpose", purpose, "--form", "full")
        return try #require(try shown.json()["fields"] as? [String: Any], "\(shown.text)")
    }
}

extension EndToEnd {
    /// One customer comes back into the running vault as she was archived, and by that way nothing else does.
    @Suite(.serialized) struct PickTests {
        private static let update = ["customer", "update"]

        private static func changes(_ outcome: Outcome) throws -> [[String: Any]] {
            try #require(try outcome.json()["changes"] as? [[String: Any]], "\(outcome.text)\(outcome.errorText)")
        }

        @Test func `what was overwritten comes back as a new revision, and a withdrawn consent does not`() throws {
            let shop = try BackupShop(rows: 3)
            let (sandbox, number) = (shop.sandbox, shop.number)
            try shop.addTarget("stick")
            try sandbox.answer(
                "counter", "customer", "update", number, "--field", "marketing_consent=yes", "--field",
                "email=mei@example.cn", "--purpose", "care")
            let order = try sandbox.answer(
                "counter", "order", "add", "--customer", number, "--field", "number=A1", "--field",
                "ordered_at=2026-11-20T12:00", "--field", "amount=68.00", "--field", "requests=少放辣", "--purpose",
                "order"
            ).member("id")
            let set = try sandbox.answer("operator", "backup", "run").member("set")
            try sandbox.answer(
                "counter", "customer", "update", number, "--field", "address=上海市黄浦区人民大道 1 号", "--field",
                "phone=+8613700009999", "--field", "marketing_consent=no", "--field", "email=", "--purpose", "care")
            try sandbox.answer("counter", "order", "delivered", order)

            let dry = try shop.pick("\(number)", "--dry-run")
            #expect(dry.code == 0, "\(dry.errorText)")
            #expect(try Self.changes(dry).count == 1 && dry.number("same") == 1)
            #expect(try Self.changes(dry)[0]["fields"] as? [String] == ["address", "email", "phone"])
            #expect(!dry.text.contains("西湖区") && !dry.text.contains("139123"), "names, no values")
            #expect("\(try shop.values(number, "address"))".contains("黄浦区"), "nothing has changed yet")

            let picked = try shop.pick()
            #expect(picked.code == 0, "\(picked.errorText)")
            #expect(try picked.member("set") == set)
            #expect(try Self.changes(picked)[0]["id"] as? String == number)
            #expect(try BackupShop.files(shop.scratch()) == [])
            let values = try shop.values(number, "name,address,phone,email,marketing_consent")
            for part in [Sandbox.sample.name, "西湖区", Sandbox.sample.phone, "mei@example.cn"] {
                #expect("\(values)".contains(part), "\(part)")
            }
            #expect("\(values["marketing_consent"] ?? "")".contains("no"), "a withdrawn consent stays withdrawn")
            func matches(_ phone: String) throws -> Int {
                let found = try sandbox.answer("counter", "find", "--phone", phone, "--purpose", "order")
                return try #require(try found.json()["matches"] as? [Any]).count
            }
            #expect(try matches(Sandbox.sample.phone) == 1)
            #expect(try matches("13700009999") == 0)
            // The order is still delivered, and can not be lent for again.
            let again = try sandbox.coffer("counter", "order", "delivered", order)
            #expect(again.code == 7, "\(again.errorText)")

            // The entry names set, manifest and records, and stands in the log like every other change.
            let shown = try sandbox.answer("officer", "log", "show", "\(picked.number("entry"))")
            let entry = try #require((try shown.json()["entries"] as? [[String: Any]])?.first)
            let core = try #require(entry["core"] as? [String: Any] ?? entry, "\(shown.text)")
            #expect(core["kind"] as? String == "restore" && core["xid"] as? String == set, "\(shown.text)")
            #expect((core["obj"] as? String ?? core["object"] as? String)?.count == 64, "\(shown.text)")
            let same = try shop.pick()
            #expect(try Self.changes(same).isEmpty && same.number("same") == 2, "\(same.text)")
            try sandbox.answer("owner", "scrub")
            try shop.restart()
            try sandbox.unseal()
            try sandbox.expectVerifies(try sandbox.logKey())
            shop.broker.stop()
        }

        @Test func `nobody gets round the rights, the cards, erasures, new keys and other customers`() throws {
            let shop = try BackupShop(rows: 3)
            let (sandbox, number) = (shop.sandbox, shop.number)
            let stick = try shop.addTarget("stick")
            try sandbox.answer("operator", "backup", "run")
            // As it was before: it knows of no erasure, of no newer manifest.
            try FileManager.default.copyItem(atPath: stick, toPath: sandbox.folder + "/early")
            for who in ["operator", "counter", "officer"] {
                let refused = try shop.pick(by: who)
                #expect(refused.code == 3, "\(who): \(refused.errorText)")
            }
            let lone = try sandbox.coffer(
                "owner", "backup", "pick", "--customer", number, "--from", stick, "--card-file", shop.card(1),
                "--scratch", shop.scratch())
            #expect(lone.code == 17, "\(lone.errorText)")
            #expect(try shop.pick("C-7K3M-9QXD").code != 0)
            #expect(try shop.pick("13912345678").code == 2)
            #expect(try shop.pick(number, "--kind", "nothing").code == 2)
            #expect(try shop.pick(number, "--at", "2020-01-01T00:00").code == 15)

            // Another vault's archives and cards.
            let other = try BackupShop(rows: 0, template: BackupShop.Template())
            try other.addTarget("stick")
            try other.sandbox.answer("operator", "backup", "run")
            let foreign = try shop.pick(number, from: "../\(other.sandbox.folder.lastPart)/stick")
            #expect(foreign.code == 15, "\(foreign.errorText)")
            other.broker.stop()

            // A manifest that nobody we trust has signed is none.
            try FileManager.default.copyItem(atPath: stick, toPath: sandbox.folder + "/forged")
            for path in try BackupShop.files(sandbox.folder + "/forged") where path.contains("/m/") {
                let file = URL(fileURLWithPath: sandbox.folder + "/forged/" + path)
                let text = try String(contentsOf: file, encoding: .utf8)
                let place = try #require(text.range(of: "\"sig\":\"")?.upperBound)
                let changed = text[place] == "A" ? "B" : "A"
                try text.replacingCharacters(in: place..<text.index(after: place), with: changed)
                    .write(to: file, atomically: true, encoding: .utf8)
            }
            let forged = try shop.pick(number, from: "forged")
            #expect(forged.code == 15, "\(forged.errorText)")

            // Her old phone is another customer's by now.
            try sandbox.answer(
                "counter", "customer", "update", number, "--field", "phone=+8613700009999", "--purpose", "care")
            let heir = try sandbox.answer(
                "counter", "customer", "add", "--field", "name=王五", "--field", "phone=+86" + Sandbox.sample.phone,
                "--purpose", "order"
            ).member("number")
            let taken = try shop.pick()
            #expect(taken.code == 7 && taken.errorText.contains(heir), "\(taken.errorText)")
            try sandbox.answer(
                "counter", "customer", "update", heir, "--field", "phone=+8613700008888", "--purpose", "care")
            let settled = try shop.pick()
            #expect(settled.code == 0, "\(settled.errorText)")

            // Frozen, then erased: also where the archive knows nothing of it.
            let erase = ["subject", "erase", number, "--reason", "customer-request"]
            try #require(try sandbox.coffer("officer", erase).code == 0)
            let frozen = try shop.pick(number, from: "early")
            #expect(frozen.code == 7, "\(frozen.errorText)")
            try #require(try sandbox.coffer("officer", "subject", "undo", number).code == 0)
            let wanted = try sandbox.coffer("officer", erase + ["--now", "--json"])
            let error = try #require(try wanted.json()["error"] as? [String: Any], "\(wanted.text)")
            let request = try #require(error["request"] as? String)
            try sandbox.answer("owner", "request", "approve", request, "--yes")
            try #require(try sandbox.coffer("officer", erase + ["--now", "--request", request]).code == 0)
            let erased = try shop.pick(number, from: "early")
            #expect(erased.code == 4, "\(erased.errorText)")
            try sandbox.answer("operator", "backup", "run")
            let listed = try shop.pick(number, from: "stick")
            #expect(listed.code == 4, "\(listed.errorText)")

            // Her key was replaced since: the archived rows open with nothing that is there.
            let second = try sandbox.answer(
                "counter", "customer", "add", "--field", "name=赵六", "--field", "phone=+8613700007777", "--purpose",
                "order"
            ).member("number")
            try sandbox.answer("operator", "backup", "run")
            try sandbox.answer("owner", "keys", "rotate", "cek")
            try sandbox.answer(
                "counter", "customer", "update", second, "--field", "name=赵七", "--purpose", "care")
            let rotated = try shop.pick(second)
            #expect(rotated.code == 7 && rotated.errorText.contains("replaced"), "\(rotated.errorText)")
            #expect(try BackupShop.files(shop.scratch()) == [])
            try sandbox.expectVerifies(try sandbox.logKey())
            shop.broker.stop()
        }

        @Test func `a customer whom a restore has lost comes back from an archive of the earlier life`() throws {
            let shop = try BackupShop(rows: 2)
            let stick = try shop.addTarget("stick")
            try shop.sandbox.answer("operator", "backup", "run")
            let made = try #require(
                (try shop.sandbox.answer("operator", "backup", "list").json()["sets"] as? [[String: Any]])?.first?[
                    "made"] as? String)
            let late = try shop.sandbox.answer(
                "counter", "customer", "add", "--field", "name=赵六", "--field", "phone=+8613700007777", "--field",
                "marketing_consent=yes", "--purpose", "order"
            ).member("number")
            // More than one request can carry.
            let orders = 45
            for place in 0..<orders {
                try shop.sandbox.answer(
                    "counter", "order", "add", "--customer", late, "--field", "number=A\(place)", "--field",
                    "ordered_at=2026-11-20T12:00", "--field", "amount=12.00", "--field", "requests=少放辣", "--purpose",
                    "order")
            }
            try shop.sandbox.answer("operator", "backup", "run")
            try shop.destroy()
            let restored = try shop.restore(from: stick, "--keep", "all", "--at", made)
            #expect(restored.code == 0, "\(restored.errorText)")
            try shop.follow(restored, ["owner", "counter", "officer", "operator"])
            #expect(
                try shop.sandbox.coffer(
                    "counter", "customer", "show", late, "--fields", "name", "--purpose", "care"
                ).code == 4)
            let picked = try shop.pick(late)
            #expect(picked.code == 0, "\(picked.errorText)")
            #expect(try Self.changes(picked).allSatisfy { $0["new"] as? Bool == true })
            #expect(try Self.changes(picked).count == 1 + orders)
            let values = try shop.values(late, "name,marketing_consent")
            #expect("\(values)".contains("赵六") && !"\(values)".contains("yes"), "a consent is given, not restored")
            let found = try shop.sandbox.answer("counter", "find", "--phone", "13700007777", "--purpose", "order")
            #expect((try found.json()["matches"] as? [Any])?.count == 1)
            try shop.sandbox.answer("owner", "scrub")
            try shop.sandbox.expectVerifies(try restored.member("log_key"), quorum: try restored.member("quorum"))
            shop.broker.stop()
        }

        @Test func `whoever loses patience leaves no archive behind`() throws {
            let shop = try BackupShop(rows: 400)
            let stick = try shop.addTarget("stick")
            try shop.sandbox.answer("operator", "backup", "run")
            let arguments = try shop.sandbox.arguments(
                "owner",
                [
                    "backup", "pick", "--customer", shop.number, "--from", stick, "--card-file", shop.card(1),
                    "--card-file", shop.card(2), "--scratch", shop.scratch(), "--dry-run",
                ])
            let scratch = shop.scratch()
            var (seen, codes) = (0, Set<Int32>())
            for place in 0..<20 {
                let child = try Child(
                    [Sandbox.binaries + "/coffer"] + arguments, environment: shop.sandbox.environment,
                    output: "/dev/null", error: "/dev/null")
                // As soon as the archive lies there, and a little later each time.
                func isThere() throws -> Bool {
                    try !FileManager.default.contentsOfDirectory(atPath: scratch).isEmpty
                }
                while try child.isRunning && !isThere() { usleep(200) }
                if try isThere() { seen += 1 }
                usleep(UInt32(place * 400))
                child.send(place.isMultiple(of: 2) ? SIGTERM : SIGINT)
                codes.insert(child.wait())
                #expect(try FileManager.default.contentsOfDirectory(atPath: scratch) == [], "\(place)")
            }
            #expect(seen > 10, "the archive was there when the signal came")
            #expect(codes != [0], "\(codes)")
            shop.broker.stop()
        }

        @Test func `killed before any sync, she is as she was before or as she was archived`() throws {
            var made: KillShim?
            let shop = try BackupShop(rows: 0) { sandbox in
                let shim = try KillShim(sandbox)
                made = shim
                return shim.wrapper
            }
            let shim = try #require(made)
            try shop.addTarget("stick")
            try shop.sandbox.answer("operator", "backup", "run")
            var killedAt: [String] = []
            var isThrough = false
            // Before each sync in turn, whatever it is; and before the two that matter, whatever else is synced.
            let places = (0..<30).map { (syncs: $0, file: "") } + [(0, "vault.db-wal"), (0, "log.db-wal")]
            for (place, (syncs, file)) in places.enumerated() where !isThrough || !file.isEmpty {
                let now = "+86137000\(10_000 + place)"
                try shop.sandbox.answer(
                    "counter", "customer", "update", shop.number, "--field", "phone=\(now)", "--field",
                    "address=上海市黄浦区人民大道 \(place) 号", "--purpose", "care")
                try shim.arm(after: syncs, of: file)
                let outcome = try shop.pick()
                let killed = shim.disarm()
                if let killed {
                    killedAt.append(killed)
                    #expect(outcome.code == 5, "\(killed): \(outcome.errorText)")
                    try shop.restart()
                    try shop.sandbox.unseal()
                } else {
                    #expect(outcome.code == 0, "\(outcome.errorText)")
                    isThrough = true
                }
                let values = "\(try shop.values(shop.number, "phone,address"))"
                let isArchived = values.contains(Sandbox.sample.phone) && values.contains("西湖区")
                let isOld = values.contains(String(now.dropFirst(3))) && values.contains("黄浦区")
                #expect(isArchived != isOld, "killed before the sync of \(killed ?? "none"): \(values)")
                if killed == nil { #expect(isArchived) }
            }
            #expect(isThrough && Set(killedAt).isSuperset(of: ["log.db-wal", "vault.db-wal"]), "\(killedAt)")
            try shop.sandbox.expectVerifies(try shop.sandbox.logKey())
            shop.broker.stop()
        }
    }
}

extension Sandbox {
    /// The log's key as the vault shows it.
    func logKey() throws -> String {
        try answer("owner", "identity", "show").member("log_key")
    }
}

extension String {
    fileprivate var lastPart: String { (self as NSString).lastPathComponent }
}
