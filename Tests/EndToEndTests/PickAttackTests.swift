import Authority
import CanonicalJSON
import Client
import Foundation
import Keys
import Primitives
import Testing
import VaultModel
import Wire

extension EndToEnd {
    /// What no careful program would send: rows that were edited, another customer's or another vault's, and words of the
    /// quorum that do not fit them, brought to the broker by somebody who may bring customers back.
    @Suite(.serialized) struct PickAttackTests {
        private let shop: BackupShop
        private let owner: Party
        private let facts: SealFacts
        private let quorum: Quorum
        private let number: CustomerNumber
        /// Her rows as they were archived, and what she has by now.
        private let rows: [PickRow]
        private let manifest = String(repeating: "ab", count: 32)
        private let set = "b_0123456789abcdefghjkmnpqrs"

        /// Whoever holds enough recovery cards, at the bytes.
        private final class Quorum: Sendable {
            let identity: RecoveryIdentity
            var kid: KeyID { KeyID(identity.signingKey) }
            init(_ identity: consuming RecoveryIdentity) { self.identity = identity }
        }

        init() throws {
            shop = try BackupShop(rows: 2)
            owner = try Party("owner", shop.sandbox)
            number = try #require(CustomerNumber(shop.number))
            rows = try Self.rows(of: number, shop.sandbox)
            try shop.sandbox.answer(
                "counter", "customer", "update", shop.number, "--field", "address=上海市黄浦区人民大道 1 号", "--purpose",
                "care")
            let seal = try Data(contentsOf: URL(fileURLWithPath: shop.sandbox.vault + "/vault.seal"))
            facts = try SealFile.parse([UInt8](seal)).facts
            let cards = try [1, 2].map { [shop] index in
                let text = try String(contentsOfFile: shop.card(index), encoding: .utf8)
                let line = try #require(text.split(separator: "\n").last { $0.hasPrefix("coffer") })
                return try ShareCard(parsing: SecretBytes(copying: Array(line.utf8)))
            }
            let shares = try #require(facts.recovery?.set)
            quorum = Quorum(
                RecoveryIdentity(vault: facts.vault, secret: try shares.combine(cards, vault: facts.vault).value))
        }

        /// What the file has of a customer now.
        private static func rows(of number: CustomerNumber, _ sandbox: Sandbox) throws -> [PickRow] {
            let id = Hex.encode(RecordID(number).bytes)
            let records = try sandbox.sql(
                "vault.db",
                "SELECT r.rid, hex(r.id), k.name, r.rev, hex(r.seal), r.shop, r.month, r.status FROM record r "
                    + "JOIN kind k ON k.number = r.kind WHERE hex(r.customer) = upper('\(id)') ORDER BY r.rid")
            return try records.map { record in
                let fields = try sandbox.sql(
                    "vault.db",
                    "SELECT g.name, f.ordinal, hex(f.envelope) FROM field f JOIN record r ON r.rid = f.record JOIN "
                        + "registry g ON g.kind = r.kind AND g.field = f.field WHERE f.record = \(record[0])")
                let id = try #require(Hex.decode(record[1].lowercased()))
                return PickRow(
                    id: try #require(RecordID(id)), kind: record[2],
                    rev: try #require(UInt64(record[3])), seal: try #require(Hex.decode(record[4].lowercased())),
                    shop: record[5], month: try #require(UInt32(record[6])), status: try #require(Int32(record[7])),
                    fields: try fields.map { field in
                        PickRow.Field(
                            name: field[0], ordinal: try #require(UInt32(field[1])),
                            envelope: try #require(Hex.decode(field[2].lowercased())))
                    })
            }
        }

        private var scope: RequestScope { RequestScope(object: manifest, customers: [number]) }

        private func statement(
            _ rows: [PickRow]? = nil, by signer: Quorum? = nil, of customer: CustomerNumber? = nil,
            manifest: String? = nil, generation: UInt64 = 1, vault: VaultID? = nil, seconds: Int64 = 0,
            isDry: Bool = false
        ) -> JSONValue {
            let signer = signer ?? quorum
            return PickStatement(
                vault: vault ?? facts.vault, generation: generation, customer: customer ?? number, set: set,
                manifest: manifest ?? self.manifest, made: 1, rows: PickRow.digest(of: rows ?? self.rows),
                isDry: isDry, at: Int64(Date().timeIntervalSince1970) + seconds
            ).sealed(by: signer.kid) { signer.identity.sign($0) }.value
        }

        /// Sends rows, then asks for them. The answer is `ok` or the word of the refusal.
        private func bring(_ rows: [PickRow], _ statement: JSONValue, by who: Party? = nil) async -> String {
            let who = who ?? owner
            let sent = await who.call(PickPage.self, .init(from: 0, rows: rows), scope)
            guard sent == "ok" else { return sent }
            return await who.call(PickCustomer.self, .init(statement: statement, dryRun: false), scope)
        }

        private func edited(_ change: (PickRow) -> PickRow) -> [PickRow] { [change(rows[0])] }

        private func row(
            _ row: PickRow, id: RecordID? = nil, kind: String? = nil, rev: UInt64? = nil, seal: [UInt8]? = nil,
            fields: [PickRow.Field]? = nil
        ) -> PickRow {
            PickRow(
                id: id ?? row.id, kind: kind ?? row.kind, rev: rev ?? row.rev, seal: seal ?? row.seal, shop: row.shop,
                month: row.month, status: row.status, fields: fields ?? row.fields)
        }

        @Test func `rows that this vault has not sealed just so for this customer are refused, each with its entry`()
            async throws
        {
            let other = try #require(
                CustomerNumber(
                    try shop.sandbox.answer(
                        "counter", "customer", "add", "--field", "name=赵六", "--field", "phone=+8613700007777",
                        "--purpose", "order"
                    ).member("number")))
            let others = try Self.rows(of: other, shop.sandbox)
            var envelope = rows[0].fields
            var bytes = envelope[0].envelope
            bytes[bytes.count - 1] ^= 1
            envelope[0] = PickRow.Field(name: envelope[0].name, ordinal: 0, envelope: bytes)
            let names = rows[0].fields.map(\.name)
            let swapped = rows[0].fields.map { field in
                PickRow.Field(
                    name: field.name == "name" ? "phone" : field.name == "phone" ? "name" : field.name,
                    ordinal: field.ordinal, envelope: field.envelope)
            }
            #expect(names.contains("name") && names.contains("phone"))
            let cases: [(String, [PickRow])] = [
                ("an edited value", edited { row($0, fields: envelope) }),
                ("a field left out", edited { row($0, fields: Array($0.fields.dropFirst())) }),
                ("two fields that changed places", edited { row($0, fields: swapped) }),
                ("another revision", edited { row($0, rev: $0.rev + 1) }),
                ("another seal", edited { row($0, seal: Array(repeating: 7, count: 32)) }),
                ("another customer's record", others),
                ("another customer's under her number", others.map { row($0, id: RecordID(number)) }),
                ("her own record as an order", edited { row($0, id: .random(), kind: "order") }),
                ("her own record twice", rows + rows),
                ("a record of no kind", edited { row($0, kind: "nothing") }),
                ("no field", edited { row($0, fields: []) }),
            ]
            for (name, rows) in cases {
                let why = await bring(rows, statement(rows))
                #expect(["invalid-value", "malformed", "conflict"].contains(why), "\(name): \(why)")
            }
            let before = try Self.rows(of: number, shop.sandbox)
            #expect(before[0].rev == rows[0].rev + 1, "nothing was written")
            #expect(await bring(rows, statement()) == "ok")
            #expect(try Self.rows(of: number, shop.sandbox)[0].rev == before[0].rev + 1)
            let tail = try shop.sandbox.answer("officer", "log", "tail", "-n", "100")
            let entries = try #require(try tail.json()["entries"] as? [[String: Any]])
            let refused = entries.filter { $0["kind"] as? String == "restore" && $0["dec"] as? String == "deny" }
            #expect(refused.count == cases.count, "\(entries.last ?? [:])")
            try shop.sandbox.expectVerifies(try shop.sandbox.logKey())
        }

