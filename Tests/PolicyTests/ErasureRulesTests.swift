import Policy
import Testing
import VaultModel

struct ErasureRulesTests {
    private static func rules(_ rest: String) throws -> ErasureRules {
        try Sample.parse(Sample.small(rest: rest)).get().erasure
    }

    @Test func `a policy that says nothing has the usual rules, and its own hours where it has any`() throws {
        #expect(try Self.rules("") == .standard)
        #expect(ErasureRules.standard == ErasureRules(undoHours: 72, dailyLimit: 20, queueHours: 72))
        #expect(try Self.rules("undo_hours: 24") == ErasureRules(undoHours: 24, dailyLimit: 20, queueHours: 72))
        // Nothing at all to take it back in is not what that member was for.
        #expect(try Self.rules("undo_hours: 0").undoHours == 1)
        #expect(
            try Self.rules("undo_hours: 24\nerasure: {undo_hours: 5, daily_limit: 3, queue_hours: 96}")
                == ErasureRules(undoHours: 5, dailyLimit: 3, queueHours: 96))
        #expect(try Self.rules("undo_hours: 24\nerasure: {daily_limit: 3}").undoHours == 24)
    }

    @Test func `what does not wait waits where it is one too many`() {
        let rules = ErasureRules(undoHours: 2, dailyLimit: 1, queueHours: 48)
        let hour: Int64 = 3_600_000
        #expect(rules.wait(isNow: false, isBeyondLimit: false) == 2 * hour)
        #expect(rules.wait(isNow: true, isBeyondLimit: false) == 0)
        #expect(rules.wait(isNow: true, isBeyondLimit: true) == 48 * hour)
        #expect(
            ErasureRules(undoHours: 72, dailyLimit: 1, queueHours: 3).wait(isNow: false, isBeyondLimit: true) == 72
                * hour)
    }

    @Test func `an order is known again by its digest, and every order has another`() {
        var digests: Set<String> = []
        for reason in ErasureReason.allCases {
            for isNow in [false, true] {
                let order = ErasureOrder(reason: reason, isNow: isNow)
                #expect(ErasureOrder(digest: order.digest) == order)
                digests.insert(order.digest)
            }
        }
        #expect(digests.count == ErasureReason.allCases.count * 2)
        #expect(ErasureOrder(digest: "") == nil && ErasureOrder(digest: BreakGlass.digest(of: "fire")) == nil)
    }

    @Test(arguments: ["takeout.yaml", "shoe-care.yaml"])
    func `a second person is needed for what does not wait, and staff cannot erase`(file: String) throws {
        let policy = try Sample.shipped(file)
        for name in ["owner", "compliance-officer"] {
            let role = try #require(RoleName(name))
            #expect(
                policy.decide(role: role, ask: PolicyAsk(act: .erase, verb: "erase", needsSecond: true)) == .approval(1)
            )
            guard case .allow = policy.decide(role: role, ask: PolicyAsk(act: .erase, verb: "erase")) else {
                Issue.record("\(name) may erase")
                continue
            }
        }
        let counter = try #require(RoleName("customer-service"))
        guard case .deny(.act, _) = policy.decide(role: counter, ask: PolicyAsk(act: .erase, verb: "erase")) else {
            Issue.record("the counter erases nobody")
            return
        }
    }
}
