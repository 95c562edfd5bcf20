import Authority
import CanonicalJSON
import Testing
import VaultModel

/// The 26 cases of the reference model, in its order, with the vault, role, field and form members of the final format.
@Suite("The 26 cases of the model")
struct ModelCaseTests {
    private let service = World.service
    private let courier = World.courier
    private let mallory = World.mallory
    private let authority = World.authority

    private var broker: ModelBroker
    private let root: DSSEEnvelope
    private let delegated: DSSEEnvelope

    init() throws {
        broker = try ModelBroker()
        root = World.authority.seal(World.root())
        delegated = World.service.seal(World.delegation(of: root))
        try #require(broker.register([root]) == nil)
        try #require(broker.register([root, delegated]) == nil)
    }

    /// A block of customer service below the root.
    private func child(edit: (inout CapabilityBlock) -> Void = { _ in }) -> DSSEEnvelope {
        service.seal(World.delegation(of: root, edit: edit))
    }

    /// A block of the courier below hers, for one field and one use.
    private func grandchild(
        of parent: DSSEEnvelope, edit: (inout CapabilityBlock) -> Void = { _ in }
    ) -> DSSEEnvelope {
        courier.seal(
            World.delegation(of: parent, from: courier, to: mallory) { block in
                block.fields = .only(World.fields("customer.address"))
                block.expires = 3000
                block.maxUses = 1
                edit(&block)
            })
    }

    private mutating func read(edit: (inout ModelBroker.Request) -> Void = { _ in }) -> String? {
        let request = broker.request(edit: edit)
        return broker.read([root, delegated], signer: courier, request)
    }

