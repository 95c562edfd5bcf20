import Authority
import CanonicalJSON
import Client
import Primitives
import Testing
import VaultModel
import Wire

/// What the owner's device signs in a review comes from what it verified, whatever the broker says.
@Suite struct SignedRightTests {
    private let vault = VaultID.random()
    private let authority = Signing()
    private let clerk = Signing()
    private let mallory = Signing()
    private let person = PersonID.random()
    private let role: RoleName
    private let now: Int64 = 1_795_289_434

    /// A key at hand.
    private final class Signing: Sendable {
        let key = Ed25519.SigningKey.generate()
        var kid: KeyID { KeyID(key.publicKey) }
        func seal(_ block: some BlockBody) -> JSONValue { DSSEEnvelope.sealing(block) { key.sign($0) }.value }
    }

    init() throws { role = try #require(RoleName("clerk")) }

    private func enrolment(
        _ edit: (inout EnrolBlock) -> Void = { _ in }, by issuer: Signing? = nil, vault other: VaultID? = nil
    ) -> JSONValue {
        let issuer = issuer ?? authority
        var block = EnrolBlock(
            header: BlockHeader(vault: other ?? vault, issuer: issuer.kid, at: now), person: person, kid: clerk.kid,
            role: role, nda: CalendarDay("2026-01-01"), training: CalendarDay("2027-01-01"), uid: 1_000)
        edit(&block)
        return issuer.seal(block)
    }

    private func root(_ edit: (inout CapabilityBlock) -> Void = { _ in }, by issuer: Signing? = nil) -> JSONValue {
        let issuer = issuer ?? authority
        var block = CapabilityBlock.root(
            vault: vault, authority: issuer.kid, audience: clerk.kid, role: role,
            shops: .only([ShopName("s12")].compactMap { $0 }), notBefore: now - 86_400, expires: now)
        edit(&block)
        return issuer.seal(block)
    }

    private func right(
        _ enrolment: JSONValue? = nil, _ root: JSONValue? = nil, roots: [String] = [], isRevoked: Bool = false,
        acts: [Act] = [], fields: [String] = [], purposes: [String] = []
    ) throws(SignedRight.Problem) -> SignedRight {
        let known = StaffRights.Right(
            kid: clerk.kid, enrolment: enrolment ?? self.enrolment(), root: root ?? self.root(), roots: roots,
            isRevoked: isRevoked, acts: acts, fields: fields.compactMap { FieldName($0) },
            purposes: purposes.compactMap { Purpose($0) },
            quota: OpenQuota(left: 1, limit: 2, window: .day))
        return try SignedRight(known, vault: vault, authority: authority.kid)
    }

    @Test func `genuine blocks are taken, with a right or without`() throws {
        let whole = try right()
        #expect(whole.kid == clerk.kid && whole.root?.role == role && whole.blocks.count == 2)
        let bare = try right(nil, .object([:]))
        #expect(bare.root == nil && bare.blocks.count == 1)
        #expect(throws: SignedRight.Problem.nothingToRenew) { try bare.renewed(by: authority.kid, now: now) }
    }

    @Test func `blocks that the authority did not sign for this key and vault are refused`() throws {
        let forgeries: [(JSONValue, JSONValue)] = [
            (enrolment(by: mallory), root()), (enrolment(), root(by: mallory)),
            (enrolment(vault: .random()), root()),
            // Genuine, and another's.
            (enrolment { $0.kid = mallory.kid }, root()), (enrolment(), root { $0.audience = mallory.kid }),
            // A right that is somebody's to lend is no root.
            (enrolment(), root { $0.parent = BlockID(payload: []) }),
            // One kind in the place of the other.
            (root(), root()), (enrolment(), enrolment()), (.object([:]), root()),
        ]
        for (index, (enrolment, root)) in forgeries.enumerated() {
            #expect(throws: SignedRight.Problem.forged, "\(index)") { try right(enrolment, root) }
        }
    }

    @Test func `what an authority signed that was replaced since still counts, and no stranger's does`() throws {
        let known = StaffRights.Right(
            kid: clerk.kid, enrolment: enrolment(), root: root(by: mallory), roots: [], isRevoked: false, acts: [],
            fields: [], purposes: [], quota: OpenQuota(left: 1, limit: 2, window: .day))
        let right = try SignedRight(known, vault: vault, authority: mallory.kid, earlier: [authority.kid])
        #expect(right.enrolment.issuer == authority.kid && right.root?.issuer == mallory.kid)
        #expect(throws: SignedRight.Problem.forged) {
            try SignedRight(known, vault: vault, authority: mallory.kid, earlier: [clerk.kid])
        }
        #expect(throws: SignedRight.Problem.forged) { try SignedRight(known, vault: vault, authority: mallory.kid) }
    }

    @Test func `a renewal changes the times and nothing else`() throws {
        let right = try right()
        let before = try #require(right.root)
        let renewed = try right.renewed(by: authority.kid, now: now)
        #expect(renewed.notBefore == now && renewed.expires == now + CapabilityBlock.rootSeconds)
        #expect(renewed.nonce != before.nonce)
        var same = renewed
        (same.notBefore, same.expires, same.nonce) = (before.notBefore, before.expires, before.nonce)
        #expect(same == before)
    }

    @Test func `a revoked key and a right of another role are not renewed`() throws {
        #expect(throws: SignedRight.Problem.nothingToRenew) {
            try right(isRevoked: true).renewed(by: authority.kid, now: now)
        }
        let owner = try #require(RoleName("owner"))
        let demoted = try right(nil, root { $0.role = owner }, acts: [.read])
        for attempt in [demoted.renewed, demoted.narrowed, demoted.widened] {
            #expect(throws: SignedRight.Problem.nothingToRenew) { try attempt(authority.kid, now) }
        }
    }

    @Test func `a narrowed right is what was used, and can be widened to the role again`() throws {
        let used = try right(
            acts: [.find, .read], fields: ["customer.name", "customer.phone"], purposes: ["order"])
        let narrow = try used.narrowed(by: authority.kid, now: now)
        #expect(narrow.acts == .only([.find, .read]))
        #expect(narrow.fields.contains(try #require(FieldName("customer.phone"))))
        #expect(!narrow.fields.contains(try #require(FieldName("customer.address"))))
        #expect(!narrow.purposes.contains(try #require(Purpose("support"))))
        #expect(narrow.shops == used.root?.shops)

        // Narrowed once more, it cannot win anything back.
        let again = try right(
            nil, authority.seal(narrow), acts: [.read, .write], fields: ["customer.address", "customer.name"],
            purposes: ["order", "support"])
        let narrower = try again.narrowed(by: authority.kid, now: now)
        #expect(narrower.acts == .only([.read]))
        #expect(narrower.fields == .only([FieldName("customer.name")].compactMap { $0 }))
        #expect(narrower.purposes == .only([Purpose("order")].compactMap { $0 }))

        let wide = try again.widened(by: authority.kid, now: now)
        #expect(wide.acts == .any && wide.fields == .any && wide.purposes == .any)
        #expect(wide.shops == used.root?.shops, "never into another shop")
        #expect(throws: SignedRight.Problem.unused) { try right().narrowed(by: authority.kid, now: now) }
    }

    @Test func `an end names every root, and there is none where there is no root`() throws {
        let ids = [BlockID(payload: [1]).text, BlockID(payload: [2]).text]
        let block = try #require(try right(roots: ids).ending(by: authority.kid, now: now))
        #expect(block.caps.map(\.text) == ids && block.kids.isEmpty && block.reason == "review")
        #expect(try right().ending(by: authority.kid, now: now) == nil)
    }
}
