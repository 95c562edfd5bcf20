import Primitives
import Testing
import VaultModel

@testable @_spi(Turnstile) import Keys

/// `coffer/envelope.json`: two independent implementations agree on every byte in it.
private struct EnvelopeVectors: Decodable {
    struct Field: Decodable {
        let name, cek, vault_id, customer_id, record_id, body, nonce, envelope: String
        let table, field: UInt16
        let ordinal: UInt32?
        let cek_ver: UInt32
        let rev: UInt64
        let pad: UInt8
    }
    struct Wrap: Decodable {
        let krk, vault_id, customer_id, cek, nonce, envelope: String
        let epoch, cek_ver: UInt32
    }
    struct Seal: Decodable {
        struct Entry: Decodable {
            let field: UInt16
            let ordinal: UInt32
            let envelope: String
        }
        let cek, vault_id, customer_id, record_id, seal: String
        let kind: UInt16
        let rev: UInt64
        let fields: [Entry]
    }
    struct Index: Decodable {
        let bik, vault_id, tenant_id, normalized: String
        let field, index, norm_ver, bits: UInt16
        let tag: UInt32
    }
    struct Salamander: Decodable {
        let cek1, cek2, raw_ct, aad, nonce, k_enc1, k_enc2, envelope: String
    }
    let cek_wrap: Wrap
    let record_seal: Seal
    let fields: [Field]
    let negative: [String: String]
    let blind_index: [Index]
    let salamander: Salamander

    static let name = "coffer/envelope.json"
    static func load() throws -> EnvelopeVectors { try Vectors.decode(EnvelopeVectors.self, from: name) }
}

@Suite(.enabled(if: Vectors.has(EnvelopeVectors.name), "coffer/envelope.json is absent, see the message above"))
struct EnvelopeVectorTests {
    @Test func `every field vector is sealed to the same bytes and opens to the same body`() throws {
        let vectors = try EnvelopeVectors.load()
        #expect(vectors.fields.count == 8)
        for vector in vectors.fields {
            let context = FieldContext(
                vault: try #require(VaultID(vector.vault_id)), customer: try recordID(hex(vector.customer_id)),
                record: try recordID(hex(vector.record_id)), table: vector.table, field: vector.field,
                ordinal: vector.ordinal ?? 0)
            let key = CustomerKey(SecretBytes(copying: try hex(vector.cek)), version: vector.cek_ver)
            let pad = try #require(PadPolicy(rawValue: vector.pad))
            let body = try FieldBody(decoding: hex(vector.body)[...])

            let sealed = try Envelope.seal(
                body, context: context, key: key, revision: vector.rev, pad: pad, nonce: hex(vector.nonce))
            #expect(Hex.encode(sealed) == vector.envelope, "\(vector.name)")
            let opened = try Envelope.open(
                sealed, context: context, key: key, pad: pad, recordRevision: vector.rev)
            #expect(opened == body, "\(vector.name)")
        }
    }

    @Test func `a customer's key is wrapped to the same bytes and unwraps`() throws {
        let vector = try EnvelopeVectors.load().cek_wrap
        let vault = try #require(VaultID(vector.vault_id))
        let customer = try recordID(hex(vector.customer_id))
        let keyset = try Keyset.generate().replacing(
            .keyring, id: vector.epoch, with: SecretBytes(copying: hex(vector.krk)))
        let key = CustomerKey(SecretBytes(copying: try hex(vector.cek)), version: vector.cek_ver)

        let wrapped = try keyset.wrapCEK(key, vault: vault, customer: customer, nonce: hex(vector.nonce))
        #expect(Hex.encode(wrapped) == vector.envelope)
        let unwrapped = try keyset.unwrapCEK(wrapped, vault: vault, customer: customer, version: vector.cek_ver)
        let isSame = unwrapped.secret.equals(key.secret)
        #expect(isSame)
        #expect(unwrapped.version == 7)
    }

    @Test func `the record seal is the same, in whatever order the fields come`() throws {
        let vector = try EnvelopeVectors.load().record_seal
        let subject = RecordSeal.Subject(
            vault: try #require(VaultID(vector.vault_id)), customer: try recordID(hex(vector.customer_id)),
            record: try recordID(hex(vector.record_id)), kind: vector.kind, revision: vector.rev)
        let fields = try vector.fields.map {
            RecordSeal.Field(field: $0.field, ordinal: $0.ordinal, envelope: try hex($0.envelope))
        }
        let cek = SecretBytes(copying: try hex(vector.cek))
        #expect(Hex.encode(RecordSeal.compute(subject, fields: fields, cek: cek)) == vector.seal)
        #expect(Hex.encode(RecordSeal.compute(subject, fields: fields.reversed(), cek: cek)) == vector.seal)
    }