    @Test("01 a valid read goes through")
    mutating func case01() { #expect(read() == nil) }

    @Test("02 a field that was not delegated is refused")
    mutating func case02() { #expect(read { $0.fields = World.fields("customer.email") } == "field") }

    @Test("03 another customer's order is refused")
    mutating func case03() { #expect(read { $0.order = "o124" } == "subject") }

    @Test("04 another purpose is refused")
    mutating func case04() { #expect(read { $0.purpose = known(Purpose("support")) } == "purpose") }

    @Test("05 after 45 minutes the right is over")
    mutating func case05() {
        broker.now = 3699
        #expect(read() == nil)
        broker.now = 3700
        #expect(read() == "expired")
    }

    @Test("06 the fourth of three reads is refused")
    mutating func case06() {
        for _ in 0..<3 { #expect(read() == nil) }
        #expect(read() == "exhausted")
    }

    @Test("07 a stolen chain is useless to another enrolled key")
    mutating func case07() {
        let request = broker.request()
        #expect(broker.read([root, delegated], signer: mallory, request) == "holder")
    }

    @Test("08 at depth 0 nobody delegates on")
    mutating func case08() { #expect(broker.register([root, delegated, grandchild(of: delegated)]) == "depth") }

    @Test("09 a child may not add fields")
    mutating func case09() {
        let wide = child { $0.fields = .only(World.fields("customer.address", "customer.iban")) }
        #expect(broker.register([root, wide]) == "widen-fld")
    }

    @Test("10 a child may not outlive its parent")
    mutating func case10() {
        let late = child { block in
            block.notBefore = 86_400 * 29 + 100
            block.expires = 86_400 * 30 + 50
        }
        #expect(broker.register([root, late]) == "widen-time")
    }

    @Test("11 a child may not raise the number of reads")
    mutating func case11() {
        let few = child { $0.depth = 1 }
        #expect(broker.register([root, few]) == nil)
        #expect(broker.register([root, few, grandchild(of: few) { $0.maxUses = 5000 }]) == "widen-max")
    }

    @Test("12 one order does not become any in a second step")
    mutating func case12() {
        let middle = child { $0.depth = 1 }
        #expect(broker.register([root, middle]) == nil)
        #expect(broker.register([root, middle, grandchild(of: middle) { $0.subjects = .any }]) == "widen-sub")
    }

    @Test("13 a block spliced onto another parent is refused")
    mutating func case13() {
        let wider = authority.seal(
            World.root {
                $0.fields = .only(
                    World.fields("customer.address", "customer.email", "customer.iban", "customer.phone"))
            })
        #expect(broker.register([wider]) == nil)
        let request = broker.request()
        #expect(broker.read([wider, delegated], signer: courier, request) == "parent-hash")
    }

    @Test("14 a chain without its middle block is refused")
    mutating func case14() {
        let middle = child { $0.depth = 1 }
        let last = grandchild(of: middle)
        #expect(broker.register([root, middle]) == nil)
        #expect(broker.register([root, middle, last]) == nil)
        let request = broker.request { $0.fields = World.fields("customer.address") }
        #expect(broker.read([root, last], signer: mallory, request) == "parent-hash")
        #expect(broker.read([root, middle, last], signer: mallory, request) == nil)
    }

    @Test("15 a root that the authority did not sign is refused")
    mutating func case15() {
        #expect(broker.register([mallory.seal(World.root(for: service, by: mallory))]) == "root")
    }

    @Test("16 an offboarded key in the middle kills the chain")
    mutating func case16() throws {
        try broker.state.take(World.revoke([service.kid]))
        #expect(read() == "revoked-key")
    }

    @Test("17 an offboarded key cannot back-date a block")
    mutating func case17() throws {
        try broker.state.take(World.revoke([service.kid]))
        #expect(broker.register([root, child()]) == "revoked-key")
    }

    @Test("18 an unregistered block is refused")
    mutating func case18() {
        let fresh = child()
        let request = broker.request()
        #expect(broker.read([root, fresh], signer: courier, request) == "unregistered")
    }

    @Test("19 a request is accepted once")
    mutating func case19() {
        let request = broker.request()
        #expect(broker.read([root, delegated], signer: courier, request) == nil)
        #expect(broker.read([root, delegated], signer: courier, request) == "replay")
    }

    @Test("20 a clock set back revives nothing")
    mutating func case20() {
        broker.now = 3650
        #expect(read() == nil)
        broker.now = 1100
        #expect(read() == "clock-backwards")
    }

    @Test("21 a block with a member twice is refused")
    mutating func case21() throws {
        let payload = Array(child().payload.dropLast()) + Array(#","fld":["customer.iban"]}"#.utf8)
        #expect(throws: BlockRefusal.syntax(.duplicate)) { try CapabilityBlock(parsing: payload) }
        #expect(broker.register([root, service.sign(payload)]) == "syntax")
    }

    @Test("22 white space gives a revoked block no second id")
    mutating func case22() throws {
        var payload = delegated.payload
        payload.insert(UInt8(ascii: " "), at: try #require(payload.firstIndex(of: UInt8(ascii: ","))) + 1)
        #expect(throws: BlockRefusal.syntax(.notCanonical)) { try CapabilityBlock(parsing: payload) }
        #expect(broker.register([root, service.sign(payload)]) == "syntax")
    }

    @Test("23 a signature made for another type is refused")
    mutating func case23() {
        let forged = service.sign(child().payload, as: BlockKind.revoke.payloadType)
        let pasted = DSSEEnvelope(
            payloadType: BlockKind.capability.payloadType, payload: forged.payload, keyid: forged.keyid,
            signature: forged.signature)
        #expect(broker.register([root, pasted]) == "signature")
    }

    @Test("24 a chain of five is refused")
    mutating func case24() {
        #expect(broker.register([DSSEEnvelope](repeating: root, count: 5)) == "chain-length")
        #expect(broker.register([]) == "chain-length")
    }

    @Test("25 siblings share their parent's uses")
    mutating func case25() {
        let parent = child { block in
            block.depth = 1
            block.maxUses = 2
        }
        let siblings = [grandchild(of: parent) { $0.maxUses = 2 }, grandchild(of: parent) { $0.maxUses = 2 }]
        #expect(broker.register([root, parent]) == nil)
        for sibling in siblings { #expect(broker.register([root, parent, sibling]) == nil) }
        for (sibling, expected) in [(siblings[0], nil), (siblings[1], nil), (siblings[1], "exhausted")] {
            let request = broker.request { $0.fields = World.fields("customer.address") }
            #expect(broker.read([root, parent, sibling], signer: mallory, request) == expected)
        }
    }

    @Test("26 a request from the future beyond the skew is refused")
    mutating func case26() {
        let future = { (request: inout ModelBroker.Request) in
            request.created += 300
            request.expires += 300
        }
        #expect(read(edit: future) == "stale")
    }
}
