import Foundation
import Testing

extension EndToEnd {
    /// The emergency kit reads archives where there is no Coffer: a script, `age`, and the cards.
    @Suite(.serialized) struct EmergencyTests {
        private static let erased = (name: "王晓东", phone: "13987654321")

        @Test func `cards and a copy of a target give a table without Coffer, and nobody who was erased`() throws {
            let shop = try BackupShop(rows: 5)
            let stick = try shop.addTarget("stick")
            let gone = try shop.sandbox.answer(
                "counter", "customer", "add", "--field", "name=" + Self.erased.name, "--field",
                "phone=+86" + Self.erased.phone, "--purpose", "order"
            ).member("number")
            try shop.sandbox.answer(
                "counter", "customer", "add", "--field", "name=陈雨桐", "--field", "phone=+8613700000001", "--field",
                "preferences==1+2", "--purpose", "order")
            try shop.sandbox.answer(
                "counter", "order", "add", "--customer", gone, "--field", "number=1042", "--field",
                "amount=68.00")
            try shop.sandbox.answer("operator", "backup", "run")
            let before = try Emergency(shop, stick).table()
            #expect(before.text.contains(Self.erased.name), "the archive has her, or the rest would show nothing")
            try shop.erase(gone)
            try shop.sandbox.answer("operator", "backup", "run")
            try shop.destroy()

            let kit = Emergency(shop, stick)
            let listing = try BackupShop.files(stick)
            let table = try kit.table()
            expectNobodyErased(table)
            #expect(table.text.contains("+86" + Sandbox.sample.phone))
            #expect(table.text.contains(Sandbox.sample.address) && table.text.contains(shop.number))
            #expect(table.text.contains("'=1+2"), "no spreadsheet takes it for a formula")
            #expect(table.mode == 0o600)
            #expect(table.outcome.out.isEmpty && table.outcome.errorText.contains("plain text"))
            #expect(try BackupShop.files(stick) == listing, "the target is only read")
            // What she ordered stays in the books, and says nothing of her.
            let orders = try kit.table("--kind", "order")
            #expect(orders.rows == 1 && orders.text.contains("68.00") && !orders.text.contains(gone))
            let one = try kit.table("--customer", shop.number)
            #expect(one.rows == 1 && one.text.contains(Sandbox.sample.name))
            #expect(try kit.run("--customer", gone).code == 4)

            // Records of before the erasure: with the keys of after it, then with the ledger, and with neither.
            let ledger = try #require(try BackupShop.files(stick).first { $0.contains("/e/") })
            let manifests = try kit.manifests()
            try kit.remove(try #require(manifests.last { $0.part == "vault" }))
            try FileManager.default.moveItem(atPath: stick + "/" + ledger, toPath: shop.sandbox.folder + "/line")
            expectNobodyErased(try kit.table())
            try FileManager.default.moveItem(atPath: shop.sandbox.folder + "/line", toPath: stick + "/" + ledger)
            try kit.remove(try #require(manifests.last { $0.part == "keyring" }))
            expectNobodyErased(try kit.table())
            try Self.flipped(stick + "/" + ledger) {
                let code = try kit.run().code
                #expect(code == 12)
            }
            try FileManager.default.removeItem(atPath: stick + "/" + ledger)
            #expect(try kit.run().code == 12)
        }

        @Test func `too few cards, a foreign one, changed and forged files are refused and leave no table`() throws {
            let shop = try BackupShop(rows: 2)
            let stick = try shop.addTarget("stick")
            try shop.sandbox.answer("operator", "backup", "run")
            try shop.destroy()
            let kit = Emergency(shop, stick)
            #expect(try kit.table().rows == 3)
            #expect(try kit.run(cards: [1]).code == 17)
            #expect(try kit.run(cards: [2, 2]).code == 17)
            #expect(try Emergency(shop, shop.sandbox.folder + "/cards").run().code == 14)
            let taken = try kit.run(to: try shop.sandbox.write("taken.csv", "mine\n"))
            #expect(taken.code == 2)
            #expect(try String(contentsOfFile: shop.sandbox.folder + "/taken.csv", encoding: .utf8) == "mine\n")

            // One letter of a card, in a line that looks like any other.
            let typed = try String(contentsOfFile: shop.card(1), encoding: .utf8)
            let line = try #require(typed.split(separator: "\n").first { $0.hasPrefix("cofferr1") })
            let letter = line.last == "q" ? "p" : "q"
            let wrong = try shop.sandbox.write("wrong.txt", line.dropLast() + letter + "\n")
            #expect(try kit.run(files: [wrong, shop.card(2)]).code == 17)

            // Another shop's cards: one among ours, and enough of them.
            let other = try Sandbox()
            try other.answer(
                "owner", "init", "--policy", Sandbox.root + "/policies/takeout.yaml", "--owner", "Owner", "--profile",
                "test", "--unseal-passphrase-file", try other.passphrase("vault"), "--recovery", "2/3", "--cards",
                other.folder + "/cards")
            let foreign = [1, 2].map { other.folder + "/cards/recovery-\($0)-of-3.txt" }
            let mixed = try kit.run(files: [shop.card(1), foreign[1]])
            #expect(mixed.code == 17 && mixed.errorText.contains("another set"), "\(mixed.errorText)")
            let enough = try kit.run(files: foreign)
            #expect(enough.code == 17 && enough.errorText.contains("signed for these cards"), "\(enough.errorText)")

            // A byte of each pack that is read, and of each manifest.
            let manifests = try kit.manifests()
            for manifest in manifests {
                try Self.flipped(manifest.path) {
                    let outcome = try kit.run()
                    #expect(outcome.code == (manifest.part == "log" ? 0 : 15), "\(manifest.part)")
                    #expect(outcome.errorText.contains("is left out"), "\(manifest.part): \(outcome.errorText)")
                }
                for pack in manifest.packs where manifest.part != "log" {
                    let path = try #require(try BackupShop.files(stick).first { $0.hasSuffix(pack) })
                    try Self.flipped(stick + "/" + path) {
                        let code = try kit.run().code
                        #expect(code == 12, "\(manifest.part)")
                    }
                }
            }
            // Whoever holds the target signs what he likes, and no card has certified his key.
            let forged = try #require(manifests.first { $0.part == "vault" })
            try kit.forge(forged)
            let refused = try kit.run()
            #expect(refused.code == 15 && refused.errorText.contains("is left out"), "\(refused.errorText)")
        }

        private func expectNobodyErased(_ table: Emergency.Table) {
            #expect(table.rows == 7 && table.text.contains(Sandbox.sample.name), "\(table.text)")
            #expect(!table.text.contains(Self.erased.name) && !table.text.contains(Self.erased.phone))
        }

        /// Runs `body` while a byte in the middle of a file is another one.
        private static func flipped(_ path: String, _ body: () throws -> Void) throws {
            let url = URL(fileURLWithPath: path)
            let bytes = try Data(contentsOf: url)
            var other = bytes
            other[bytes.count / 2] ^= 1
            try other.write(to: url)
            try body()
            try bytes.write(to: url)
        }
    }
}

/// Runs the script of the emergency kit against a copy of a target.
private struct Emergency {
    let shop: BackupShop
    let target: String

