import AccessLog
import Authority
import Foundation
import Host
import Keys
import Policy
import Primitives
import Storage
import Synchronization
import Testing
import Turnstile
import VaultModel
import Wire

/// A key that its owner holds.
final class StaffKey: Sendable {
    let signing: Ed25519.SigningKey
    let kid: KeyID
    private let counter = Atomic<UInt64>(0)

    init() {
        signing = .generate()
        kid = KeyID(signing.publicKey)
    }

    func seal(_ block: some BlockBody) throws -> SignedBlock {
        try Block.open(DSSEEnvelope.sealing(block) { signing.sign($0) }, vault: block.vault)
    }

    func nextCounter() -> UInt64 { counter.add(1, ordering: .relaxed).newValue }
}

/// A clock that stands still until it is set.
final class StillClock: WallClock {
    private let now: Atomic<Int64>

    init(_ milliseconds: Int64) { now = Atomic(milliseconds) }

    func nowMilliseconds() -> Int64 { now.load(ordering: .relaxed) }
    func advance(_ milliseconds: Int64) { now.add(milliseconds, ordering: .relaxed) }
}

/// Fails so many batches with a full disk: nothing of them is stored, and the log goes on.
final class FullDisk: WriteFaults {
    private static let full: Int32 = 13
    private let left = Atomic<Int>(0)

    func fail(_ batches: Int) { left.store(batches, ordering: .relaxed) }

    func fault(at step: WriteStep) -> Int32? {
        guard step == .item(0), left.load(ordering: .relaxed) > 0 else { return nil }
        left.subtract(1, ordering: .relaxed)
        return Self.full
    }
}

/// A vault with a real log on the disk, an owner and a clerk with two keys, and a turnstile in front of it. The clerk may
/// open five records in ten minutes.
final class SmallShop: Sendable {
    static let start: Int64 = 1_795_289_434_000
    private static let policy = """
        version: 1
        trade: test
        region: CN
        classes: {identity: {}}
        purposes: [order]
        records:
          customer:
            fields:
              name: {type: name, class: identity}
        roles:
          owner: {staff: [approve, review], policy: [apply]}
          clerk:
            limits: {opens_per_10_minutes: 5, opens_per_day: 8}
            read: [{record: customer, fields: [name], form: full, purposes: [order]}]
        """

    let turnstile: Turnstile
    let reader: LogReader
    let clock = StillClock(SmallShop.start)
    let disk = FullDisk()
    let authority = StaffKey()
    let owner = StaffKey()
    let clerk = StaffKey()
    /// The same person's second key.
    let clerksOther = StaffKey()
    let colleague = StaffKey()
    private let folder: VaultDirectory
    private let stores: Stores
    private let authenticator: Authenticator