    @Test func `blind index tags are the same`() throws {
        let vectors = try EnvelopeVectors.load().blind_index
        #expect(vectors.count == 3)
        for vector in vectors {
            let index = BlindIndex(
                bik: SecretBytes(copying: try hex(vector.bik)), generation: 1,
                vault: try #require(VaultID(vector.vault_id)), tenant: try recordID(hex(vector.tenant_id)),
                definition: BlindIndex.Definition(
                    field: vector.field, index: vector.index, normaliser: vector.norm_ver, bits: vector.bits))
            #expect(index.tag(Array(vector.normalized.utf8)) == vector.tag, "\(vector.normalized)")
        }
    }

    /// The reference names its classes; it looks no key up, so it meets an edited key id at the commitment.
    private static let classes: [String: [EnvelopeError]] = [
        "ERR_LEN": [.length], "ERR_FORMAT": [.version, .suite, .flags], "ERR_PADID": [.padPolicy],
        "ERR_COMMIT": [.commitment], "ERR_TAG": [.authentication], "ERR_PAD": [.padding],
    ]

    @Test func `every negative vector fails in its class`() throws {
        let vectors = try EnvelopeVectors.load()
        let good = try hex(vectors.fields[0].envelope)
        let fixture = try Fixture()
        var cases: [String: (envelope: [UInt8], context: FieldContext, cek: [UInt8])] = [:]
        func add(
            _ name: String, _ envelope: [UInt8], cek: [UInt8] = ramp(0, 32),
            _ change: (inout FieldContext) -> Void = { _ in }
        ) {
            var context = fixture.context
            change(&context)
            cases[name] = (envelope, context, cek)
        }
        let places = [
            "ver": 0, "suite": 1, "pad": 2, "flags": 3, "cekver": 4, "rev": 8, "nonce": 16, "commit": 40, "ct": 72,
            "tag": good.count - 1,
        ]
        for (name, place) in places {
            var envelope = good
            envelope[place] ^= 1
            add("flip " + name, envelope)
        }
        add("truncate 1", good.dropLast())
        add("truncate to header", Array(good.prefix(72)))
        add("empty", [])
        add("append 1", good + [0])
        let other = try recordID(ramp(0x31, 16))
        let otherVault = try #require(VaultID(ramp(0x21, 16)))
        add("other customer", good) {
            $0.customer = other
            $0.record = other
        }
        add("other record", good) { $0.record = other }
        add("other field", good) { $0.field = 3 }
        add("other table", good) { $0.table = 2 }
        add("other vault", good) { $0.vault = otherVault }
        add("other cek", good, cek: ramp(1, 32))
        let colliding = try hex(vectors.salamander.envelope)
        add("salamander: raw AEAD opens under both; envelope under cek1", colliding)
        add("salamander: envelope under cek2", colliding, cek: try hex(vectors.salamander.cek2))

        #expect(Set(cases.keys) == Set(vectors.negative.keys), "every vector is used, and no other")
        for (name, expected) in vectors.negative {
            let (envelope, context, cek) = try #require(cases[name])
            // Like the reference, take the key version from the envelope.
            let version = Envelope.keyVersion(of: envelope) ?? 7
            let error = failure { () throws(EnvelopeError) in
                try Envelope.open(
                    envelope, context: context, cek: SecretBytes(copying: cek), cekVersion: version, pad: .blocks32,
                    recordRevision: 43)
            }
            let found = try #require(error, "\(name)")
            #expect(Self.classes[expected]?.contains(found) == true, "\(name): \(found), expected \(expected)")
            #expect(found.outward == .integrity)
        }
    }

    @Test func `the colliding ciphertext opens under two plain keys and under one envelope only`() throws {
        let salamander = try EnvelopeVectors.load().salamander
        let ciphertext = try hex(salamander.raw_ct)
        let associated = try hex(salamander.aad)
        let nonce = try hex(salamander.nonce)
        let first = try XChaChaPoly.open(
            ciphertext, authenticating: associated, nonce: nonce, key: SecretBytes(copying: hex(salamander.k_enc1)))
        let second = try XChaChaPoly.open(
            ciphertext, authenticating: associated, nonce: nonce, key: SecretBytes(copying: hex(salamander.k_enc2)))
        #expect(first != second)
    }
}

extension Keyset {
    /// The keyset with one more key of a kind, chosen by the test, and the generated one of that kind gone.
    func replacing(
        _ kind: KeysetEntry.Kind, id: UInt32, with secret: consuming SecretBytes
    ) throws(KeysetError) -> Keyset {
        let material = KeyMaterial(secret)
        return try Keyset(
            entries: entries.filter { $0.kind != kind }
                + [KeysetEntry(kind: kind, id: id, status: .enabled, material: material)])
    }
}
