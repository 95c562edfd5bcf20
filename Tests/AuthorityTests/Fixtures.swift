import Authority
import CanonicalJSON
import Primitives
import VaultModel

/// A key made from a name, the same in every run.
final class TestKey: Sendable {
    let signing: Ed25519.SigningKey
    let kid: KeyID

    init(_ name: String) {
        signing = Ed25519.SigningKey(seed: SecretBytes(copying: SHA256.hash(Array(name.utf8))))
        kid = KeyID(signing.publicKey)
    }

    func seal(_ block: some BlockBody) -> DSSEEnvelope { DSSEEnvelope.sealing(block) { signing.sign($0) } }

    /// Signs bytes as they are, under any type: what an attacker with a key of her own can do.
    func sign(_ payload: [UInt8], as type: String = BlockKind.capability.payloadType) -> DSSEEnvelope {
        DSSEEnvelope(
            payloadType: type, payload: payload, keyid: kid, signature: signing.sign(DSSEEnvelope.pae(type, payload)))
    }
}

/// A value that is known to be well-formed.
func known<T>(_ value: T?) -> T {
    guard let value else { preconditionFailure("a fixture is malformed") }
    return value
}

enum World {
    static let vault = known(VaultID([UInt8](repeating: 7, count: 16)))
    static let otherVault = known(VaultID([UInt8](repeating: 8, count: 16)))
    static let authority = TestKey("authority")
    static let service = TestKey("customer-service")
    static let courier = TestKey("courier")
    static let manager = TestKey("manager")
    static let mallory = TestKey("mallory")

    static let roles: [(key: TestKey, role: RoleName)] = [
        (service, role("customer-service")), (courier, role("courier")), (manager, role("management")),
        (mallory, role("courier")),
    ]

    static func role(_ text: String) -> RoleName { known(RoleName(text)) }
    static func role(of key: TestKey) -> RoleName { known(roles.first { $0.key === key }).role }
    static func fields(_ names: String...) -> [FieldName] { names.map { known(FieldName($0)) } }
    static func purposes(_ names: String...) -> [Purpose] { names.map { known(Purpose($0)) } }
    static func shop(_ name: String) -> ShopName { known(ShopName(name)) }
    static func day(_ text: String) -> CalendarDay { known(CalendarDay(text)) }

    static func person(of key: TestKey) -> PersonID {
        let digits = SHA256.hash(key.kid.rawKey).prefix(26).map { Crockford.lower[Int($0 & 31)] }
        return known(PersonID("p_" + String(decoding: digits, as: UTF8.self)))
    }

    static func header(by issuer: TestKey = authority, at seconds: Int64 = 0) -> BlockHeader {
        BlockHeader(vault: vault, issuer: issuer.kid, at: seconds)
    }

    static func enrol(
        _ key: TestKey, role: RoleName? = nil, person: PersonID? = nil, nda: CalendarDay? = day("1970-01-01"),
        training: CalendarDay? = day("2999-12-31"), uid: UInt32? = nil, by issuer: TestKey = authority
    ) -> DSSEEnvelope {
        issuer.seal(
            EnrolBlock(
                header: header(by: issuer), person: person ?? self.person(of: key), kid: key.kid,
                role: role ?? self.role(of: key), nda: nda, training: training, uid: uid))
    }

    static func revoke(_ kids: [KeyID] = [], caps: [BlockID] = [], by issuer: TestKey = authority) -> DSSEEnvelope {
        issuer.seal(known(RevokeBlock(header: header(by: issuer), kids: kids, caps: caps, reason: "offboarded")))
    }

    /// The root of the model: three fields of a customer for two purposes in one shop, thirty days long.
    static func root(
        for key: TestKey = service, by issuer: TestKey = authority, edit: (inout CapabilityBlock) -> Void = { _ in }
    ) -> CapabilityBlock {
        var block = CapabilityBlock(
            vault: vault, issuer: issuer.kid, audience: key.kid, parent: nil, role: role(of: key), acts: .only([.read]),
            fields: .only(fields("customer.address", "customer.email", "customer.phone")), forms: [.full],
            purposes: .only(purposes("delivery", "support")), shops: .only([shop("s12")]), subjects: .any,
            notBefore: 0, expires: 86_400 * 30, maxUses: CapabilityBlock.unlimited, depth: 2)
        edit(&block)
        return block
    }

