import Authority
import Client
import Foundation
import Keys
import Primitives
import Testing
import VaultModel
import Wire

extension EndToEnd {
    /// Words of a quorum that no careful program would bring, brought to the broker itself by the owner's own key.
    @Suite(.serialized) struct RecoverAttackTests {
        private let shop: RecoverTests.Shop
        private let owner: Party
        private let facts: SealFacts
        private let quorum: Quorum
        private let heir = KeyID(Ed25519.SigningKey.generate().publicKey)

        /// Whoever holds enough recovery cards, at the bytes.
        private final class Quorum: Sendable {
            let identity: RecoveryIdentity
            var kid: KeyID { KeyID(identity.signingKey) }
            init(_ identity: consuming RecoveryIdentity) { self.identity = identity }
        }

        init() throws {
            shop = try RecoverTests.Shop()
            owner = try Party("owner", shop.sandbox)
            let seal = try Data(contentsOf: URL(fileURLWithPath: shop.sandbox.vault + "/vault.seal"))
            facts = try SealFile.parse([UInt8](seal)).facts
            let cards = try ["recovery-1-of-3", "recovery-2-of-3"].map { [shop] name in
                let text = try String(contentsOfFile: shop.card(name), encoding: .utf8)
                let line = try #require(text.split(separator: "\n").last { $0.hasPrefix("coffer") })
                return try ShareCard(parsing: SecretBytes(copying: Array(line.utf8)))
            }
            let set = try #require(facts.recovery?.set)
            quorum = Quorum(
                RecoveryIdentity(vault: facts.vault, secret: try set.combine(cards, vault: facts.vault).value))
        }

        private var now: Int64 { Int64(Date().timeIntervalSince1970) }

        private func block(
            _ replacement: RecoverBlock.Replacement? = nil, by signer: Quorum? = nil, at: Int64? = nil,
            incarnation: Int64 = 1, logKey: KeyID? = nil
        ) -> DSSEEnvelope {
            let signer = signer ?? quorum
            let block = RecoverBlock(
                header: BlockHeader(vault: facts.vault, issuer: signer.kid, at: at ?? now),
                replacement: replacement ?? .authority(heir), incarnation: incarnation,
                logKey: logKey ?? KeyID(facts.logKey))
            return DSSEEnvelope.sealing(block) { signer.identity.sign($0) }
        }

        private func statement(
            _ authority: KeyID? = nil, for block: DSSEEnvelope, by signer: Quorum? = nil, generation: UInt64 = 1,
            replyKey: KeyID? = nil
        ) throws -> DSSEEnvelope {
            let signer = signer ?? quorum
            let at = try RecoverBlock(parsing: block.payload).header.at
            return SuccessionStatement(
                vault: facts.vault, generation: generation, at: at, authority: authority ?? heir,
                logKey: KeyID(facts.logKey), replyKey: replyKey ?? KeyID(facts.replyKey),
                tlsPin: Hex.encode(facts.tlsPin)
            ).sealed(by: signer.kid) { signer.identity.sign($0) }
        }

        private func bring(_ block: DSSEEnvelope, _ statement: DSSEEnvelope) async -> String {
            await owner.call(
                RecoverAuthority.self, .init(block: block.value, statement: statement.value),
                RequestScope(object: Hex.encode(BlockID(payload: block.payload).bytes)))
        }

        @Test func `only this quorum's own, fresh and matching word is taken, and once`() async throws {
            let stranger = Quorum(RecoveryIdentity(vault: facts.vault, secret: .random()))
            let good = block()
            let word = try statement(for: good)
            var cases: [(String, DSSEEnvelope, DSSEEnvelope)] = []
            func expect(_ why: String, _ block: DSSEEnvelope, _ statement: DSSEEnvelope? = nil) throws {
                cases.append((why, block, try statement ?? self.statement(for: block)))
            }
            try expect("wrong-card", block(by: stranger))
            try expect("wrong-card", good, statement(for: good, by: stranger))
            try expect("conflict", block(incarnation: 2))
            try expect("conflict", block(incarnation: 0))
            try expect("conflict", block(logKey: KeyID(facts.replyKey)))
            try expect("clock", block(at: now - 3_600))
            try expect("clock", block(at: now + 3_600))
            try expect("malformed", block(.keys([owner.kid])))
            // The devices would follow another key, or another broker, than the log says.
            try expect("conflict", good, statement(owner.kid, for: good))
            try expect("conflict", good, statement(for: good, generation: 2))
            try expect("conflict", good, statement(for: good, replyKey: KeyID(facts.logKey)))
            try expect("value-payloadType", good, good)
            let ownKey = block(.authority(owner.kid))
            try expect("authority-key", ownKey, statement(owner.kid, for: ownKey))
            let same = block(.authority(facts.authority))
            try expect("authority-key", same, statement(facts.authority, for: same))
            for (index, (why, block, statement)) in cases.enumerated() {
                #expect(await bring(block, statement) == why, "\(index)")
                #expect(shop.succession.isEmpty && !shop.hasAnnounced, "\(index)")
            }
            var broken = word
            broken = DSSEEnvelope(
                payloadType: word.payloadType, payload: word.payload, keyid: word.keyid,
                signature: word.signature.map { $0 ^ 1 })
            #expect(await bring(good, broken) == "signature")
            #expect(await bring(good, word) == "ok")
            #expect(shop.succession == word.encode())
            #expect(await bring(good, word) == "duplicate")
            // The one that was replaced never comes back, by no quorum's word.
            let back = block(.authority(facts.authority))
            #expect(await bring(back, try statement(facts.authority, for: back)) == "authority-key")
            // Refusals are entries too.
            let report = try shop.sandbox.expectVerifies(shop.logKey)
            #expect((try report.json()["recoveries"] as? [Any])?.count == 1)
            let export = try shop.sandbox.answer("officer", "log", "tail", "-n", "100")
            let entries = try #require(try export.json()["entries"] as? [[String: Any]])
            let refused = entries.filter { $0["kind"] as? String == "recover" && $0["dec"] as? String == "deny" }
            #expect(refused.count == cases.count + 3, "\(refused.count)")
            shop.broker.stop()
        }
    }
}
