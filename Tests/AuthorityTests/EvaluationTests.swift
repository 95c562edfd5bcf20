import Authority
import Testing
import VaultModel

@Suite("Evaluation")
struct EvaluationTests {
    private let authority = World.authority
    private let service = World.service
    private let courier = World.courier

    /// Customer service with the root of the model.
    private func serving(_ edit: (inout CapabilityBlock) -> Void = { _ in }) throws -> AuthorityState {
        var state = try World.state()
        try state.take(authority.seal(World.root(edit: edit)))
        return state
    }

    private func ask(_ edit: (inout Ask) -> Void = { _ in }) -> Ask {
        var ask = Ask(
            kid: service.kid, act: .read, fields: World.fields("customer.phone"), form: .full,
            purpose: known(Purpose("delivery")), shop: World.shop("s12"), customers: ["C-0000-0000"])
        edit(&ask)
        return ask
    }

    @Test("a request within its root is allowed, and the standing says by what right")
    func allowed() throws {
        let state = try serving()
        let standing = try state.evaluate(ask(), now: 1000).get()
        let root = try #require(state.root(for: service.kid))
        #expect(standing.person == World.person(of: service) && standing.kid == service.kid)
        #expect(standing.role == World.role("customer-service") && standing.shops == .only([World.shop("s12")]))
        #expect(standing.root == root.id && standing.capability == root.id && standing.blocks == [root.id])
        #expect(!standing.isDelegated && standing.budgets.isEmpty)
    }

    @Test("over-asking in any direction is refused as a whole")
    func overAsking() throws {
        let state = try serving { $0.forms = [.masked] }
        let masked = ask { $0.form = .masked }
        #expect(state.reason(masked, now: 1000) == nil)
        func reason(_ edit: (inout Ask) -> Void) -> Reason? {
            var changed = masked
            edit(&changed)
            return state.reason(changed, now: 1000)
        }
        #expect(reason { $0.act = .write } == .act)
        #expect(reason { $0.fields = World.fields("customer.phone", "customer.id_number") } == .field)
        #expect(reason { $0.fields = World.fields("supplier.phone") } == .field)
        #expect(reason { $0.form = .full } == .form)
        #expect(reason { $0.form = .match } == nil)
        #expect(reason { $0.purpose = known(Purpose("settlement")) } == .purpose)
        #expect(reason { $0.purpose = nil } == .purpose)
        #expect(reason { $0.shop = World.shop("s13") } == .shop)
        #expect(reason { $0.shop = nil } == .shop)
    }

    @Test("the first failure is the reason: act before field, form, purpose, shop and subject")
    func firstFailure() throws {
        let state = try serving { block in
            block.forms = [.match]
            block.subjects = .customers(["C-0000-0000"])
        }
        var wrong = ask { ask in
            ask.act = .erase
            ask.fields = World.fields("customer.iban")
            ask.purpose = known(Purpose("care"))
            ask.shop = World.shop("s1")
            ask.customers = []
        }
        #expect(state.reason(wrong, now: 1000) == .act)
        wrong.act = .read
        #expect(state.reason(wrong, now: 1000) == .field)
        wrong.fields = World.fields("customer.phone")
        #expect(state.reason(wrong, now: 1000) == .form)
        wrong.form = .match
        #expect(state.reason(wrong, now: 1000) == .purpose)
        wrong.purpose = known(Purpose("support"))
        #expect(state.reason(wrong, now: 1000) == .shop)
        wrong.shop = World.shop("s12")
        #expect(state.reason(wrong, now: 1000) == .subject)
        wrong.customers = ["C-0000-0000"]
        #expect(state.reason(wrong, now: 1000) == nil)
        #expect(state.reason(wrong, now: 86_400 * 30) == .expired)
    }

    @Test("a star covers every act, field, purpose, shop and subject, with or without a name")
    func stars() throws {
        var state = try World.state()
        try state.take(
            authority.seal(
                CapabilityBlock.root(
                    vault: World.vault, authority: authority.kid, audience: service.kid,
                    role: World.role("customer-service"), notBefore: 0, expires: 86_400)))
        for act in Act.allCases {
            let bare = Ask(kid: service.kid, act: act)
            #expect(state.reason(bare, now: 10) == nil)
            #expect(state.reason(ask { $0.act = act }, now: 10) == nil)
        }
    }