    /// The delegation of the model: two fields of one order's customer, for a delivery, three times in 45 minutes.
    static func delegation(
        of parent: DSSEEnvelope, from issuer: TestKey = service, to key: TestKey = courier,
        edit: (inout CapabilityBlock) -> Void = { _ in }
    ) -> CapabilityBlock {
        var block = CapabilityBlock(
            vault: vault, issuer: issuer.kid, audience: key.kid, parent: BlockID(payload: parent.payload),
            role: role(of: key), acts: .only([.read]), fields: .only(fields("customer.address", "customer.phone")),
            forms: [.full], purposes: .only(purposes("delivery")), shops: .only([shop("s12")]),
            subjects: .orders(["o123"]), notBefore: 1000, expires: 3700, maxUses: 3, depth: 0)
        edit(&block)
        return block
    }

    /// A state in which everybody is enrolled.
    static func state() throws(BlockRefusal) -> AuthorityState {
        var state = AuthorityState(vault: vault, authority: authority.kid)
        for (index, entry) in roles.enumerated() { try state.take(enrol(entry.key), at: UInt64(index)) }
        return state
    }

    /// One block of every kind.
    static let everyKind: [any BlockBody] = [
        root(), delegation(of: authority.seal(root())),
        root { block in
            block.acts = .any
            block.fields = .any
            block.purposes = .any
            block.shops = .any
            block.subjects = .any
        },
        delegation(of: authority.seal(root())) { $0.subjects = .customers(["C-0000-0000"]) },
        EnrolBlock(
            header: header(), person: person(of: service), kid: service.kid, role: role("customer-service"),
            nda: day("2026-01-02"), training: day("2026-12-31"), uid: 1000),
        EnrolBlock(
            header: header(), person: person(of: service), kid: service.kid, role: role("owner"), nda: nil,
            training: nil, uid: nil),
        known(
            RevokeBlock(
                header: header(), kids: sorted(service.kid, courier.kid), caps: [root().id], reason: "lost-key")),
        known(PolicyBlock(header: header(), sha256: hash("a"), previous: hash("b"))),
        known(PolicyBlock(header: header(), sha256: hash("a"), previous: nil)),
        ApproveBlock(
            header: header(),
            head: ["act": "read", "fld": ["customer.phone"], "sub": ["customer": ["C-0000-0000"]], "v": 1],
            expires: 4000),
        known(
            PurgeBlock(
                header: header(), ranges: [0...9, 11...11], parts: ["evidence", "subject"], rule: "five-years")),
        HoldBlock(header: header(), scope: .customers(["C-0000-0000"]), until: 9000),
        ClockBlock(header: header(), seconds: 1_795_289_434),
        RecoverBlock(header: header(), replacement: .authority(manager.kid), incarnation: 2, logKey: service.kid),
        RecoverBlock(
            header: header(), replacement: .keys(sorted(manager.kid, courier.kid)), incarnation: 2, logKey: service.kid),
    ]

    private static func sorted(_ keys: KeyID...) -> [KeyID] { keys.sorted { $0.text < $1.text } }

    static func hash(_ text: String) -> String { Hex.encode(SHA256.hash(Array(text.utf8))) }
}

extension AuthorityState {
    /// Opens and registers; the position defaults to the next one.
    @discardableResult
    mutating func take(
        _ envelope: DSSEEnvelope, at index: UInt64? = nil, time milliseconds: Int64 = 0
    ) throws(BlockRefusal) -> BlockID {
        let signed = try Block.open(envelope, vault: World.vault)
        try register(signed, at: index ?? (lastIndex ?? 0) + 1, time: milliseconds)
        return signed.id
    }

    /// The reason a request is refused for, or nil when it is allowed.
    func reason(_ ask: Ask, now: Int64) -> Reason? {
        switch evaluate(ask, now: now) {
        case .success: nil
        case .failure(let refusal): refusal.reason
        }
    }
}

/// The refusal `body` ends with, or nil.
func refusal(_ body: () throws(BlockRefusal) -> Void) -> BlockRefusal? {
    do throws(BlockRefusal) {
        try body()
        return nil
    } catch { return error }
}

/// The low-order points of Curve25519 in Edwards form, canonical and not.
enum LowOrder {
    static let points: [[UInt8]] = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ].map { known(Hex.decode($0)) }
}
