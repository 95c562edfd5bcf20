import Authority
import CanonicalJSON
import Testing
import VaultModel

@Suite("Approvals")
struct ApprovalTests {
    private let head: [String: JSONValue] = ["act": "read", "fld": ["customer.phone"], "pur": "incident", "v": 1]
    private let manager = World.manager
    private let requester = World.person(of: World.service)
    private var digest: HeadDigest { HeadDigest(head) }

    private func approval(
        by key: TestKey, head: [String: JSONValue]? = nil, expires: Int64 = 4_000, vault: VaultID = World.vault
    ) -> DSSEEnvelope {
        key.seal(
            ApproveBlock(
                header: BlockHeader(vault: vault, issuer: key.kid, at: 0), head: head ?? self.head, expires: expires))
    }

    /// The persons whose approvals count.
    private func counted(
        _ state: AuthorityState, now: Int64 = 100, for person: PersonID? = nil, of digest: HeadDigest? = nil,
        mayApprove: (RoleName) -> Bool = { _ in true }
    ) -> [PersonID] {
        state.approvals(
            state.approvals.keys, of: digest ?? self.digest, for: person ?? requester, now: now, mayApprove: mayApprove
        ).map(\.person)
    }

    @Test("an approval is kept with its person, its head, its end and its place in the log")
    func kept() throws {
        var state = try World.state()
        let id = try state.take(approval(by: manager), at: 17)
        let approval = try #require(state.approvals[id])
        #expect(approval.person == World.person(of: manager) && approval.issuer == manager.kid)
        #expect(approval.digest == digest && approval.expires == 4_000 && approval.index == 17)
        #expect(state.registered[id] == 17)
        #expect(counted(state) == [World.person(of: manager)])
    }

    @Test("an approval is by an enrolled key that is not revoked, for at most four hours, once")
    func refused() throws {
        var state = try World.state()
        func refusal(of envelope: DSSEEnvelope, at milliseconds: Int64 = 0) -> BlockRefusal? {
            var copy = state
            do throws(BlockRefusal) {
                try copy.take(envelope, time: milliseconds)
                return nil
            } catch {
                #expect(copy == state, "a refused block leaves no trace")
                return error
            }
        }
        #expect(refusal(of: approval(by: TestKey("stranger"))) == .notEnrolled)
        #expect(refusal(of: approval(by: World.authority)) == .notEnrolled)
        #expect(refusal(of: approval(by: manager, expires: 4_000), at: 4_000_000) == .expired)
        #expect(refusal(of: approval(by: manager, expires: 14_401)) == .lifetime)
        #expect(refusal(of: approval(by: manager, expires: 14_400)) == nil)
        #expect(refusal(of: approval(by: manager, vault: World.otherVault)) == .vault)
        let once = approval(by: manager)
        try state.take(once)
        #expect(refusal(of: once) == .duplicate)
        try state.take(World.revoke([manager.kid]))
        #expect(refusal(of: approval(by: manager)) == .revokedKey)
    }

    @Test("nobody approves her own request, with whichever of her keys")
    func ownRequest() throws {
        var state = try World.state()
        let second = TestKey("customer-service, second key")
        try state.take(World.enrol(second, role: World.role("management"), person: requester))
        try state.take(approval(by: World.service))
        try state.take(approval(by: second))
        #expect(counted(state) == [])
        #expect(counted(state, for: World.person(of: manager)) == [requester], "two keys of one person are one person")
    }

    @Test("an approval counts for its head and until its end, and dies with its approver and her right")
    func lapses() throws {
        var state = try World.state()
        try state.take(approval(by: manager))
        var other = head
        other["pur"] = "order"
        #expect(counted(state, of: HeadDigest(other)) == [])
        #expect(counted(state, now: 3_999).count == 1)
        #expect(counted(state, now: 4_000) == [])
        #expect(counted(state) { $0 != World.role("management") } == [])
        #expect(state.approvals([], of: digest, for: requester, now: 100) { _ in true } == [])
        try state.take(World.revoke([manager.kid]))
        #expect(counted(state) == [])
    }

    @Test("of several persons the first ones count, each once")
    func several() throws {
        var state = try World.state()
        try state.take(approval(by: World.mallory))
        try state.take(approval(by: manager))
        try state.take(approval(by: manager, expires: 5_000))
        #expect(counted(state) == [World.mallory, manager].map(World.person(of:)))
        #expect(counted(state, now: 4_500) == [World.person(of: manager)], "a later approval of hers is still there")
    }

    @Test("somebody else can approve while she has a root that holds and a role with the right")
    func otherApprovers() throws {
        var state = try World.state()
        let management = World.role("management")
        func hasApprover(besides key: TestKey, now: Int64 = 100) -> Bool {
            state.hasApprover(besides: World.person(of: key), now: now) { $0 == management }
        }
        #expect(!hasApprover(besides: World.service), "enrolled, and without a right yet")
        try state.take(World.authority.seal(World.root(for: manager)))
        #expect(hasApprover(besides: World.service))
        #expect(!hasApprover(besides: manager), "she does not wait for herself")
        #expect(!hasApprover(besides: World.service, now: 86_400 * 31))
        try state.take(World.revoke([manager.kid]))
        #expect(!hasApprover(besides: World.service))
    }
}
