import Authority
import Testing
import VaultModel

@Suite("Registration")
struct RegistrationTests {
    private let authority = World.authority
    private let service = World.service
    private let courier = World.courier
    private let mallory = World.mallory

    private func refusalOf(_ envelope: DSSEEnvelope, in state: AuthorityState, at index: UInt64? = nil) -> BlockRefusal?
    {
        var copy = state
        let refused = refusal { () throws(BlockRefusal) in try copy.take(envelope, at: index) }
        // A refused block leaves no trace.
        if refused != nil { #expect(copy == state) }
        return refused
    }

    @Test("an enrolled key has a person, a role and its block's place in the log")
    func enrolment() throws {
        var state = AuthorityState(vault: World.vault, authority: authority.kid)
        #expect(state.person(of: service.kid) == nil)
        let id = try state.take(World.enrol(service, uid: 1000), at: 17)
        #expect(state.person(of: service.kid) == World.person(of: service))
        let enrolment = try #require(state.enrolments[service.kid])
        #expect(enrolment.index == 17 && enrolment.block == id && enrolment.role == World.role("customer-service"))
        #expect(enrolment.statement.uid == 1000 && state.lastIndex == 17 && state.registered == [id: 17])
    }

    @Test("enrolments, roots, policies and clock statements are the authority's alone")
    func issuers() throws {
        let state = try World.state()
        let header = World.header(by: mallory)
        #expect(refusalOf(World.enrol(mallory, role: World.role("owner"), by: mallory), in: state) == .issuer)
        let policy = try #require(PolicyBlock(header: header, sha256: World.hash("p"), previous: nil))
        #expect(refusalOf(mallory.seal(policy), in: state) == .issuer)
        #expect(refusalOf(mallory.seal(ClockBlock(header: header, seconds: 5)), in: state) == .issuer)
        #expect(refusalOf(mallory.seal(World.root(for: service, by: mallory)), in: state) == .root)
    }

    @Test("whoever is enrolled may sign a revocation, and only her own loans are hers to end whatever the policy says")
    func revokers() throws {
        var state = try World.state()
        let stranger = TestKey("a stranger")
        #expect(refusalOf(World.revoke([service.kid], by: stranger), in: state) == .notEnrolled)
        let root = authority.seal(World.root())
        let rootID = try state.take(root)
        let child = try state.take(service.seal(World.delegation(of: root)))
        func block(_ issuer: KeyID, kids: [KeyID] = [], caps: [BlockID]) throws -> RevokeBlock {
            try #require(
                RevokeBlock(
                    header: BlockHeader(vault: World.vault, issuer: issuer, at: 5), kids: kids, caps: caps,
                    reason: "lost-key"))
        }
        #expect(state.endsOnlyOwn(try block(service.kid, caps: [child])))
        #expect(!state.endsOnlyOwn(try block(courier.kid, caps: [child])), "the borrower lent nothing")
        #expect(!state.endsOnlyOwn(try block(service.kid, caps: [rootID])), "the root is the authority's")
        #expect(!state.endsOnlyOwn(try block(service.kid, kids: [courier.kid], caps: [child])))
        #expect(!state.endsOnlyOwn(try block(service.kid, caps: [child, BlockID(payload: [1])])))
        try state.take(World.revoke([service.kid], by: World.manager))
        #expect(refusalOf(World.revoke([courier.kid], by: service), in: state) == .revokedKey)
        #expect(state.chains(through: service.kid).map(\.id).contains(child))
        #expect(!state.isAlive(try #require(state.capabilities[child]), now: 2_000))
    }

    @Test("what ran out long ago can be forgotten, and what holds stays")
    func forgetting() throws {
        var state = try World.state()
        let root = authority.seal(World.root())
        let rootID = try state.take(root)
        let child = try state.take(service.seal(World.delegation(of: root)))
        let before = state
        state.forget(endedBefore: 3_700)
        #expect(state == before, "the last second of it has not passed")
        state.forget(endedBefore: 3_701)
        #expect(state.capabilities[child] == nil && state.registered[child] == nil)
        #expect(state.capabilities[rootID] != nil && state.enrolments == before.enrolments)
    }

    private static let quorum = TestKey("quorum")
    private static let heir = TestKey("heir")

    private func recover(
        _ replacement: RecoverBlock.Replacement, by signer: TestKey = quorum, incarnation: Int64 = 2
    ) -> DSSEEnvelope {
        signer.seal(
            RecoverBlock(
                header: World.header(by: signer), replacement: replacement, incarnation: incarnation,
                logKey: authority.kid))
    }

