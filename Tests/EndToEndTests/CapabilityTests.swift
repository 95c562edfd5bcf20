import Authority
import CanonicalJSON
import Client
import Foundation
import Primitives
import Testing
import VaultModel
import Wire

extension EndToEnd {
    /// The cases of the capability model against the real broker over its socket. Numbers are those of the model.
    ///
    /// A request names the last block only and the broker takes the chain from its log: splicing (13) and dropping a
    /// block (14) can only be tried at registration here; `AuthorityTests` has them on envelopes.
    @Suite(.serialized) struct CapabilityTests {
        @Test func `what was lent can be used, and nothing beyond it; cases 1 to 4, 6, 7, 18`() async throws {
            let shop = try LendingShop()
            let lent = try await shop.lend()
            let order = shop.orders[0]
            #expect(await shop.courier.read(lent, order) == "ok")
            #expect(await shop.courier.read(lent, order, ["customer.name"]) == "field")
            #expect(await shop.courier.read(lent, order, ["order.number"]) != "ok")
            #expect(await shop.courier.read(lent, shop.orders[1]) == "subject")
            #expect(await shop.courier.read(lent, shop.orders[2]) == "subject")
            #expect(await shop.courier.read(lent, order, purpose: "support") == "purpose")
            #expect(await shop.runner.read(lent, order) == "chain")
            #expect(await shop.courier.read(BlockID(payload: [1]), order) == "unregistered")
            // Of a customer's number beside the order, or instead of it, the block says nothing.
            let both = RequestScope(
                fields: ["customer.phone"].compactMap { FieldName($0) }, form: .full, purpose: "delivery",
                customers: [try #require(CustomerNumber(shop.customers[0]))], orders: [order], capability: lent.text)
            #expect(await shop.courier.call(ShowCustomers.self, .init(), both) != "ok")
            #expect(await shop.courier.read(lent, order) == "ok")
            #expect(await shop.courier.read(lent, order) == "ok")
            #expect(await shop.courier.read(lent, order) == "exhausted")
            // A crash forgets neither what was used nor whose order it is.
            let second = try await shop.lend { $0.maxUses = 2 }
            #expect(await shop.courier.read(second, order) == "ok")
            try shop.restart()
            let courier = try Party("courier", shop.sandbox)
            #expect(await courier.read(lent, order) == "exhausted")
            #expect(await courier.read(second, order) == "ok")
            #expect(await courier.read(second, order) == "exhausted")
            let verified = try shop.verify()
            #expect(verified.code == 0, "\(verified.text)")
        }

        @Test func `a chain narrows and never widens; cases 8 to 12, 15, 25`() async throws {
            let shop = try LendingShop()
            let root = try await shop.root(of: shop.service)
            let middle = try shop.loan(parent: root) {
                $0.depth = 1
                $0.maxUses = 3
                $0.fields = .only(["customer.address"].compactMap { FieldName($0) })
            }
            #expect(try await shop.service.register(middle) == "ok")
            func child(_ edit: (inout CapabilityBlock) -> Void) async throws -> String {
                let block = try shop.loan(from: shop.courier, to: shop.runner, parent: middle.id) {
                    $0.fields = middle.fields
                    ($0.notBefore, $0.expires) = (middle.notBefore, middle.expires)
                    edit(&$0)
                }
                return try await shop.courier.register(block)
            }
            #expect(
                try await child {
                    $0.fields = .only(["customer.address", "customer.phone"].compactMap { FieldName($0) })
                } == "widen-fld")
            #expect(try await child { $0.expires += 60 } == "widen-time")
            #expect(try await child { $0.notBefore -= 60 } == "widen-time")
            #expect(try await child { $0.maxUses = 4 } == "widen-max")
            #expect(try await child { $0.subjects = .any } == "widen-sub")
            #expect(try await child { $0.subjects = .orders([shop.orders[1]]) } == "widen-sub")
            #expect(try await child { $0.acts = .only([.read, .write]) } == "widen-act")
            #expect(try await child { $0.purposes = .only(["support"].compactMap { Purpose($0) }) } == "widen-pur")
            #expect(try await child { $0.shops = .only(["s12"].compactMap { ShopName($0) }) } == "widen-shop")
            #expect(try await child { $0.depth = 1 } == "depth")
            #expect(try await child { $0.audience = shop.courier.kid } == "self-issued")
            #expect(try await child { $0.audience = shop.service.kid } == "role")
            #expect(try await child { $0.parent = nil } == "malformed")
            // A root that is not the authority's, brought by somebody who may bring roots.
            let owner = try Party("owner", shop.sandbox)
            let falseRoot = try shop.loan(from: owner, to: shop.runner, parent: root) { $0.parent = nil }
            let envelope = try owner.seal(falseRoot)
            #expect(
                await owner.call(
                    ApproveStaff.self, .init(block: envelope.value),
                    RequestScope(object: Hex.encode(BlockID(payload: envelope.payload).bytes))) == "root")
            #expect(try await child { $0.parent = root } == "linkage")
            #expect(try await child { $0.parent = BlockID(payload: [7]) } == "unregistered")
            #expect(try await child { $0.vault = .random() } == "vault")
            #expect(try await child { $0.expires = $0.notBefore } == "lifetime")
            // Two siblings share what is left of their parent.
            for _ in 0..<2 {
                let block = try shop.loan(from: shop.courier, to: shop.runner, parent: middle.id) {
                    $0.fields = middle.fields
                    ($0.notBefore, $0.expires) = (middle.notBefore, middle.expires)
                }
                #expect(try await shop.courier.register(block) == "ok")
                #expect(await shop.runner.read(block.id, shop.orders[0], ["customer.address"]) == "ok")
            }
            #expect(await shop.courier.read(middle.id, shop.orders[0], ["customer.address"]) == "ok")
            #expect(await shop.courier.read(middle.id, shop.orders[0], ["customer.address"]) == "exhausted")
            let leaf = try shop.loan(from: shop.runner, to: shop.courier, parent: middle.id)
            #expect(try await shop.runner.register(leaf) == "linkage")
            let verified = try shop.verify()
            #expect(verified.code == 0, "\(verified.text)")
        }

