import AccessLog
import Authority
import Primitives
import Testing
import VaultModel

/// What was lent is replayed: a broker that allowed more than that is found.
struct LoanReplayTests {
    private let courier = Signer(6)
    private let order = RecordName(.random(), kind: "order").text
    private let customer = SampleLog.customers[0]

    /// The clerk may lend name and phone for an order; the courier is enrolled.
    private func log() -> SampleLog {
        let log = SampleLog.ready()
        var text = String(decoding: SampleLog.samplePolicy, as: UTF8.self)
        text = text.replacing(
            "purposes: [order]}]}",
            with: """
                purposes: [order]}],
                        delegate: [{record: customer, fields: [name, phone], purposes: [order], to: courier, minutes: 60, \
                max: 2, bound_to: order}]}
                  courier: {propose: [customer.address]}
                """)
        text = text.replacing(
            "      address: {type: address, class: contact}\n",
            with: """
                      address: {type: address, class: contact}
                  order:
                    fields:
                      number: {type: code, class: contact}

                """)
        log.apply(policy: Array(text.utf8))
        log.enrol(courier, role: "courier")
        return log
    }

    private func findings(_ log: SampleLog) throws -> [LogFinding] {
        let scratch = try Scratch()
        return try log.export(to: scratch).verify(VerifyOptions()).findings
    }

    /// Lends, as the broker would log it.
    private func lend(
        _ log: SampleLog, minutes: Int64 = 30, uses: Int64 = 2, fields: [FieldName]? = nil, purpose: String = "order"
    ) throws -> BlockID {
        let request = SampleRequest()
        let names = fields ?? request.fields
        let start = log.time / 1_000
        let block = CapabilityBlock(
            vault: log.vault, issuer: log.clerk.kid, audience: courier.kid, parent: log.clerkRoot,
            role: try #require(RoleName("courier")), acts: .only([.propose, .read]), fields: .only(names),
            forms: [.full],
            purposes: .only([try #require(Purpose(purpose))]), shops: .only([.main]), subjects: .orders([order]),
            notBefore: start, expires: start + minutes * 60, maxUses: uses, depth: 0)
        let envelope = DSSEEnvelope.sealing(block) { log.clerk.sign($0) }
        log.blocks.append(envelope)
        let brought = SampleRequest(
            act: .delegate, fields: names, form: .full, purpose: purpose, orders: [order],
            object: Hex.encode(SHA256.hash(envelope.payload)))
        log.append(brought, by: log.clerk, kind: .delegate) { $0.subject.customers = [customer] }
        return block.id
    }

    @discardableResult
    private func read(_ log: SampleLog, _ capability: BlockID, customer other: String? = nil) -> UInt64 {
        let request = SampleRequest(orders: [order], capability: capability)
        return log.append(request, by: courier, role: "courier") { draft in
            draft.subject.customers = [other ?? customer]
            (draft.released, draft.shop) = (1, "main")
        }
    }

    private func finding(_ part: LogPart, _ problem: LogProblem, at index: UInt64) -> LogFinding {
        LogFinding(index: index, part: part, problem: problem)
    }

    @Test func `what was lent and used as agreed is in order`() throws {
        let log = self.log()
        let capability = try lend(log)
        read(log, capability)
        read(log, capability)
        #expect(try findings(log) == [])
    }

    @Test func `one read more than was lent is found`() throws {
        let log = self.log()
        let capability = try lend(log, uses: 1)
        read(log, capability)
        let forged = read(log, capability)
        #expect(try findings(log) == [finding(.signature, .overused, at: forged)])
    }

    @Test func `another customer than the order's is found`() throws {
        let log = self.log()
        let capability = try lend(log)
        let forged = read(log, capability, customer: CustomerNumber.random().text)
        #expect(try findings(log) == [finding(.signature, .otherCustomer, at: forged)])
    }

    @Test func `a read after the order's end is found, one after a new loan is not`() throws {
        let log = self.log()
        let capability = try lend(log)
        read(log, capability)
        let report = SampleRequest(
            act: .propose, fields: [], form: nil, purpose: "", orders: [order], capability: capability)
        log.append(report, by: courier, kind: .propose, role: "courier") { draft in
            draft.subject.customers = [customer]
            draft.shop = "main"
        }
        let forged = read(log, capability)
        let next = try lend(log)
        read(log, next)
        #expect(try findings(log) == [finding(.signature, .loanEnded, at: forged)])
    }

    @Test func `a loan that the policy does not give is found, and so is what is read under it`() throws {
        let log = self.log()
        let long = try lend(log, minutes: 61)
        let index = UInt64(log.entries.count - 1)
        #expect(try findings(log) == [finding(.policy, .notAllowedByPolicy, at: index)])
        let forged = read(log, long)
        #expect(try findings(log).filter { $0.index == forged } == [], "the loan itself is what was wrong")
        let care = try lend(log, purpose: "care")
        #expect(try findings(log).contains(finding(.policy, .notAllowedByPolicy, at: UInt64(log.entries.count - 1))))
        #expect(care != long)
    }

    @Test func `a lender's end is the end of what she lent`() throws {
        let log = self.log()
        let capability = try lend(log)
        read(log, capability)
        log.revoke(log.clerk)
        let forged = read(log, capability)
        #expect(try findings(log) == [finding(.signature, .revoked, at: forged)])
    }

    @Test func `somebody without the right who ends a key is found`() throws {
        let log = self.log()
        let block = try #require(
            RevokeBlock(header: log.header(log.clerk), kids: [courier.kid], caps: [], reason: "offboarded"))
        let envelope = DSSEEnvelope.sealing(block) { log.clerk.sign($0) }
        log.blocks.append(envelope)
        let brought = SampleRequest(
            act: .offboard, fields: [], form: nil, purpose: "", object: Hex.encode(SHA256.hash(envelope.payload)))
        let forged = log.append(brought, by: log.clerk, kind: .offboard)
        #expect(try findings(log) == [finding(.policy, .notAllowedByPolicy, at: forged)])
    }
}
