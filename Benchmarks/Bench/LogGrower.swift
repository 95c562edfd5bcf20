import AccessLog
import Authority
import Client
import Foundation
import Host
import Keys
import Primitives
import Storage
import VaultModel
import Wire

/// Writes signed reads into the log of a stopped vault, through the writer the broker uses: a log of a million entries
/// that the real programs can start with, export and verify, without a million requests.
final class LogGrower: Sendable {
    private let stores: Stores
    private let writer: LogWriter
    private let keyset: Keyset
    private let kid: KeyID
    private let key: KeySigner
    private let authority: String
    private let root: String
    private let policy: String
    private let customer: String

    /// - Parameters:
    ///   - who: an enrolled counter person.
    ///   - customer: whom she reads.
    init(_ bench: Workbench, _ who: String, customer: String) throws {
        let file = try IdentityFile.read(bench.identity(who))
        var secret = Array("passphrase of \(who)".utf8)
        key = KeySigner(try file.open(passphrase: SecretBytes(wiping: &secret)))
        kid = file.identity.kid
        authority = file.identity.vault.description
        self.customer = customer

        let seal = try SealFile.parse(DurableFile.read(bench.vault + "/vault.seal", limit: SealFile.largestBytes))
        var vaultSecret = Array("passphrase of vault".utf8)
        let passphrase = SecretBytes(wiping: &vaultSecret)
        let verified = try seal.verify(with: seal.rootKey(passphrase: passphrase))
        keyset = try verified.keyset()
        let facts = seal.facts
        let folder = VaultDirectory(bench.vault)
        stores = try Stores.open(at: folder, vault: facts.vault, options: StorageOptions())
        // A new month's keys are vouched for like any others.
        let anchor = try VaultAnchor(in: folder, vault: facts.vault, root: verified.root)
        try stores.keyring.attach(StateTags(keyset, incarnation: facts.incarnation), to: anchor)
        var state = AuthorityState(vault: facts.vault, authority: facts.authority)
        for block in try stores.log.blocks() {
            let signed = try Block.open(DSSEEnvelope(parsing: block.envelope), vault: facts.vault)
            try state.register(signed, at: block.place.seq, time: block.place.time)
        }
        guard let known = state.root(for: kid), let pin = state.policy else {
            throw Workbench.Failed(description: "nobody enrolled")
        }
        root = known.id.text
        policy = pin.sha256
        writer = try LogWriter(
            stores.log,
            keys: KeysetLogKeys(keyset, origin: LogOrigin(vault: facts.vault, incarnation: facts.incarnation)),
            keyring: stores.keyring, anchor: anchor, clock: SystemClock())
    }

    func close() async throws {
        await writer.close()
        try stores.close()
    }

    /// Appends so many reads, `together` at a time: of one key's requests 64 may overtake each other.
    /// - Returns: the seconds the writer took; signing is not part of it.
    func append(_ count: Int, together: Int = 60) async throws -> Double {
        var spent = 0.0
        var counter = UInt64(Date().timeIntervalSince1970 * 1e6)
        for first in stride(from: 0, to: count, by: together) {
            var submissions: [LogSubmission] = []
            for _ in first..<min(count, first + together) {
                counter += 1
                submissions.append(try submission(counter))
            }
            let start = monotonicSeconds()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for submission in submissions {
                    group.addTask { [writer] in _ = try await writer.append(submission) }
                }
                try await group.waitForAll()
            }
            spent += monotonicSeconds() - start
        }
        return spent
    }

    private func submission(_ counter: UInt64) throws -> LogSubmission {
        let fields = ["customer.name", "customer.phone"].compactMap { FieldName($0) }
        let created = Int64(Date().timeIntervalSince1970)
        let request = try UnsignedRequest(
            endpoint: .customerShow, authority: authority,
            head: RequestHead(
                act: .read, counter: counter, fields: fields, form: .full, purpose: "order", customers: [customer]),
            body: RequestBody(NoMembers()).encode(), kid: kid, created: created)
        let draft = EntryDraft(
            kind: .read, decision: .allow, why: .granted, kid: kid, act: .read, role: "customer-service",
            fields: fields, form: .full, purpose: "order", released: 1, capability: root, policy: policy,
            terminal: "uid:0", via: .socket, uid: 0, counter: counter,
            subject: EntrySubject(customers: [customer], revisions: [1]),
            evidence: EntryEvidence(
                base: String(decoding: request.base, as: UTF8.self),
                signature: Base64.encode(try key.sign(request.base))))
        return LogSubmission(
            draft: draft,
            nonce: RequestNonce(
                key: kid.rawKey, created: created, nonce: Random.bytes(22), keepUntil: created + 91),
            counter: counter)
    }

    /// Average bytes of an entry on the disk, by what they are.
    func bytesPerEntry() throws -> (core: Double, subject: Double, evidence: Double, leaf: Double, tile: Double) {
        let size = try stores.log.size()
        let entries = try stores.log.entries(size - min(size, 1_000)..<size)
        func average(_ part: (StoredEntry) -> [UInt8]?) -> Double {
            Double(entries.reduce(0) { $0 + (part($1)?.count ?? 0) }) / Double(max(1, entries.count))
        }
        // A hash in a tile of level 0, and 1/256 of one above it.
        return (average(\.core), average(\.subject), average(\.evidence), 96, 32 * 256 / 255)
    }
}
