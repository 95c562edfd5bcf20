import Authority
import Client
import Foundation
import Host
import Primitives
import Synchronization
import Testing
import VaultModel
import Wire

/// Somebody of the staff with her key at hand: signs whatever a test wants her to, and speaks with the real broker.
struct Party: Sendable {
    let kid: KeyID
    let key: KeySigner
    let session: BrokerSession
    let transport: SocketTransport

    /// The HTTP client insists on an orderly end, which a value cannot give: they live as long as the tests.
    private static let open = Mutex<[SocketTransport]>([])

    init(_ who: String, _ sandbox: Sandbox) throws {
        let path = "\(sandbox.folder)/\(who).key"
        let file = try IdentityFile.read(path)
        let text = try String(contentsOfFile: try sandbox.passphrase(who), encoding: .utf8)
        var secret = Array(text.trimmingCharacters(in: .newlines).utf8)
        key = KeySigner(try file.open(passphrase: SecretBytes(wiping: &secret)))
        kid = file.identity.kid
        transport = SocketTransport(path: sandbox.vault + "/cofferd.sock")
        Self.open.withLock { [transport] in $0.append(transport) }
        let state = "\(sandbox.folder)/party-\(who)-\(UUID().uuidString.prefix(6))"
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        session = BrokerSession(
            identity: file.identity, transport: transport, signer: key,
            counter: RequestCounter(besideIdentity: path),
            memory: try CheckpointMemory(folder: state, logKey: file.identity.broker.logKey))
    }

    func seal(_ block: some BlockBody) throws -> DSSEEnvelope {
        try DSSEEnvelope.sealing(block) { try key.sign($0) }
    }

    /// `ok`, or the word the broker refuses with.
    func call<Op: WireOperation>(_ operation: Op.Type, _ message: Op.Request, _ scope: RequestScope) async -> String {
        do {
            _ = try await session.call(operation, message, scope: scope)
            return "ok"
        } catch {
            if case .refused(let refusal) = error { return refusal.why }
            return "\(error)"
        }
    }

    func read(
        _ capability: BlockID, _ order: String, _ fields: [String] = ["customer.address", "customer.phone"],
        purpose: String = "delivery", form: Form? = .full
    ) async -> String {
        await call(
            ShowCustomers.self, .init(),
            RequestScope(
                fields: fields.compactMap { FieldName($0) }, form: form, purpose: purpose, orders: [order],
                capability: capability.text))
    }

    /// Registers a capability; the head says what the block says.
    func register(_ block: CapabilityBlock, _ envelope: DSSEEnvelope) async -> String {
        var (fields, orders, purpose): ([FieldName], [String], String) = ([], [], "")
        if case .only(let names) = block.fields { fields = names }
        if case .orders(let ids) = block.subjects { orders = ids }
        if case .only(let names) = block.purposes { purpose = names.first?.text ?? "" }
        return await call(
            DelegateGrant.self, .init(block: envelope.value),
            RequestScope(
                fields: fields, form: block.forms.max(), object: Hex.encode(BlockID(payload: envelope.payload).bytes),
                purpose: purpose, orders: orders))
    }

    func register(_ block: CapabilityBlock) async throws -> String { await register(block, try seal(block)) }
}

/// A takeout shop with two orders of one customer and one of another, and people who lend each other rights. Couriers may
/// lend on here, which the policy that ships does not allow: otherwise the policy would refuse what the chain must.
final class LendingShop {
    let sandbox: Sandbox
    let logKey: String
    var broker: BrokerProcess
    let service: Party
    let courier: Party
    let runner: Party
    let orders: [String]
    let customers: [String]
    let vault: VaultID

    init(policy edit: (String) -> String = { $0 }) throws {
        sandbox = try Sandbox()
        var policy = try String(contentsOfFile: Sandbox.root + "/policies/takeout.yaml", encoding: .utf8)
        policy = policy.replacingOccurrences(
            of: "    propose: [customer.address]\n",
            with: """
                    propose: [customer.address]
                    read: [{record: customer, fields: [name, phone, address], form: full, purposes: [delivery]}]
                    delegate: [{record: customer, fields: [name, phone, address], purposes: [delivery], to: courier,
                                minutes: 90, max: 5, bound_to: order}]

                """)
        let file = try sandbox.write("policy.yaml", edit(policy))
        let made = try sandbox.answer(
            "owner", "init", "--policy", file, "--owner", "Owner", "--profile", "test", "--unseal-passphrase-file",
            try sandbox.passphrase("vault"))
        logKey = try made.member("log_key")
        vault = try #require(VaultID(try made.member("vault_id")))
        broker = try BrokerProcess(sandbox)
        try sandbox.unseal()
        for (who, role) in [
            ("counter", "customer-service"), ("courier", "courier"), ("runner", "courier"),
            ("officer", "compliance-officer"),
        ] { try sandbox.enrol(who, role: role) }
        customers = [
            try sandbox.addSampleCustomer(),
            try sandbox.answer(
                "counter", "customer", "add", "--field", "name=王芳", "--field", "phone=+8613800138000", "--field",
                "address=上海市徐汇区漕溪路 1 号", "--purpose", "order"
            ).member("number"),
        ]
        var orders: [String] = []
        for (index, customer) in [customers[0], customers[0], customers[1]].enumerated() {
            orders.append(
                try sandbox.answer(
                    "counter", "order", "add", "--customer", customer, "--field", "number=\(1_000 + index)", "--field",
                    "amount=10.00"
                ).member("id"))
        }
        self.orders = orders
        service = try Party("counter", sandbox)
        courier = try Party("courier", sandbox)
        runner = try Party("runner", sandbox)
    }

    deinit { broker.stop() }

    var now: Int64 { Int64(Date().timeIntervalSince1970) }

    /// The root of a person, as the broker tells a lender.
    func root(of party: Party) async throws -> BlockID {
        let reply = try await party.session.call(
            PrepareGrant.self, .init(to: "runner"), scope: RequestScope(orders: [orders[0]]))
        return try #require(BlockID(reply.message.parent))
    }

    /// What customer service lends the courier: address and phone of the first order, 45 minutes, three reads.
    func loan(
        from lender: Party? = nil, to holder: Party? = nil, parent: BlockID,
        _ edit: (inout CapabilityBlock) -> Void = { _ in }
    ) throws -> CapabilityBlock {
        let fields = ["customer.address", "customer.phone"].compactMap { FieldName($0) }
        var block = CapabilityBlock(
            vault: vault, issuer: (lender ?? service).kid, audience: (holder ?? courier).kid, parent: parent,
            role: try #require(RoleName("courier")), acts: .only([.match, .propose, .read]), fields: .only(fields),
            forms: [.full], purposes: .only([try #require(Purpose("delivery"))]), shops: .only([.main]),
            subjects: .orders([orders[0]]), notBefore: now - 1, expires: now + 2_700, maxUses: 3, depth: 0)
        edit(&block)
        return block
    }

    /// A registered loan.
    func lend(
        to holder: Party? = nil, _ edit: (inout CapabilityBlock) -> Void = { _ in }
    ) async throws -> BlockID {
        let block = try loan(to: holder, parent: try await root(of: service), edit)
        #expect(try await service.register(block) == "ok")
        return block.id
    }

    func restart() throws {
        broker.crash()
        broker = try BrokerProcess(sandbox)
        try sandbox.unseal()
    }

    /// Exports the log and verifies it without the vault.
    func verify() throws -> Outcome { try sandbox.verifyLog(logKey) }
}