        @Test func `only the fresh word of this vault's cards about these rows is taken`() async throws {
            let stranger = Quorum(RecoveryIdentity(vault: facts.vault, secret: .random()))
            let someone = CustomerNumber.random()
            let cases: [(String, JSONValue)] = [
                ("wrong-card", statement(by: stranger)), ("head-mismatch", statement(of: someone)),
                ("head-mismatch", statement(manifest: String(repeating: "cd", count: 32))),
                ("head-mismatch", statement(edited { row($0, rev: 9) })),
                ("head-mismatch", statement(vault: .random())),
                ("conflict", statement(generation: 2)), ("clock", statement(seconds: -601)),
                ("clock", statement(seconds: 60)), ("head-mismatch", statement(isDry: true)),
            ]
            for (why, word) in cases { #expect(await bring(rows, word) == why) }
            // Rows are given once, and to whoever sent them.
            let word = statement()
            #expect(await bring(rows, word) == "ok")
            #expect(
                await owner.call(PickCustomer.self, .init(statement: word, dryRun: false), scope) == "not-found")
            #expect(await owner.call(PickPage.self, .init(from: 1, rows: rows), scope) == "conflict")
            #expect(await owner.call(PickPage.self, .init(from: 0, rows: rows), scope) == "ok")
            let other = RequestScope(object: manifest, customers: [someone])
            #expect(await owner.call(PickCustomer.self, .init(statement: word, dryRun: false), other) == "not-found")
            #expect(
                await owner.call(PickCustomer.self, .init(statement: word, dryRun: true), RequestScope()) == "malformed"
            )
            for who in ["counter", "operator", "officer"] {
                #expect(await bring(rows, word, by: try Party(who, shop.sandbox)) == "act", "\(who)")
            }
        }

        @Test func `whoever loses the right between the rows and the word gets nothing`() async throws {
            #expect(await owner.call(PickPage.self, .init(from: 0, rows: rows), scope) == "ok")
            let path = Sandbox.root + "/policies/takeout.yaml"
            let policy = try String(contentsOfFile: path, encoding: .utf8)
            let without = policy.replacingOccurrences(of: "prune-apply, pick]", with: "prune-apply]")
            try #require(without != policy)
            let file = try shop.sandbox.write("without.yaml", without)
            try shop.sandbox.answer("owner", "policy", "apply", file)
            #expect(await owner.call(PickCustomer.self, .init(statement: statement(), dryRun: false), scope) == "act")
            #expect(await owner.call(PickCustomer.self, .init(statement: statement(), dryRun: true), scope) == "act")
            #expect(try Self.rows(of: number, shop.sandbox)[0].rev == rows[0].rev + 1, "nothing was written")
        }
    }
}