        @Test func `only the one spelling of a block that its issuer signed is taken; cases 21 to 23`() async throws {
            let shop = try LendingShop()
            let block = try shop.loan(parent: try await shop.root(of: shop.service))
            func register(_ payload: [UInt8], type: String = CapabilityBlock.kind.payloadType, by: Party? = nil)
                async throws
                -> String
            {
                let signer = by ?? shop.service
                let envelope = DSSEEnvelope(
                    payloadType: type, payload: payload, keyid: signer.kid,
                    signature: try signer.key.sign(DSSEEnvelope.pae(type, payload)))
                return await shop.service.register(block, envelope)
            }
            let payload = block.encode()
            let text = String(decoding: payload, as: UTF8.self)
            #expect(
                try await register(Array((String(text.dropLast()) + #","fld":["customer.name"]}"#).utf8)) == "syntax")
            #expect(try await register(Array(text.replacing(",", with: ", ", maxReplacements: 1).utf8)) == "syntax")
            #expect(try await register([0xEF, 0xBB, 0xBF] + payload) == "syntax")
            #expect(try await register(payload + [0x0A]) == "syntax")
            #expect(try await register(payload + [UInt8](repeating: 0x20, count: 16_384)) == "syntax")
            #expect(try await register(payload, type: "application/vnd.coffer.revoke.v1+json") != "ok")
            #expect(try await register(payload, by: shop.courier) == "signer")
            var flipped = try shop.service.seal(block).signature
            flipped[3] ^= 1
            let forged = DSSEEnvelope(
                payloadType: CapabilityBlock.kind.payloadType, payload: payload, keyid: shop.service.kid,
                signature: flipped)
            #expect(await shop.service.register(block, forged) == "signature")
            #expect(await shop.courier.register(block, try shop.service.seal(block)) != "ok", "somebody else's block")
            #expect(try await register(payload) == "ok")
            #expect(try await register(payload) == "duplicate")
        }

        @Test func `a loan has a beginning and an end; case 5`() async throws {
            let shop = try LendingShop()
            let short = try await shop.lend { $0.expires = shop.now + 3 }
            let later = try await shop.lend {
                $0.notBefore = shop.now + 600
                $0.expires = shop.now + 1_200
            }
            #expect(await shop.courier.read(short, shop.orders[0]) == "ok")
            #expect(await shop.courier.read(later, shop.orders[0]) == "not-yet-valid")
            try await Task.sleep(for: .seconds(4))
            #expect(await shop.courier.read(short, shop.orders[0]) == "expired")
        }

        @Test(.enabled(if: PreloadLibrary.canBeMade, "needs a C compiler"))
        func `a clock set back revives nothing; case 20`() async throws {
            let shop = try LendingShop()
            // An hour ahead something is read; back in time, what has run out by then stays so.
            shop.broker.stop()
            let clock = try ForwardClock(shop.sandbox, seconds: 3_600)
            shop.broker = try BrokerProcess(shop.sandbox, wrapper: clock.wrapper)
            let unseal = try shop.sandbox.run(
                "/usr/bin/env",
                Array(clock.wrapper.dropFirst()) + [
                    Sandbox.binaries + "/coffer", "unseal", "--unseal-passphrase-file",
                    try shop.sandbox.passphrase("vault"), "--dir", shop.sandbox.vault, "--identity",
                    shop.sandbox.folder + "/owner.key", "--passphrase-file", try shop.sandbox.passphrase("owner"),
                ])
            #expect(unseal.code == 0, "\(unseal.errorText)")
            try shop.restart()
            let (service, courier) = (try Party("counter", shop.sandbox), try Party("courier", shop.sandbox))
            let reply = try await service.session.call(
                PrepareGrant.self, .init(to: "courier"), scope: RequestScope(orders: [shop.orders[0]]))
            let root = try #require(BlockID(reply.message.parent))
            let block = try shop.loan(from: service, to: courier, parent: root)
            #expect(try await service.register(block) == "expired", "45 minutes from now have passed an hour ahead")
        }

        @Test func `a request counts once, in its time, and for its key; cases 17, 19, 26`() async throws {
            let shop = try LendingShop()
            let lent = try await shop.lend { $0.maxUses = 5 }
            #expect(await shop.courier.read(lent, shop.orders[0]) == "ok")
            let connection = try HeldConnection(shop.sandbox)
            let request = try connection.request(of: shop.service, shop.customers[0], counter: 50)
            #expect(try connection.exchange(request).hasPrefix("HTTP/1.1 200"))
            #expect(try connection.exchange(request).hasPrefix("HTTP/1.1 401"), "the same bytes again")
            let future = try connection.request(of: shop.service, shop.customers[0], counter: 51, ahead: 300)
            #expect(try connection.exchange(future).hasPrefix("HTTP/1.1 401"), "signed for a time to come")
            let late = try connection.request(of: shop.service, shop.customers[0], counter: 52, ahead: -120)
            #expect(try connection.exchange(late).hasPrefix("HTTP/1.1 401"), "signed too long ago")
            // A block signed in good time, or back-dated, by a key that has ended: nobody can bring it any more.
            let root = try await shop.root(of: shop.service)
            let backDated = try shop.loan(parent: root)
            let envelope = try shop.service.seal(backDated)
            try shop.sandbox.answer("owner", "staff", "offboard", "counter")
            #expect(try await Party("counter", shop.sandbox).register(backDated, envelope) == "revoked-key")
            #expect(await shop.courier.register(backDated, envelope) != "ok")
            #expect(await shop.courier.read(lent, shop.orders[0]) == "revoked-key", "16: a middle key has ended")
        }

        @Test func `an order's end is the end of what was lent for it`() async throws {
            let shop = try LendingShop()
            for (index, step) in [StepOrder.Step.delivered, .cancelled, .reassigned].enumerated() {
                let order = shop.orders[index]
                let lent = try await shop.lend { $0.subjects = .orders([order]) }
                #expect(await shop.courier.read(lent, order) == "ok")
                #expect(
                    await shop.service.call(
                        StepOrder.self, .init(step: step), RequestScope(act: .write, orders: [order])) == "ok")
                #expect(await shop.courier.read(lent, order) == "order-closed")
                #expect(await shop.courier.read(lent, order) == "order-closed")
            }
            #expect(
                await shop.courier.call(
                    StepOrder.self, .init(step: .delivered), RequestScope(act: .write, orders: [shop.orders[2]]))
                    == "act")
            let lent = try await shop.lend { $0.subjects = .orders([shop.orders[2]]) }
            let report = RequestScope(act: .propose, orders: [shop.orders[2]], capability: lent.text)
            #expect(await shop.courier.call(StepOrder.self, .init(step: .cancelled), report) != "ok")
            try shop.restart()
            let courier = try Party("courier", shop.sandbox)
            #expect(await courier.call(StepOrder.self, .init(step: .delivered), report) == "ok")
            #expect(await courier.read(lent, shop.orders[2]) == "order-closed")
            let closed = try shop.loan(parent: try await shop.root(of: try Party("counter", shop.sandbox))) {
                $0.subjects = .orders([shop.orders[2]])
            }
            #expect(try await Party("counter", shop.sandbox).register(closed) == "order-closed")
            let verified = try shop.verify()
            #expect(verified.code == 0, "\(verified.text)")
        }

        @Test func `a lender who may no longer lend has lent nothing`() async throws {
            let shop = try LendingShop()
            let lent = try await shop.lend()
            #expect(await shop.courier.read(lent, shop.orders[0]) == "ok")
            let file = shop.sandbox.folder + "/policy.yaml"
            let policy = try String(contentsOfFile: file, encoding: .utf8)
            let changed = policy.replacing(
                "        to: courier\n        minutes: 90\n", with: "        to: finance\n        minutes: 90\n")
            try #require(changed != policy)
            try changed.write(toFile: file, atomically: true, encoding: .utf8)
            try shop.sandbox.answer("owner", "policy", "apply", file)
            #expect(await shop.courier.read(lent, shop.orders[0]) == "act")
        }

        @Test func `two who race for the last read get it once`() async throws {
            let shop = try LendingShop()
            for _ in 0..<5 {
                let lent = try await shop.lend { $0.maxUses = 1 }
                let first = shop.courier
                let second = try Party("courier", shop.sandbox)
                let order = shop.orders[0]
                let results = await withTaskGroup(of: String.self) { group in
                    for party in [first, second] {
                        for _ in 0..<4 { group.addTask { await party.read(lent, order) } }
                    }
                    return await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
                }
                #expect(results["ok"] == 1, "\(results)")
                #expect(results["exhausted", default: 0] >= 1, "\(results)")
            }
        }

        @Test func `taken back is over at once, also in the middle of a race`() async throws {
            let shop = try LendingShop()
            let lent = try await shop.lend { $0.maxUses = 5 }
            let header = BlockHeader(vault: shop.vault, issuer: shop.service.kid, at: shop.now)
            let block = try #require(RevokeBlock(header: header, kids: [], caps: [lent], reason: "taken-back"))
            let stranger = try #require(
                RevokeBlock(
                    header: BlockHeader(vault: shop.vault, issuer: shop.runner.kid, at: shop.now), kids: [],
                    caps: [lent],
                    reason: "taken-back"))
            func revoke(_ block: RevokeBlock, _ party: Party) async throws -> String {
                let envelope = try party.seal(block)
                return await party.call(
                    RevokeGrant.self, .init(block: envelope.value),
                    RequestScope(object: Hex.encode(BlockID(payload: envelope.payload).bytes)))
            }
            #expect(try await revoke(stranger, shop.runner) == "act", "somebody else's loan")
            let (courier, order) = (shop.courier, shop.orders[0])
            async let reads = withTaskGroup(of: String.self) { group in
                for _ in 0..<4 { group.addTask { await courier.read(lent, order) } }
                return await group.reduce(into: [String]()) { $0.append($1) }
            }
            let revoked = try await revoke(block, shop.service)
            #expect(revoked == "ok")
            #expect(await reads.allSatisfy { $0 == "ok" || $0 == "revoked-capability" })
            #expect(await shop.courier.read(lent, shop.orders[0]) == "revoked-capability")
            // Whatever the race was, the log says that no read came after the end.
            let verified = try shop.verify()
            #expect(verified.code == 0, "\(verified.text)")
        }
    }
}