    @Test("only the recovery quorum replaces an authority, and what the old one signed stays")
    func newAuthority() throws {
        var state = try World.state()
        try state.take(authority.seal(World.root()))
        let heir = Self.heir
        #expect(refusalOf(recover(.authority(heir.kid)), in: state) == .issuer, "no quorum is known")
        state.quorum = Self.quorum.kid
        #expect(refusalOf(recover(.authority(heir.kid), by: authority), in: state) == .issuer)
        #expect(refusalOf(recover(.authority(heir.kid), by: service), in: state) == .issuer)
        #expect(refusalOf(recover(.authority(service.kid)), in: state) == .authorityKey)
        #expect(refusalOf(recover(.authority(authority.kid)), in: state) == .authorityKey)
        try state.take(recover(.authority(heir.kid)))
        #expect(state.authority == heir.kid && state.root(for: service.kid) != nil)
        func clock(by key: TestKey) -> DSSEEnvelope {
            key.seal(ClockBlock(header: World.header(by: key), seconds: 3_000))
        }
        #expect(refusalOf(clock(by: authority), in: state) == .issuer)
        try state.take(clock(by: heir))
        #expect(refusalOf(recover(.authority(authority.kid), incarnation: 1), in: state) == .value("incarnation"))
        #expect(refusalOf(recover(.authority(authority.kid)), in: state) == .authorityKey, "it was lost or stolen")
        #expect(state.recoveries.map(\.replaced) == [authority.kid])
        // A file that is written after the log may be one word behind it, of the same incarnation, and no further.
        func isNamed(_ key: TestKey, _ incarnation: UInt64 = 2) -> Bool {
            state.isAuthority(key.kid, orWasUntilLastRecovery: incarnation)
        }
        #expect(isNamed(heir) && isNamed(heir, 7) && isNamed(authority))
        #expect(!isNamed(authority, 1) && !isNamed(authority, 3) && !isNamed(service))
        let second = TestKey("second heir")
        try state.take(recover(.authority(second.kid)))
        #expect(isNamed(second) && isNamed(heir) && !isNamed(authority))
        try state.take(recover(.keys([service.kid])))
        #expect(isNamed(second) && !isNamed(heir))
    }

