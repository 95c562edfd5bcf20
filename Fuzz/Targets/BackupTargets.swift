import AccessLog
import Authority
import CanonicalJSON
import Primitives
import VaultModel

@testable import Archive
@testable import Backup
@testable import Keys

/// What archives say of themselves, the keys in them, and what is said about them in the log.
enum BackupTargets {
    private static let vault = KeysTargets.vault
    static let keyset = known(
        try? Keyset(
            entries: KeysetEntry.Kind.allCases.map {
                KeysetEntry(
                    kind: $0, id: 1, status: .enabled,
                    material: KeyMaterial(SecretBytes(copying: ramp($0.rawValue &* 16, 32))))
            }))

    // MARK: - Keys

    /// Rows of a keyring archive, and a box of keys about whatever the bytes say.
    static func keyring(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        while reader.remaining > 0 {
            let start = bytes.count - reader.remaining
            guard let row = try? KeyringRow(from: &reader) else { break }
            var writer = ByteWriter(capacity: 64)
            row.write(to: &writer)
            expect(
                writer.bytes == Array(bytes[start..<bytes.count - reader.remaining]), "a row has one encoding")
            guard case .keys(let keys) = row else { continue }
            expect(keys.owners.count == row.count, "a row counts its keys")
            let opened = try? keys.wrapped(under: keyset, vault: vault) { _ in true }
            expect(opened == nil, "a box opened that nobody has sealed")
        }
        var head = ByteReader(bytes)
        if let head = try? KeyringHead(from: &head) {
            let again = try? SealFacts(parsingArchive: head.facts.encodeForArchive())
            expect(again?.encodeForArchive() == head.facts.encodeForArchive(), "facts have one encoding")
        }
        box(bytes)
    }

    /// Keys come back from their box, and from no other.
    private static func box(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let versions = (0...UInt32(first & 3)).map { $0 &+ 1 }
        let keys = versions.map {
            CustomerKey(SecretBytes(copying: ramp(first &+ UInt8(truncatingIfNeeded: $0), 32)), version: $0)
        }
        let sealed = keyset.box(keys, about: bytes, vault: vault)
        func open(_ box: [UInt8], about: [UInt8], versions: [UInt32], epoch: UInt32 = keyset.keyringEpoch)
            -> [CustomerKey]?
        { try? keyset.unbox(box, versions: versions, epoch: epoch, about: about, vault: vault) }
        guard let opened = open(sealed, about: bytes, versions: versions) else {
            return expect(false, "a box does not open")
        }
        expect(
            zip(opened, keys).allSatisfy {
                $0.version == $1.version && $0.secret.exposeBytes() == $1.secret.exposeBytes()
            }, "a box gives other keys")
        let place = bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
        expect(open(flipped(sealed, at: place), about: bytes, versions: versions) == nil, "a changed box opened")
        expect(open(sealed, about: flipped(bytes, at: place), versions: versions) == nil, "a box of others opened")
        expect(open(sealed, about: bytes, versions: versions + [9]) == nil, "a box of more keys opened")
        expect(open(sealed, about: bytes, versions: versions, epoch: 77) == nil, "a box of no epoch opened")
    }

    // MARK: - Manifests and maps

    /// The first byte chooses between a manifest's payload and a map of pages.
    static func manifest(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let rest = Array(bytes.dropFirst())
        guard first & 1 == 0 else { return map(rest, Int(first)) }
        guard let manifest = try? ArchiveManifest(parsing: rest) else { return }
        expect(manifest.encode() == rest, "a manifest has one encoding")
        _ = (manifest.storedBytes, manifest.isFull, manifest.objects.count)
        let envelope = sealed(ArchiveManifest.payloadType, rest)
        let read = try? SignedManifest(
            parsing: envelope.encode(), vault: manifest.vault, trust: .logKey(AuthorityTargets.signing.publicKey))
        expect(read?.manifest == manifest, "a signed manifest gives another")
        let changed = flipped(rest, at: rest.count / 2 + Int(first))
        let other = DSSEEnvelope(
            payloadType: envelope.payloadType, payload: changed, keyid: envelope.keyid, signature: envelope.signature)
        expect(
            (try? SignedManifest(
                parsing: other.encode(), vault: manifest.vault, trust: .logKey(AuthorityTargets.signing.publicKey)))
                == nil, "a changed manifest is believed")
    }

    private static func map(_ bytes: [UInt8], _ pack: Int) {
        guard let map = try? PageMap(parsing: bytes) else { return }
        expect(map.encode() == bytes, "a map has one encoding")
        let pages = (0..<map.packCount).reduce(0) { $0 + map.pages(ofPack: $1).count }
        expect(pages == map.pages.count && map.pages(ofPack: map.packCount + pack).isEmpty, "packs hold all pages once")
    }

    // MARK: - Statements and notes

    /// The first byte chooses the kind; the payload follows. Signed, it opens and has one encoding; changed, it does not.
    static func statement(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let payload = Array(bytes.dropFirst())
        switch first % 7 {
        case 0: log(ErasureArchivesStatement.self, payload)
        case 1: log(ErasureStatement.self, payload)
        case 2: log(ErasureLedgerLine.self, payload)
        case 3: log(OffboardingStatement.self, payload)
        case 4: log(ExportStatement.self, payload)
        case 5: quorum(PickStatement.self, payload)
        default: quorum(SuccessionStatement.self, payload)
        }
    }

