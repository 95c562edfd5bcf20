import Primitives
import Testing
import VaultModel

@testable import Keys

struct KeysetTests {
    private let fixture: Fixture
    private let keyset: Keyset

    init() throws {
        fixture = try Fixture()
        keyset = try fixture.keyset()
    }

    @Test func `a new keyset has one enabled key of each kind, all different`() {
        let keyset = Keyset.generate()
        #expect(keyset.entries.map(\.kind) == KeysetEntry.Kind.allCases)
        #expect(keyset.entries.allSatisfy { $0.id == 1 && $0.status == .enabled })
        let keys = Set(keyset.entries.compactMap { $0.material?.secret.exposeBytes() })
        #expect(keys.count == 10)
        #expect(keyset.logPublicKey != keyset.replyPublicKey)
        #expect(Keyset.generate().logPublicKey != keyset.logPublicKey)
    }

    @Test func `the numbers of kinds and statuses never change`() {
        #expect(KeysetEntry.Kind.allCases.map(\.rawValue) == Array(1...10))
        #expect(KeysetEntry.Status.allCases.map(\.rawValue) == [1, 2, 3])
    }

    // MARK: - Serialisation

    /// The hash of the plaintext and of the envelope, computed in Python.
    @Test func `the serialisation has the documented bytes`() {
        let plain = keyset.serialise().exposeBytes()
        #expect(plain.count == 384)
        #expect(
            Hex.encode(SHA256.hash(plain)) == "317b56529a83763b4a3ed7abd4e08b1bf8de0b334b91d5506f42df9fd99158e5")
        let envelope = KeyWrap(domain: .keyset, vault: fixture.vault).wrap(
            keyset.serialise(), revision: 5, under: fixture.root().keysetWrap, nonce: fixture.nonce)
        #expect(
            Hex.encode(SHA256.hash(envelope)) == "c0e70007710eb409c72a8e0d604ec80c71b05a26837155f0986ae82e134a6cd7")
    }

    @Test func `a sealed keyset opens to the same keys`() throws {
        let rolled = try keyset.adding(.keyring).setting(.retired, of: .keyring, id: 1).adding(.index)
            .adding(.shop).setting(.destroyed, of: .shop, id: 1)
        let sealed = rolled.seal(vault: fixture.vault, generation: 3, root: fixture.root())
        let opened = try Keyset.open(sealed, vault: fixture.vault, generation: 4, root: fixture.root())
        #expect(opened.entries.map(\.identity) == rolled.entries.map(\.identity))
        #expect(opened.entries.map(\.status) == rolled.entries.map(\.status))
        #expect(opened.serialise().exposeBytes() == rolled.serialise().exposeBytes())
        #expect(opened.keyringEpoch == 2)
        #expect(opened.indexGeneration == 1)
        #expect(opened.logPublicKey == keyset.logPublicKey)
    }

    @Test func `a sealed keyset opens in its vault, under its root key, not before its generation`() throws {
        let sealed = keyset.seal(vault: fixture.vault, generation: 3, root: fixture.root())
        func open(_ vault: VaultID, _ generation: UInt64, _ root: RootKey) -> KeysetOpenError? {
            failure { () throws(KeysetOpenError) in
                try Keyset.open(sealed, vault: vault, generation: generation, root: root)
            }
        }
        #expect(open(fixture.vault, 3, fixture.root()) == nil)
        #expect(open(fixture.vault, 2, fixture.root()) == .envelope(.revision))
        #expect(open(fixture.vault, 3, .generate()) == .envelope(.commitment))
        #expect(open(.random(), 3, fixture.root()) == .envelope(.commitment))
    }

    @Test func `only the one serialisation is accepted`() throws {
        let plain = keyset.serialise().exposeBytes()
        func parse(_ bytes: [UInt8]) -> KeysetError? {
            failure { () throws(KeysetError) in try Keyset(deserialising: SecretBytes(copying: bytes)) }
        }
        #expect(parse(plain) == nil)
        for count in 0..<plain.count { #expect(parse(Array(plain.prefix(count))) == .malformed, "\(count) bytes") }
        #expect(parse(plain + [0]) == .malformed)
        func edited(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
            var bytes = plain
            change(&bytes)
            return bytes
        }
        #expect(parse(edited { $0[0] = 2 }) == .malformed, "another format")
        #expect(parse(edited { $0[2] = 11 }) == .malformed, "a longer list")
        #expect(parse(edited { $0[3] = 0xFF }) == .malformed, "a list beyond the limit")
        #expect(parse(edited { $0[4] = 0 }) == .malformed, "an unknown kind")
        #expect(parse(edited { $0[5] = 4 }) == .malformed, "an unknown status")
        #expect(parse(edited { $0[5] = 3 }) == .malformed, "a destroyed key with bytes")
        #expect(parse(edited { $0[5] = 2 }) == .incomplete, "no enabled key of a kind")
        #expect(parse(edited { $0[6] = 0 }) == .malformed, "id zero")
        #expect(parse(edited { $0[4] = 2 }) == .malformed, "the same key twice")
        #expect(parse(edited { ($0[4], $0[10]) = ($0[10], $0[4]) }) == .malformed, "out of order")
    }

    // MARK: - Rotation

    @Test func `the enabled key with the lowest id is primary`() throws {
        let two = try keyset.adding(.index)
        #expect(two.indexGeneration == 1)
        let definition = BlindIndex.Definition(field: 2, index: 1, normaliser: 1, bits: 10)
        #expect(two.blindIndexes(vault: fixture.vault, definition: definition).map(\.generation) == [1, 2])
        let handed = try two.setting(.retired, of: .index, id: 1)
        #expect(handed.indexGeneration == 2)
        #expect(handed.blindIndexes(vault: fixture.vault, definition: definition).map(\.generation) == [2])
    }

    @Test func `a status only advances, and each kind keeps an enabled key`() throws {
        #expect(throws: KeysetError.incomplete) { try keyset.setting(.retired, of: .state, id: 1) }
        #expect(throws: KeysetError.incomplete) { try keyset.setting(.destroyed, of: .page, id: 1) }
        #expect(throws: KeysetError.unknownKey) { try keyset.setting(.retired, of: .state, id: 2) }
        let rolled = try keyset.adding(.staff).setting(.retired, of: .staff, id: 1)
        #expect(throws: KeysetError.statusOnlyAdvances) { try rolled.setting(.enabled, of: .staff, id: 1) }
        let gone = try rolled.setting(.destroyed, of: .staff, id: 1)
        #expect(throws: KeysetError.statusOnlyAdvances) { try gone.setting(.retired, of: .staff, id: 1) }
    }

    @Test func `an id is never given twice, not even after its key was destroyed`() throws {
        let third = try keyset.adding(.shop).setting(.destroyed, of: .shop, id: 1).adding(.shop)
        #expect(third.entries.filter { $0.kind == .shop }.map(\.id) == [1, 2, 3])
        #expect(third.entries.filter { $0.kind == .shop }.map { $0.material == nil } == [true, false, false])
    }

    @Test func `a keyset has a limit`() throws {
        var entries = keyset.entries
        for id in UInt32(2)...503 {
            entries.append(KeysetEntry(kind: .shop, id: id, status: .destroyed, material: nil))
        }
        let full = try Keyset(entries: entries)
        #expect(full.entries.count == 512)
        #expect(throws: KeysetError.full) { try full.adding(.index) }
        let plain = full.serialise().exposeBytes()
        let parsed = try Keyset(deserialising: SecretBytes(copying: plain))
        #expect(parsed.entries.count == 512)
        entries.append(KeysetEntry(kind: .staff, id: .max, status: .enabled, material: .random()))
        entries.removeAll { $0.kind == .shop && $0.id > 1 }
        #expect(throws: KeysetError.full) { try Keyset(entries: entries).adding(.staff) }
    }

    // MARK: - Uses

    @Test func `checkpoints and replies are signed by different keys`() {
        let message = Array("coffer".utf8)
        #expect(keyset.logPublicKey.isValid(signature: keyset.signCheckpoint(message), for: message))
        #expect(keyset.replyPublicKey.isValid(signature: keyset.signReply(message), for: message))
        #expect(!keyset.logPublicKey.isValid(signature: keyset.signReply(message), for: message))
    }

    @Test func `a staff name is sealed to the bytes of the independent implementation`() throws {
        let person = try #require(PersonID("p_0123456789abcdefghjkmnpqrs"))
        let envelope = try keyset.sealStaffName(
            "Zoë 王", person: person, vault: fixture.vault, revision: 2, nonce: fixture.nonce)
        #expect(
            Hex.encode(envelope)
                == "01010300010000000200000000000000404142434445464748494a4b4c4d4e4f5051525354555657"
                + "97997d0d37c740b23a72d7f9c96719ac262b4bf2a34f561e9f96d23767ab27d5"
                + "ce26565a8c246d8e6b327d2c9bbc2d187e1bb3e697f023e45c921090d4c2b88f"
                + "abf0a8bcd32e19cf2f878d3ed158cf1ee25294977cbd708c23f63ae22384f5812e323d7aaafd93672f8d4adbfcaed953")
        #expect(try keyset.openStaffName(envelope, person: person, vault: fixture.vault, revision: 2) == "Zoë 王")
        func open(_ keyset: Keyset, _ person: PersonID, _ revision: UInt64) -> EnvelopeError? {
            failure { () throws(EnvelopeError) in
                try keyset.openStaffName(envelope, person: person, vault: fixture.vault, revision: revision)
            }
        }
        #expect(open(keyset, .random(), 2) == .commitment)
        #expect(open(keyset, person, 1) == .revision)
        let rolled = try keyset.adding(.staff).setting(.retired, of: .staff, id: 1)
        #expect(open(rolled, person, 2) == nil)
        let gone = try rolled.setting(.destroyed, of: .staff, id: 1)
        #expect(open(gone, person, 2) == .keyVersion)
    }

    @Test func `SHOPK seals what has no customer`() throws {
        var context = fixture.context
        context.customer = .none
        let first = try Envelope.seal(
            .text("12.50"), context: context, key: keyset.shopKey, revision: 1, pad: .blocks16)
        #expect(Envelope.keyVersion(of: first) == 1)
        let rolled = try keyset.adding(.shop).setting(.retired, of: .shop, id: 1)
        #expect(rolled.shopKey.version == 2)
        #expect(rolled.shopKey(version: 1)?.version == 1)
        #expect(rolled.shopKey(version: 3) == nil)
        #expect(try rolled.setting(.destroyed, of: .shop, id: 1).shopKey(version: 1) == nil)
    }

    @Test func `pseudonyms, flags and tags have the bytes of the independent implementation`() {
        let term = Array("+15555550123".utf8)
        #expect(
            Hex.encode(keyset.logPseudonym(of: term, vault: fixture.vault)) == "b64850d262e548f2c2b54b55054efa9e")
        #expect(
            Hex.encode(keyset.canaryFlag(of: fixture.customer, vault: fixture.vault))
                == "d057717974e0222caa10e02bf17ca9d6")
        var digest = StateDigest()
        digest.add(keyset.keyringTerm(of: ramp(1, 20)))
        digest.add(keyset.keyringTerm(of: ramp(2, 30)))
        #expect(
            Hex.encode(keyset.keyringTag(of: digest, incarnation: 1, generation: 4))
                == "827594e78adcaec0850c335ebd264aa14aa1ddecb4d6104dbc9b3fa3f0f18ce0")
    }
}
