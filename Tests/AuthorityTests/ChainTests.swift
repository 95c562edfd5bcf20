import Authority
import CanonicalJSON
import Testing
import VaultModel

@Suite("Chains")
struct ChainTests {
    private let authority = World.authority
    private let service = World.service
    private let courier = World.courier
    private let mallory = World.mallory

    private func context(registering envelopes: [DSSEEnvelope] = []) -> Chain.Context {
        Chain.Context(
            vault: World.vault, authority: authority.kid,
            registered: Set(envelopes.map { BlockID(payload: $0.payload) }))
    }

    /// The refusal of a chain whose blocks but the last are registered.
    private func refusalOf(_ envelopes: [DSSEEnvelope]) -> BlockRefusal? {
        refusal { () throws(BlockRefusal) in
            _ = try Chain.check(envelopes, in: context(registering: envelopes.dropLast()), for: .registration)
        }
    }

    private func refusalOfRoot(_ edit: (inout CapabilityBlock) -> Void) -> BlockRefusal? {
        refusalOf([authority.seal(World.root(edit: edit))])
    }

    private func refusalOfChild(
        under root: CapabilityBlock = World.root(), _ edit: (inout CapabilityBlock) -> Void
    ) -> BlockRefusal? {
        let parent = authority.seal(root)
        return refusalOf([parent, service.seal(World.delegation(of: parent, edit: edit))])
    }

