internal import AccessLog
internal import Authority
internal import Keys
internal import Policy
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Takes some archived records of one customer. Covered by the entry of `PickCustomer`.
enum PickPageHandler: OperationHandler {
    typealias Op = PickPage

    static func handle(
        _ call: Call<PickPage.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        let customer = try PickCustomerHandler.customer(call.head)
        _ = try await vault.admit(call.verified, PickCustomerHandler.ask, as: .restore)
        try vault.picks.add(
            call.body, of: customer, manifest: call.head.object, by: call.verified.request.kid,
            now: call.verified.receivedMilliseconds / 1_000)
        return Answer(NoMembers(), nil)
    }
}

/// Gives one customer back what an archive has of her.
enum PickCustomerHandler: OperationHandler {
    typealias Op = PickCustomer
    static let ask = PolicyAsk(act: .backupRestore, verb: "pick")
    /// Between the cards' word and now, and how far it may be ahead.
    private static let freshSeconds: Int64 = 600
    private static let aheadSeconds: Int64 = 30

    static func handle(
        _ call: Call<PickCustomer.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<PickCustomer.Reply> {
        let customer = try customer(call.head)
        let decision = try await vault.admit(call.verified, ask, as: .restore)
        let rows = try vault.picks.rows(
            of: customer, manifest: call.head.object, by: call.verified.request.kid, ends: !call.body.dryRun)
        let statement: PickStatement
        do throws(RequestRefusal) {
            statement = try open(call, customer, rows, try vault.verifiedFacts())
        } catch { throw await vault.refuse(decision, error, as: .restore) }
        return try await vault.writes.run { () throws(RequestRefusal) in
            var assembly = PickAssembly(vault: vault, decision: decision, customer: RecordID(customer))
            do throws(RequestRefusal) { try assembly.take(rows) } catch {
                throw await vault.refuse(decision, error, as: .restore)
            }
            var change = assembly.change
            change.xid = statement.set
            change.numbers = [customer]
            let reply = PickCustomer.Reply(changes: assembly.changes, same: Int64(assembly.same))
            guard !call.body.dryRun, !assembly.changes.isEmpty else {
                let entry = try await vault.turnstile.log(
                    decision, as: .restore, scanned: assembly.scanned, about: [customer], xid: statement.set
                ).entry
                return Answer(reply, entry)
            }
            let entry = try await vault.apply(change, decision, as: .restore, scanned: assembly.scanned)
            return Answer(reply, entry)
        }
    }

    /// The one customer a head names; its object is the manifest's hash.
    static func customer(_ head: RequestHead) throws(RequestRefusal) -> CustomerNumber {
        guard head.customers.count == 1, let customer = head.customerNumbers.first, head.orders.isEmpty,
            head.fields.isEmpty, OpaqueID.isHash(head.object)
        else { throw .malformed("what comes back is of one customer and from one archive, named by its manifest") }
        return customer
    }

    /// The quorum's word, if it is about this customer, this archive and these rows, and fresh.
    private static func open(
        _ call: Call<PickCustomer.Request>, _ customer: CustomerNumber, _ rows: [PickRow], _ facts: SealFacts
    ) throws(RequestRefusal) -> PickStatement {
        guard let recovery = facts.recovery else { throw .conflict("this vault has no recovery cards") }
        let envelope: DSSEEnvelope
        let statement: PickStatement
        do throws(BlockRefusal) {
            envelope = try DSSEEnvelope(call.body.statement)
            statement = try PickStatement(envelope)
        } catch { throw RequestRefusal(block: error) }
        guard envelope.keyid == KeyID(recovery.signingKey) else {
            throw .denied(.wrongCard, hint: "the recovery cards of this vault did not sign this")
        }
        guard statement.vault == facts.vault, statement.customer == customer,
            statement.manifest.utf8.elementsEqual(call.head.object.utf8),
            statement.rows.utf8.elementsEqual(PickRow.digest(of: rows).utf8), statement.isDry == call.body.dryRun,
            OpaqueID.isRecord(statement.set)
        else {
            throw .denied(
                .headMismatch, hint: "the cards signed for another customer, another archive or other records")
        }
        guard statement.generation <= facts.incarnation else {
            throw .conflict("the archive is of a later life of this vault; this broker serves an old folder")
        }
        let age = call.verified.receivedMilliseconds / 1_000 - statement.at
        guard (-aheadSeconds...freshSeconds).contains(age) else {
            throw .denied(.clock, hint: "the cards signed this at another time; check the clock and give them again")
        }
        return statement
    }
}