    init() throws {
        let vault = VaultID.random()
        let parent = Folder.exists("/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        folder = VaultDirectory(FilePaths.join(parent, "coffer-turnstile-" + Hex.encode(Random.bytes(8))))
        try Folder.create(folder.path, mode: 0o700)
        try Stores.create(at: folder, vault: vault)
        stores = try Stores.open(at: folder, vault: vault, options: StorageOptions(faults: disk))
        let keyset = Keyset.generate()
        let keys = KeysetLogKeys(keyset, origin: LogOrigin(vault: vault, incarnation: 1))
        var options = LogWriterOptions()
        (options.reserveBytes, options.floorBytes) = (0, 0)
        let policy = try PolicyDocument.parse(Array(Self.policy.utf8), file: "policy").get()
        var state = AuthorityState(vault: vault, authority: authority.kid)
        let (person, other, owners) = (PersonID.random(), PersonID.random(), PersonID.random())
        let people = [(owner, owners, "owner"), (clerk, person, "clerk"), (clerksOther, person, "clerk")]
        for (key, person, role) in people + [(colleague, other, "clerk")] {
            try Self.enrol(key, person, try #require(RoleName(role)), by: authority, in: &state)
        }
        let fields = FieldMap(
            policy: policy, registry: try stores.records.register(FieldMap.registrations(of: policy)))
        let writer = try LogWriter(stores.log, keys: keys, keyring: stores.keyring, clock: clock, options: options)
        turnstile = Turnstile(
            controls: Controls(authority: state, policy: policy, fields: fields, keyset: keyset),
            keyset: LiveKeyset(keyset),
            keyring: stores.keyring, log: writer, clock: clock)
        reader = LogReader(stores.log, keyring: stores.keyring, keys: keys)
        authenticator = Authenticator(authority: vault.description, clock: clock)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder.path) }

    private static func enrol(
        _ key: StaffKey, _ person: PersonID, _ role: RoleName, by authority: StaffKey, in state: inout AuthorityState
    ) throws {
        let now = start / 1_000
        let enrolment = EnrolBlock(
            header: BlockHeader(vault: state.vault, issuer: authority.kid, at: now), person: person, kid: key.kid,
            role: role, nda: CalendarDay("2026-01-01"), training: CalendarDay("2999-12-31"), uid: nil)
        let root = CapabilityBlock.root(
            vault: state.vault, authority: authority.kid, audience: key.kid, role: role, notBefore: now - 60,
            expires: now + 86_400)
        for block in [try authority.seal(enrolment), try authority.seal(root)] {
            try state.register(block, at: 0, time: start)
        }
    }

    // MARK: - Asking

    /// What the gate decides about a request that `key` signs now.
    func decide(
        _ key: StaffKey, _ endpoint: Endpoint, _ head: RequestHead, _ ask: PolicyAsk
    ) throws -> Decision {
        let unsigned = try UnsignedRequest(
            endpoint: endpoint, authority: turnstile.vault.description, head: head,
            body: RequestBody(NoMembers()).encode(), kid: key.kid, created: clock.nowSeconds())
        let signed = try unsigned.signed(key.signing.sign(unsigned.base))
        let verified = try authenticator.authenticate(signed.incoming, from: Peer(channel: .socket, userID: 1_000))
        return turnstile.gate.decide(verified, ask)
    }

    /// The decision about a read of so many customers, and their records.
    func read(_ key: StaffKey, _ count: Int = 1) throws -> (decision: Decision, records: [StoredRecord]) {
        let numbers = (0..<count).map { _ in CustomerNumber.random() }
        let head = RequestHead(
            act: .read, counter: key.nextCounter(), fields: [FieldName("customer.name")].compactMap { $0 },
            form: .full, purpose: "order", customers: numbers.map(\.text))
        let records = numbers.map { number in
            StoredRecord(
                id: RecordID(number), customer: RecordID(number), kind: 1, rev: 1, seal: Random.bytes(32), shop: "",
                month: 202_611, status: .active, logSeq: 0, fields: [])
        }
        return (try decide(key, .customerShow, head, PolicyAsk(act: .read)), records)
    }

    /// Reads so many customers: nil, or why it was refused.
    func open(_ key: StaffKey, _ count: Int = 1) async throws -> RequestRefusal? {
        let (decision, records) = try read(key, count)
        return await log(decision, records)
    }

    func log(_ decision: Decision, _ records: [StoredRecord]) async -> RequestRefusal? {
        do throws(RequestRefusal) {
            _ = try await turnstile.log(decision, as: .read, releasing: records)
            return nil
        } catch { return error }
    }

    /// The cores of the log, oldest first.
    func cores() throws -> [EntryCore] { try reader.cores(0..<(try stores.log.size())) }

    func left(_ key: StaffKey) throws -> UInt64 {
        let controls = turnstile.controls
        let person = try #require(controls.authority.person(of: key.kid))
        let limits = try #require(RoleName("clerk").flatMap(controls.policy.limits(of:)))
        return turnstile.quota(of: person, limits: limits, at: clock.nowMilliseconds()).left
    }
}