    private static func log<Statement: LogStatement>(_ type: Statement.Type, _ payload: [UInt8]) {
        let envelope = sealed(type.payloadType, payload)
        guard let statement = try? type.open(envelope, sha256: Hex.encode(SHA256.hash(payload))) else { return }
        expect(statement.encode() == payload, "a statement has one encoding")
        let own = try? type.open(envelope, key: LogTargets.key)
        expect((own != nil) == statement.origin.utf8.elementsEqual(LogTargets.key.name.utf8), "it is about that log")
        expect((try? type.open(changed(envelope), key: LogTargets.key)) == nil, "a changed statement is believed")
    }

    private static func quorum<Statement: QuorumStatement>(_ type: Statement.Type, _ payload: [UInt8]) {
        let envelope = sealed(type.payloadType, payload)
        guard let statement = try? type.init(envelope) else { return }
        expect(statement.encode() == payload, "a statement has one encoding")
        expect((try? type.init(changed(envelope))) == nil, "a changed statement is believed")
    }

    private static func sealed(_ type: String, _ payload: [UInt8]) -> DSSEEnvelope {
        DSSEEnvelope(
            payloadType: type, payload: payload, keyid: AuthorityTargets.kid,
            signature: AuthorityTargets.signing.sign(DSSEEnvelope.pae(type, payload)))
    }

    private static func changed(_ envelope: DSSEEnvelope) -> DSSEEnvelope {
        DSSEEnvelope(
            payloadType: envelope.payloadType, payload: flipped(envelope.payload, at: envelope.payload.count / 2),
            keyid: envelope.keyid, signature: envelope.signature)
    }

    /// What an entry of the log says about drills and archives of keys, in one word.
    static func word(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let note = KeysNote(text) {
            expect(note.text.utf8.elementsEqual(text.utf8), "a note has one encoding")
            expect(KeysNote(oldest: note.oldest, targets: note.targets) == note, "a note gives another")
        }
        if let note = DrillNote(text) {
            expect(note.text.utf8.elementsEqual(text.utf8), "a note has one encoding")
            let again = DrillNote(
                tier: note.tier, passed: note.passed, took: note.took, age: note.age, set: note.set)
            expect(again == note, "a note gives another")
        }
    }

    // MARK: - Seeds

    static var keyringSeeds: [[UInt8]] {
        let stone = [3] + ramp(0x30, 16) + [0, 0, 0, 0, 0, 0, 0, 9]
        let month = [2] + [0, 3, 0x17, 0x0B] + [1, 0, 0, 0, 1, 0, 4] + ramp(1, 4)
        let owner = ramp(0x30, 16) + [0, 0, 0, 1, 1]
        let keys = [1, 0, 0, 0, 1, 0, 1] + owner + ramp(0, Keyset.boxSize(of: 1))
        return [stone + month, keys, [4, 0, 3, 0x17, 0x0B, 1, 0, 0, 0, 0, 0, 0, 0, 9, 5, 0, 0, 0, 2, 1, 2]]
            .flatMap { [$0, littleEndian($0)] } + [Array("COFFKRNG".utf8) + [1, 0]]
    }

    /// The reader's integers are little-endian; a seed in either order is as good as another to begin with.
    private static func littleEndian(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count > 7 else { return bytes }
        return [bytes[0], 1, 0, 0, 0, 1, 0] + bytes[7...]
    }

    static var manifestSeeds: [[UInt8]] {
        let map = PageMap(
            pageSize: 4_096, pageCount: 9, hashKey: ramp(0, 32), root: ramp(32, 32), pages: [0, 3, 8])
        return [[1] + map.encode(), [0] + Array("{}".utf8)]
    }

    static var statementSeeds: [[UInt8]] {
        let hash = Hex.encode(SHA256.hash([1]))
        let customer = known(CustomerNumber("C-0000-0000"))
        let archives = ErasureArchivesStatement(
            vault: AuthorityTargets.vault, origin: LogTargets.key.name, id: "e_1", customer: customer, first: hash,
            report: 9, reported: 1_795_286_734_000, oldest: 1_795_286_700_000, targets: 2)
        let pick = PickStatement(
            vault: AuthorityTargets.vault, generation: 1, customer: customer,
            set: "b_" + String(repeating: "0", count: 26),
            manifest: hash, made: 1_795_286_734_000, rows: hash, isDry: false, at: 1_795_286_734)
        let succession = SuccessionStatement(
            vault: AuthorityTargets.vault, generation: 2, at: 1_795_286_734, authority: AuthorityTargets.kid,
            logKey: AuthorityTargets.kid, replyKey: AuthorityTargets.kid, tlsPin: hash)
        return [[0] + archives.encode(), [5] + pick.encode(), [6] + succession.encode()]
            + (1...4).map { [UInt8($0)] + Array("{}".utf8) }
    }

    static var wordSeeds: [[UInt8]] {
        [
            known(KeysNote(oldest: 1_795_286_734_000, targets: 2)).text,
            known(KeysNote(oldest: nil, targets: 1)).text,
            known(
                DrillNote(
                    tier: .cards, passed: true, took: 1_200, age: 60,
                    set: "b_" + String(repeating: "0", count: 25) + "1")
            ).text,
            known(DrillNote(tier: .structure, passed: false, took: 0, age: 0, set: "")).text,
        ].map { Array($0.utf8) }
    }
}