    init(_ shop: BackupShop, _ target: String) { (self.shop, self.target) = (shop, target) }

    struct Table {
        let outcome: Outcome
        let text: String
        let mode: Int
        /// Without the heading.
        var rows: Int { text.split(whereSeparator: \.isNewline).count - 1 }
    }

    struct Manifest {
        let path: String
        let part: String
        let packs: [String]
    }

    /// Runs it with two cards, and expects a table.
    func table(_ more: String...) throws -> Table {
        let path = shop.sandbox.folder + "/table-\(UUID().uuidString).csv"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let outcome = try script(path, [shop.card(1), shop.card(3)], more)
        try #require(outcome.code == 0, "\(outcome.errorText)")
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return Table(
            outcome: outcome, text: try String(contentsOfFile: path, encoding: .utf8),
            mode: (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0)
    }

    /// Runs it, and expects that it leaves a table only if it ends well.
    func run(cards: [Int] = [1, 3], files: [String]? = nil, to path: String? = nil, _ more: String...) throws -> Outcome
    {
        let out = path ?? shop.sandbox.folder + "/table-\(UUID().uuidString).csv"
        let outcome = try script(out, files ?? cards.map(shop.card), more)
        if path == nil {
            #expect(FileManager.default.fileExists(atPath: out) == (outcome.code == 0))
            try? FileManager.default.removeItem(atPath: out)
        }
        return outcome
    }

    private func script(_ out: String, _ cards: [String], _ more: [String]) throws -> Outcome {
        try shop.sandbox.run(
            "/usr/bin/python3",
            [Sandbox.root + "/packaging/emergency/restore.py", target, out] + cards.flatMap { ["--card-file", $0] }
                + more)
    }

    /// By sequence.
    func manifests() throws -> [Manifest] {
        try BackupShop.files(target).filter { $0.contains("/m/") }.map { name in
            let path = target + "/" + name
            let file = try Data(contentsOf: URL(fileURLWithPath: path))
            let envelope = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
            let text = try #require(envelope["payload"] as? String)
            let payload = try #require(Data(base64Encoded: text))
            let body = try #require(try JSONSerialization.jsonObject(with: payload) as? [String: Any])
            let objects = (body["packs"] as? [[String: Any]] ?? []) + (body["map"] as? [[String: Any]] ?? [])
            return Manifest(
                path: path, part: try #require(body["part"] as? String),
                packs: objects.compactMap { $0["name"] as? String })
        }
    }

    func remove(_ manifest: Manifest) throws { try FileManager.default.removeItem(atPath: manifest.path) }

    /// Signs a manifest anew with a key that was drawn for it, under the name that such a file would have.
    func forge(_ manifest: Manifest) throws {
        let made = try shop.sandbox.run(
            "/usr/bin/python3",
            [
                "-c",
                """
                import base64, hashlib, json, os, sys
                from nacl.signing import SigningKey
                path = sys.argv[1]
                file = json.load(open(path))
                key, payload, kind = SigningKey.generate(), base64.b64decode(file["payload"]), file["payloadType"]
                pae = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
                kid = base64.urlsafe_b64encode(bytes(key.verify_key)).decode().rstrip("=")
                sig = base64.b64encode(key.sign(pae).signature).decode()
                file["signatures"] = [{"keyid": kid, "sig": sig}]
                text = json.dumps(file, separators=(",", ":")).encode()
                os.remove(path)
                head, sequence = os.path.split(path)[0], os.path.basename(path).split(".")[0]
                digest = hashlib.blake2b(text, digest_size=32).hexdigest()[:8]
                open(f"{head}/{sequence}.{digest}.json", "wb").write(text)
                """, manifest.path,
            ])
        try #require(made.code == 0, "\(made.errorText)")
    }
}