    @Test(
        "subjects are covered exactly",
        arguments: [
            (SubjectScope.any, [], [], true), (.any, ["C1"], ["o1"], true),
            (.customers(["C1", "C2"]), ["C1"], [], true), (.customers(["C1", "C2"]), ["C1", "C2"], [], true),
            (.customers(["C1"]), ["C1", "C2"], [], false), (.customers(["C1"]), [], [], false),
            (.customers(["C1"]), ["C1"], ["o1"], false), (.customers(["C1"]), [], ["C1"], false),
            (.orders(["o1"]), [], ["o1"], true), (.orders(["o1"]), [], ["o2"], false), (.orders(["o1"]), [], [], false),
            (.orders(["o1"]), ["C1"], ["o1"], false), (.orders(["o1"]), ["o1"], [], false),
        ] as [(SubjectScope, [String], [String], Bool)])
    func subjects(scope: SubjectScope, customers: [String], orders: [String], covered: Bool) {
        #expect(scope.covers(customers: customers, orders: orders) == covered)
    }

    @Test("a root holds from nbf to the second before exp, without grace")
    func time() throws {
        let state = try serving { block in
            block.notBefore = 1000
            block.expires = 2000
        }
        #expect(state.reason(ask(), now: 999) == .notYetValid)
        #expect(state.reason(ask(), now: 1000) == nil)
        #expect(state.reason(ask(), now: 1999) == nil)
        #expect(state.reason(ask(), now: 2000) == .expired)
        #expect(state.reason(ask(), now: .max) == .expired)
        #expect(state.reason(ask(), now: .min) == .notYetValid)
    }

    @Test("without a named capability the newest root that holds is taken")
    func newestValid() throws {
        var state = try World.state()
        let old = try state.take(authority.seal(World.root { $0.expires = 1000 }))
        let new = try state.take(
            authority.seal(
                World.root { block in
                    block.notBefore = 500
                    block.expires = 2000
                }))
        func root(at now: Int64) throws -> BlockID { try state.evaluate(ask(), now: now).get().root }
        #expect(try root(at: 100) == old)
        #expect(try root(at: 700) == new)
        #expect(try root(at: 1500) == new)
        #expect(state.reason(ask(), now: 2000) == .expired)
        #expect(state.reason(ask { $0.capability = old }, now: 1500) == .expired)
        #expect(try state.evaluate(ask { $0.capability = old }, now: 700).get().root == old)
    }

    @Test("who is unknown, revoked, without a root or with another's root is refused by that name")
    func standing() throws {
        var state = try serving()
        let stranger = TestKey("stranger")
        #expect(state.reason(ask { $0.kid = stranger.kid }, now: 1000) == .notEnrolled)
        #expect(state.reason(ask { $0.kid = authority.kid }, now: 1000) == .notEnrolled)
        #expect(state.reason(ask { $0.kid = courier.kid }, now: 1000) == .noRoot)
        let root = try #require(state.root(for: service.kid)).id
        let stolen = ask { ask in
            ask.kid = courier.kid
            ask.capability = root
        }
        #expect(state.reason(stolen, now: 1000) == .chain)
        #expect(state.reason(ask { $0.capability = World.root().id }, now: 1000) == .unregistered)

        var revoked = state
        try revoked.take(World.revoke(caps: [root]))
        #expect(revoked.reason(ask(), now: 1000) == .noRoot)
        #expect(revoked.reason(ask { $0.capability = root }, now: 1000) == .revokedCapability)
        try state.take(World.revoke([service.kid]))
        #expect(state.reason(ask(), now: 1000) == .revokedKey)
        #expect(state.reason(ask { $0.capability = root }, now: 1000) == .revokedKey)
        #expect(state.reason(ask { $0.capability = root }, now: 86_400 * 365) == .revokedKey)
    }

    @Test("a new role ends the roots of the old one")
    func demotion() throws {
        var state = try serving()
        #expect(state.reason(ask(), now: 1000) == nil)
        try state.take(World.enrol(service, role: World.role("courier")))
        #expect(state.reason(ask(), now: 1000) == .noRoot)
        try state.take(World.enrol(service))
        #expect(state.reason(ask(), now: 1000) == nil)
    }

    @Test("a delegation dies with its delegator's key, root and role")
    func delegatorGone() throws {
        var state = try World.state()
        let root = authority.seal(World.root())
        let rootID = try state.take(root)
        let capability = try state.take(service.seal(World.delegation(of: root)))
        let delivery = ask { ask in
            ask.kid = courier.kid
            ask.customers = []
            ask.orders = ["o123"]
            ask.capability = capability
        }
        let standing = try state.evaluate(delivery, now: 1000).get()
        #expect(
            standing.isDelegated && standing.blocks == [rootID, capability] && standing.role == World.role("courier"))
        #expect(standing.budgets.map(\.block) == [capability] && standing.budgets.map(\.maxUses) == [3])
        #expect(state.reason(ask { $0.kid = courier.kid }, now: 1000) == .noRoot, "it must be named")