    @Test("a root lives at most 120 days and at least a second")
    func rootLifetime() {
        #expect(refusalOfRoot { $0.expires = 120 * 86_400 } == nil)
        #expect(refusalOfRoot { $0.expires = 120 * 86_400 + 1 } == .lifetime)
        #expect(refusalOfRoot { $0.expires = 0 } == .lifetime)
        #expect(
            refusalOfRoot { block in
                block.notBefore = 100
                block.expires = 99
            } == .lifetime)
        #expect(refusalOfRoot { $0.expires = CapabilityBlock.unlimited } == .lifetime)
    }

    @Test("a delegation lives at most 24 hours")
    func delegationLifetime() {
        #expect(refusalOfChild { $0.expires = 1000 + 86_400 } == nil)
        #expect(refusalOfChild { $0.expires = 1000 + 86_401 } == .lifetime)
        #expect(refusalOfChild { $0.expires = 1000 } == .lifetime)
    }

    @Test("a root is the authority's, has no parent, no budget, and leaves room for three more at most")
    func rootRules() {
        #expect(refusalOfRoot { $0.parent = World.root().id } == .root)
        #expect(refusalOfRoot { $0.maxUses = 3 } == .rootMax)
        #expect(refusalOfRoot { $0.depth = 3 } == nil)
        #expect(refusalOfRoot { $0.depth = 4 } == .depth)
        #expect(refusalOfRoot { $0.audience = World.authority.kid } == .selfIssued)
    }

    @Test("a child may say no star, not even below a root that says stars everywhere")
    func starInChild() {
        let root = CapabilityBlock.root(
            vault: World.vault, authority: authority.kid, audience: service.kid, role: World.role("customer-service"),
            notBefore: 0, expires: 86_400 * 30)
        #expect(refusalOfChild(under: root) { _ in } == nil)
        #expect(refusalOfChild(under: root) { $0.acts = .any } == .widened(.act))
        #expect(refusalOfChild(under: root) { $0.fields = .any } == .widened(.fld))
        #expect(refusalOfChild(under: root) { $0.purposes = .any } == .widened(.pur))
        #expect(refusalOfChild(under: root) { $0.shops = .any } == .widened(.shop))
        #expect(refusalOfChild(under: root) { $0.subjects = .any } == .widened(.sub))
    }

    @Test("a child is within its parent in every direction")
    func subsets() {
        #expect(refusalOfChild { $0.acts = .only([.find, .read]) } == .widened(.act))
        #expect(refusalOfChild { $0.fields = .only(World.fields("customer.iban")) } == .widened(.fld))
        #expect(refusalOfChild { $0.fields = .only(World.fields("order.phone")) } == .widened(.fld))
        #expect(refusalOfChild { $0.purposes = .only(World.purposes("delivery", "settlement")) } == .widened(.pur))
        #expect(refusalOfChild { $0.shops = .only([World.shop("s12"), World.shop("s13")]) } == .widened(.shop))
        let root = World.root { block in
            block.notBefore = 2000
            block.subjects = .orders(["o123", "o124"])
        }
        #expect(refusalOfChild(under: root) { $0.notBefore = 1999 } == .widened(.time))
        #expect(refusalOfChild(under: root) { $0.subjects = .orders(["o125"]) } == .widened(.sub))
        #expect(refusalOfChild(under: root) { $0.subjects = .customers(["C-0000-0000"]) } == .widened(.sub))
        #expect(
            refusalOfChild(under: root) { block in
                block.notBefore = 2000
                block.subjects = .orders(["o124"])
            } == nil)
    }

    @Test("a form includes the lower ones and never a higher one")
    func forms() {
        let masked = World.root { $0.forms = [.masked] }
        #expect(refusalOfChild(under: masked) { $0.forms = [.full] } == .widened(.frm))
        #expect(refusalOfChild(under: masked) { $0.forms = [.full, .masked] } == .widened(.frm))
        #expect(refusalOfChild(under: masked) { $0.forms = [.masked] } == nil)
        #expect(refusalOfChild(under: masked) { $0.forms = [.match] } == nil)
        #expect(refusalOfChild { $0.forms = [.match, .masked] } == nil)
    }

    @Test("a block is signed by its parent's holder and given to somebody else")
    func linkage() {
        let root = authority.seal(World.root())
        #expect(refusalOf([root, mallory.seal(World.delegation(of: root, from: mallory))]) == .linkage)
        #expect(refusalOf([root, service.seal(World.delegation(of: root, to: service))]) == .selfIssued)
        #expect(refusalOf([root, authority.seal(World.delegation(of: root, from: authority))]) == .linkage)
    }

    @Test("depth falls by one at least")
    func depth() {
        #expect(refusalOfChild { $0.depth = 1 } == nil)
        #expect(refusalOfChild { $0.depth = 2 } == .depth)
        #expect(refusalOfChild(under: World.root { $0.depth = 0 }) { $0.depth = 0 } == .depth)
    }

    @Test("four blocks are a chain, and time counts at every depth")
    func fourBlocks() throws {
        let keys = [service, courier, mallory, World.manager]
        var envelopes = [authority.seal(World.root { $0.depth = 3 })]
        for step in 1...3 {
            let parent = try #require(envelopes.last)
            envelopes.append(
                keys[step - 1].seal(
                    World.delegation(of: parent, from: keys[step - 1], to: keys[step]) { block in
                        block.depth = Int64(3 - step)
                        block.notBefore = 1000 * Int64(step)
                        block.expires = 20_000 - 1000 * Int64(step)
                    }))
        }
        func refusalAt(_ now: Int64, _ chain: [DSSEEnvelope]) -> BlockRefusal? {
            refusal { () throws(BlockRefusal) in
                _ = try Chain.check(chain, in: context(registering: envelopes), for: .request(now: now))
            }
        }
        #expect(refusalAt(3000, envelopes) == nil)
        #expect(refusalAt(16_999, envelopes) == nil)
        #expect(refusalAt(2999, envelopes) == .notYetValid)
        #expect(refusalAt(17_000, envelopes) == .expired)
        #expect(refusalAt(2999, Array(envelopes.prefix(3))) == nil)
        #expect(refusalAt(17_000, Array(envelopes.prefix(3))) == nil)
        #expect(refusalAt(18_000, Array(envelopes.prefix(3))) == .expired)
        for count in 1...4 {
            var context = context(registering: envelopes)
            context.registered.remove(BlockID(payload: envelopes[count - 1].payload))
            #expect(throws: BlockRefusal.unregistered) {
                try Chain.check(envelopes, in: context, for: .request(now: 3000))
            }
            context = self.context(registering: envelopes)
            context.revokedBlocks = [BlockID(payload: envelopes[count - 1].payload)]
            #expect(throws: BlockRefusal.revokedCapability) {
                try Chain.check(envelopes, in: context, for: .request(now: 3000))
            }
            context = self.context(registering: envelopes)
            context.revokedKeys = [keys[count - 1].kid]
            #expect(throws: BlockRefusal.revokedKey) {
                try Chain.check(envelopes, in: context, for: .request(now: 3000))
            }
        }
    }

    @Test("a chain holds capabilities of this vault only")
    func otherKinds() {
        let enrolment = World.enrol(courier)
        #expect(refusalOf([enrolment]) == .type)
        #expect(refusalOfRoot { $0.vault = World.otherVault } == .vault)
        #expect(refusalOfChild { $0.vault = World.otherVault } == .vault)
    }

    @Test("every code of a refusal is unique")
    func codes() {
        let all: [BlockRefusal] =
            [
                .syntax(.null), .type, .version, .vault, .value("x"), .set("x"), .signer, .signature, .chainLength,
                .root,
                .rootMax, .parentHash, .linkage, .selfIssued, .depth, .lifetime, .revokedKey, .revokedCapability,
                .unregistered, .notYetValid, .expired, .issuer, .duplicate, .logOrder, .notEnrolled, .role, .person,
                .authorityKey, .policyChain,
            ] + BlockRefusal.Dimension.allCases.map(BlockRefusal.widened)
        #expect(Set(all.map(\.code)).count == all.count)
        #expect(!all.map(\.reason).contains(.granted))
    }
}