    @Test("after a restore, only the keys that the quorum names live, and everything lent is void")
    func livingKeys() throws {
        var state = try World.state()
        state.quorum = Self.quorum.kid
        let root = authority.seal(World.root())
        try state.take(root)
        let lent = try state.take(service.seal(World.delegation(of: root)))
        try state.take(recover(.keys([service.kid])))
        #expect(state.root(for: service.kid) != nil && state.isRevoked(lent))
        for key in state.enrolments.keys { #expect(state.isRevoked(key) == (key != service.kid)) }
        #expect(state.approvals.isEmpty && state.recoveries.count == 1)
    }

    @Test("holds and purges are said by people, and the last word about a scope counts")
    func retention() throws {
        var state = try World.state()
        func hold(_ scope: HoldScope, until: Int64) -> HoldBlock {
            HoldBlock(header: World.header(by: service), scope: scope, until: until)
        }
        let scope = HoldScope.customers(["C-0000-0000"])
        #expect(
            refusalOf(authority.seal(HoldBlock(header: World.header(), scope: scope, until: 9)), in: state)
                == .notEnrolled)
        try state.take(service.seal(hold(scope, until: 9_000)))
        try state.take(service.seal(hold(.period(10..<20), until: 5_000)))
        #expect(state.holds(at: 4_999).count == 2)
        #expect(state.holds(at: 5_000).map(\.block.scope) == [scope])
        try state.take(service.seal(hold(scope, until: 4_000)))
        #expect(state.holds(at: 4_000).map(\.block.scope) == [.period(10..<20)])

        let order = try #require(
            PurgeBlock(
                header: World.header(by: service), ranges: [3...8], parts: [PurgeBlock.core], rule: "core-months"))
        try state.take(service.seal(order), at: 30)
        #expect(state.isPurged(coreOf: 3) && state.isPurged(coreOf: 8) && !state.isPurged(coreOf: 9))
        let late = try #require(
            PurgeBlock(header: World.header(by: service), ranges: [25...99], parts: [PurgeBlock.core], rule: "r"))
        try state.take(service.seal(late), at: 40)
        #expect(state.isPurged(coreOf: 39) && !state.isPurged(coreOf: 40), "an order reaches nothing after it")
    }

    @Test("what a hold covers")
    func holdScopes() throws {
        let person = PersonID.random()
        func covers(_ scope: HoldScope, _ customers: [String], _ who: PersonID?, _ time: Int64) -> Bool {
            scope.covers(customers: customers, person: who, milliseconds: time)
        }
        #expect(covers(.customers(["a"]), ["b", "a"], nil, 0) && !covers(.customers(["a"]), [], person, 0))
        #expect(covers(.persons([person]), [], person, 0) && !covers(.persons([person]), ["a"], nil, 0))
        #expect(covers(.period(1..<2), [], nil, 1_999) && !covers(.period(1..<2), [], nil, 2_000))
        #expect(!covers(.period(1..<2), [], nil, 999))
    }

    @Test("a block is registered once, and the log only grows")
    func order() throws {
        var state = try World.state()
        let root = authority.seal(World.root())
        try state.take(root, at: 10)
        #expect(refusalOf(root, in: state) == .duplicate)
        #expect(refusalOf(authority.seal(World.root()), in: state, at: 9) == .logOrder)
        #expect(refusalOf(authority.seal(World.root()), in: state, at: 10) == nil)
    }

    @Test("a block of another vault is refused even by a state that did not open it")
    func otherVault() throws {
        var state = AuthorityState(vault: World.otherVault, authority: authority.kid)
        let signed = try Block.open(World.enrol(service), vault: World.vault)
        #expect(throws: BlockRefusal.vault) { try state.register(signed, at: 1, time: 0) }
    }

    @Test("a key belongs to one person for good, and the authority's key to nobody")
    func persons() throws {
        let state = try World.state()
        #expect(refusalOf(World.enrol(courier, person: World.person(of: service)), in: state) == .person)
        let self_ = World.enrol(authority, role: World.role("owner"), person: World.person(of: service))
        #expect(refusalOf(self_, in: state) == .authorityKey)
    }

    @Test("two keys of one person are one person")
    func twoKeys() throws {
        var state = try World.state()
        let second = TestKey("customer-service, second key")
        let person = World.person(of: service)
        try state.take(World.enrol(second, role: World.role("courier"), person: person))
        #expect(Set(state.keys(of: person)) == [service.kid, second.kid])
        #expect(state.person(of: second.kid) == person)
        let before = state.activePersons
        try state.take(World.revoke([second.kid]))
        #expect(state.activePersons == before && state.keys(of: person).count == 2)
        try state.take(World.revoke([service.kid]))
        #expect(state.activePersons == before.subtracting([person]))
        #expect(state.person(of: service.kid) == person, "history stays")
    }

    @Test("a root is for an enrolled key in its own role, not yet over")
    func roots() throws {
        let stranger = TestKey("stranger")
        let state = try World.state()
        let foreign = World.root { $0.audience = stranger.kid }
        #expect(refusalOf(authority.seal(foreign), in: state) == .notEnrolled)
        #expect(refusalOf(authority.seal(World.root { $0.role = World.role("owner") }), in: state) == .role)
        var copy = state
        let root = authority.seal(World.root { $0.expires = 100 })
        #expect(throws: BlockRefusal.expired) { try copy.take(root, time: 100_000) }
        #expect(copy == state)
        try copy.take(root, time: 99_999)
        #expect(copy.root(for: service.kid)?.id == BlockID(payload: root.payload))
        #expect(copy.root(for: service.kid)?.registeredMilliseconds == 99_999)
    }

    @Test("the newest root that is not revoked is a key's root")
    func newestRoot() throws {
        var state = try World.state()
        #expect(state.root(for: service.kid) == nil)
        let first = try state.take(authority.seal(World.root()))
        let second = try state.take(authority.seal(World.root()))
        #expect(state.roots(for: service.kid).map(\.id) == [first, second])
        #expect(state.root(for: service.kid)?.id == second)
        try state.take(World.revoke(caps: [second]))
        #expect(state.root(for: service.kid)?.id == first && state.isRevoked(second))
        try state.take(World.revoke([service.kid]))
        #expect(state.roots(for: service.kid).isEmpty && state.isRevoked(service.kid))
    }

    @Test("delegations follow the chain rules")
    func delegations() throws {
        let root = authority.seal(World.root())
        let child = service.seal(World.delegation(of: root))
        var on = try World.state()
        #expect(refusalOf(child, in: on) == .unregistered)
        try on.take(root)
        #expect(refusalOf(mallory.seal(World.delegation(of: root, from: mallory)), in: on) == .linkage)
        #expect(refusalOf(service.seal(World.delegation(of: root) { $0.maxUses = 1 << 53 - 1 }), in: on) == nil)
        #expect(refusalOf(service.seal(World.delegation(of: root) { $0.role = World.role("owner") }), in: on) == .role)
        let id = try on.take(child)
        #expect(on.capabilities[id]?.chain.links.count == 2 && on.capabilities[id]?.isRoot == false)
        #expect(on.root(for: courier.kid) == nil, "a delegation is no root")
    }

    @Test("revocation is for good: the key cannot be enrolled again, nor receive or give a right")
    func revokedKeys() throws {
        var state = try World.state()
        let root = authority.seal(World.root())
        try state.take(root)
        let revocation = try state.take(World.revoke([service.kid]), at: 50)
        #expect(state.revokedKeys[service.kid] == Revocation.of(revocation, at: 50, in: state))
        #expect(refusalOf(World.enrol(service), in: state) == .revokedKey)
        #expect(refusalOf(authority.seal(World.root()), in: state) == .revokedKey)
        #expect(refusalOf(service.seal(World.delegation(of: root)), in: state) == .revokedKey)
        try state.take(World.revoke([service.kid]), at: 60)
        #expect(state.revokedKeys[service.kid]?.index == 50, "the first revocation counts")
    }

    @Test("a lost key can be barred before anyone enrols it, the authority's own key never")
    func revokingUnknown() throws {
        var state = AuthorityState(vault: World.vault, authority: authority.kid)
        #expect(refusalOf(World.revoke([authority.kid]), in: state) == .authorityKey)
        try state.take(World.revoke([courier.kid]))
        #expect(refusalOf(World.enrol(courier), in: state) == .revokedKey)
        let early = authority.seal(World.root())
        try state.take(World.enrol(service))
        try state.take(World.revoke(caps: [BlockID(payload: early.payload)]))
        #expect(refusalOf(early, in: state) == .revokedCapability)
    }

    @Test("each policy names the one before")
    func policies() throws {
        var state = try World.state()
        func policy(_ text: String, after previous: String?) -> DSSEEnvelope {
            authority.seal(
                known(
                    PolicyBlock(
                        header: World.header(), sha256: World.hash(text), previous: previous.map(World.hash))))
        }
        #expect(state.policy == nil)
        #expect(refusalOf(policy("one", after: "zero"), in: state) == .policyChain)
        try state.take(policy("one", after: nil), at: 20)
        #expect(state.policy?.sha256 == World.hash("one") && state.policy?.index == 20)
        #expect(refusalOf(policy("two", after: nil), in: state) == .policyChain)
        #expect(refusalOf(policy("two", after: "two"), in: state) == .policyChain)
        let second = policy("two", after: "one")
        try state.take(second)
        #expect(refusalOf(policy("three", after: "one"), in: state) == .policyChain, "a stale change loses")
        try state.take(policy("one", after: "two"))
        #expect(refusalOf(second, in: state) == .duplicate, "an old change is not replayed")
        #expect(state.policies.map(\.sha256) == ["one", "two", "one"].map(World.hash))
    }

    @Test("the owner's last word on the clock is kept")
    func clock() throws {
        var state = try World.state()
        #expect(state.clock == nil)
        for seconds in [500, 400] as [Int64] {
            try state.take(authority.seal(ClockBlock(header: World.header(), seconds: seconds)))
            #expect(state.clock?.seconds == seconds && state.clock?.index == state.lastIndex)
        }
    }

    @Test("replaying the log gives the same state")
    func replay() throws {
        let root = authority.seal(World.root())
        let log = [
            World.enrol(service), World.enrol(courier), root, service.seal(World.delegation(of: root)),
            World.revoke([mallory.kid]), World.enrol(service, training: nil), World.revoke([courier.kid]),
        ]
        func state(of log: [DSSEEnvelope]) throws -> AuthorityState {
            var state = AuthorityState(vault: World.vault, authority: authority.kid)
            for (index, envelope) in log.enumerated() { try state.take(envelope, at: UInt64(index * 3)) }
            return state
        }
        #expect(try state(of: log) == state(of: log))
        #expect(try state(of: log) != state(of: log.dropLast()))
        #expect(try state(of: log).context.registered.count == log.count)
    }
}

extension Revocation {
    /// What the state should hold for a block of `World.revoke`.
    fileprivate static func of(_ block: BlockID, at index: UInt64, in state: AuthorityState) -> Revocation? {
        state.revokedKeys.values.first { $0.block == block && $0.index == index && $0.reason == "offboarded" }
    }
}