        func reason(after envelope: DSSEEnvelope) throws -> Reason? {
            var changed = state
            try changed.take(envelope)
            return changed.reason(delivery, now: 1000)
        }
        #expect(try reason(after: World.revoke([service.kid])) == .revokedKey)
        #expect(try reason(after: World.revoke(caps: [rootID])) == .revokedCapability)
        #expect(try reason(after: World.revoke(caps: [capability])) == .revokedCapability)
        #expect(try reason(after: World.enrol(service, role: World.role("management"))) == .chain)
        #expect(try reason(after: World.enrol(courier, role: World.role("management"))) == .chain)
    }

    @Test("values are shown only under a signed agreement and with a training that counts")
    func agreementAndTraining() throws {
        let day: Int64 = 86_400
        func reason(nda: CalendarDay?, training: CalendarDay?, act: Act = .read, now: Int64) throws -> Reason? {
            var state = try World.state()
            try state.take(World.enrol(service, nda: nda, training: training))
            try state.take(authority.seal(World.root { $0.acts = .any }))
            return state.reason(ask { $0.act = act }, now: now)
        }
        let (first, tenth) = (World.day("1970-01-02"), World.day("1970-01-10"))
        #expect(try reason(nda: first, training: tenth, now: 5 * day) == nil)
        #expect(try reason(nda: nil, training: tenth, now: 5 * day) == .confidentiality)
        #expect(try reason(nda: first, training: nil, now: 5 * day) == .training)
        #expect(try reason(nda: World.day("1970-01-08"), training: tenth, now: 5 * day) == .confidentiality)
        for act in Act.allCases {
            let expected: Reason? = act.showsValues ? .confidentiality : nil
            #expect(try reason(nda: nil, training: nil, act: act, now: 5 * day) == expected)
        }
        // The day begins fourteen hours before UTC's and ends twelve hours after it.
        #expect(try reason(nda: first, training: tenth, now: 1 * day - 14 * 3600) == nil)
        #expect(try reason(nda: first, training: tenth, now: 1 * day - 14 * 3600 - 1) == .confidentiality)
        #expect(try reason(nda: first, training: tenth, now: 10 * day + 12 * 3600 - 1) == nil)
        #expect(try reason(nda: first, training: tenth, now: 10 * day + 12 * 3600) == .training)
    }

    @Test("a key bound to a local user works for that user alone")
    func boundUser() throws {
        var state = try serving()
        try state.take(World.enrol(service, uid: 1000))
        #expect(state.reason(ask { $0.peerUID = 1000 }, now: 1000) == nil)
        #expect(state.reason(ask { $0.peerUID = 1001 }, now: 1000) == .notEnrolled)
        #expect(state.reason(ask { $0.peerUID = 0 }, now: 1000) == .notEnrolled)
        #expect(state.reason(ask(), now: 1000) == .notEnrolled)
        try state.take(World.enrol(service))
        #expect(state.reason(ask { $0.peerUID = 1001 }, now: 1000) == nil)
    }

    @Test("a root is due for review at 90 days, announced from day 76, and dead at its end")
    func review() {
        let root = World.root { block in
            block.notBefore = 1000
            block.expires = 1000 + CapabilityBlock.rootSeconds
        }
        let day: Int64 = 86_400
        let expected: [(Int64, Review)] = [
            (0, .current), (76 * day - 1, .current), (76 * day, .soon), (90 * day - 1, .soon), (90 * day, .due),
            (120 * day - 1, .due), (120 * day, .dead),
        ]
        for (age, review) in expected { #expect(AuthorityState.review(of: root, now: 1000 + age) == review) }
    }

    @Test("a policy may have roots fall due sooner, never later")
    func reviewDays() {
        let root = World.root { block in
            block.notBefore = 1000
            block.expires = 1000 + CapabilityBlock.rootSeconds
        }
        let day: Int64 = 86_400
        let expected: [(days: Int, age: Int64, review: Review)] = [
            (30, 16 * day - 1, .current), (30, 16 * day, .soon), (30, 30 * day - 1, .soon), (30, 30 * day, .due),
            (10, 5 * day - 1, .current), (10, 5 * day, .soon), (10, 10 * day, .due), (10, 120 * day, .dead),
            (120, 90 * day - 1, .soon), (120, 90 * day, .due),
        ]
        for (days, age, review) in expected {
            #expect(AuthorityState.review(of: root, now: 1000 + age, days: days) == review, "\(days) \(age)")
        }
        #expect(Review.allCases.filter(\.isOverdue) == [.due, .dead])
    }
}
