import Primitives
import Testing
import VaultModel

@testable @_spi(Turnstile) import Keys

struct EnvelopeTamperTests {
    private let fixture: Fixture
    private let envelope: [UInt8]

    init() throws {
        fixture = try Fixture()
        envelope = try fixture.phone()
    }

    private func open(
        _ envelope: [UInt8], context: FieldContext? = nil, key: CustomerKey? = nil, pad: PadPolicy = .blocks32,
        revision: UInt64 = 42
    ) -> EnvelopeError? {
        failure { () throws(EnvelopeError) in
            try Envelope.open(
                envelope, context: context ?? fixture.context, key: key ?? fixture.key, pad: pad,
                recordRevision: revision)
        }
    }

    @Test func `the untouched envelope opens`() throws {
        #expect(open(envelope) == nil)
        let body = try Envelope.open(
            envelope, context: fixture.context, key: fixture.key, pad: .blocks32, recordRevision: 42)
        #expect(body == .text("+15555550123"))
    }

    @Test func `every flipped bit is refused, with the error of the part it lies in`() {
        for place in envelope.indices {
            for bit in 0..<8 {
                var edited = envelope
                edited[place] ^= 1 << bit
                let expected: EnvelopeError =
                    switch place {
                    case 0: .version
                    case 1: .suite
                    case 2: .padPolicy
                    case 3: .flags
                    case 4..<8: .keyVersion
                    case 8..<72: .commitment
                    default: .authentication
                    }
                #expect(open(edited) == expected, "byte \(place), bit \(bit)")
            }
        }
    }

    @Test func `every other length is refused`() {
        for count in 0..<envelope.count {
            #expect(open(Array(envelope.prefix(count))) == (count < 104 ? .length : .authentication))
        }
        #expect(open(envelope + [0]) == .authentication)
        #expect(open(envelope + [UInt8](repeating: 0, count: 32)) == .authentication)
        #expect(open(envelope + [UInt8](repeating: 0, count: 16_384)) == .length)
        #expect(open([0] + envelope) == .version)
        #expect(open(Array(envelope.dropFirst())) == .suite)
    }

    @Test func `an envelope opens in no other place`() throws {
        let other = try recordID(ramp(0x31, 16))
        let otherVault = fixture.otherVault
        let changes: [(String, (inout FieldContext) -> Void)] = [
            ("vault", { $0.vault = otherVault }), ("customer", { $0.customer = other }),
            ("no customer", { $0.customer = .none }), ("record", { $0.record = other }),
            ("table", { $0.table = 2 }), ("table and field exchanged", { ($0.table, $0.field) = ($0.field, $0.table) }),
            ("field", { $0.field = 3 }), ("ordinal", { $0.ordinal = 1 }),
        ]
        for (name, change) in changes {
            var context = fixture.context
            change(&context)
            #expect(context != fixture.context)
            #expect(open(envelope, context: context) == .commitment, "\(name)")
        }
    }

    @Test func `customer and record do not stand for each other`() throws {
        var context = fixture.context
        context.record = try recordID(ramp(0x90, 16))
        let order = try Envelope.seal(
            .text("x"), context: context, key: fixture.key, revision: 1, pad: .blocks16)
        (context.customer, context.record) = (context.record, context.customer)
        #expect(open(order, context: context, pad: .blocks16) == .commitment)
    }

    @Test func `another key, another version and another pad policy are refused`() {
        #expect(open(envelope, key: CustomerKey(SecretBytes(copying: ramp(1, 32)), version: 7)) == .commitment)
        #expect(open(envelope, key: CustomerKey(fixture.cek, version: 8)) == .keyVersion)
        for pad in PadPolicy.allCases where pad != .blocks32 { #expect(open(envelope, pad: pad) == .padPolicy) }
    }

    @Test(arguments: [(UInt64(0), false), (41, false), (42, true), (43, true), (.max, true)])
    func `a field newer than its record is refused`(recordRevision: UInt64, opens: Bool) {
        #expect(open(envelope, revision: recordRevision) == (opens ? nil : .revision))
    }

    @Test func `the checks come in the documented order`() throws {
        // Each envelope breaks one check and all later ones; the error must be the first.
        var broken = envelope
        broken[envelope.count - 1] ^= 1
        #expect(open(broken, revision: 0) == .authentication)
        broken[40] ^= 1
        #expect(open(broken, revision: 0) == .commitment)
        broken[4] ^= 1
        #expect(open(broken, revision: 0) == .keyVersion)
        broken[2] ^= 1
        #expect(open(broken, revision: 0) == .padPolicy)
        broken[3] = 1
        #expect(open(broken, revision: 0) == .flags)
        broken[1] = 2
        #expect(open(broken, revision: 0) == .suite)
        broken[0] = 2
        #expect(open(broken, revision: 0) == .version)
        #expect(open(Array(broken.prefix(103)), revision: 0) == .length)
    }

    /// Envelopes that only the holder of the key could make: wrong inside, right outside.
    @Test(arguments: [
        ([UInt8](repeating: 0, count: 32), EnvelopeError.padding),
        ([1, 0x41, 0x80] + [UInt8](repeating: 0, count: 61), .padding),
        ([1, 0x41, 0x80] + [UInt8](repeating: 0, count: 28) + [1], .padding),
        ([1, 0x41, 0x80] + [UInt8](repeating: 0, count: 12), .padding),
        ([0x80] + [UInt8](repeating: 0, count: 31), .bodyType),
        ([3, 0x41, 0x80] + [UInt8](repeating: 0, count: 29), .bodyType),
        ([0, 0x41, 0x80] + [UInt8](repeating: 0, count: 29), .bodyType),
        ([1, 0xC3, 0x80] + [UInt8](repeating: 0, count: 29), .text),
        ([1, 0xFF, 0x80] + [UInt8](repeating: 0, count: 29), .text),
    ])
    func `an authentic envelope with a malformed content is refused`(padded: [UInt8], expected: EnvelopeError) {
        let subkey = KeyDerivation.subkey(of: fixture.cek, id: 1 << 16 | 2, context: "CFfield1")
        // Sixteen bytes at least: shorter ones fail as too short.
        let body = padded.count < 16 ? padded + [UInt8](repeating: 0, count: 16 - padded.count) : padded
        let envelope = EnvelopeCodec(domain: .field, context: fixture.context).seal(
            body, header: EnvelopeHeader(pad: .blocks32, keyID: 7, revision: 42), nonce: fixture.nonce,
            subkey: subkey)
        #expect(open(envelope) == expected)
    }

    @Test func `an authentic envelope of another domain does not open as a field`() {
        let subkey = KeyDerivation.subkey(of: fixture.cek, id: 1 << 16 | 2, context: "CFfield1")
        for domain in [EnvelopeDomain.customerKey, .keyset, .slot, .monthKey, .logPart] {
            let envelope = EnvelopeCodec(domain: domain, context: fixture.context).seal(
                [1, 0x41, 0x80] + [UInt8](repeating: 0, count: 29),
                header: EnvelopeHeader(pad: .blocks32, keyID: 7, revision: 42), nonce: fixture.nonce, subkey: subkey)
            #expect(open(envelope) == .commitment)
        }
    }

    @Test func `two seals of one value share nothing but the header`() throws {
        let first = try Envelope.seal(
            .text("+15555550123"), context: fixture.context, key: fixture.key, revision: 42, pad: .blocks32)
        let second = try Envelope.seal(
            .text("+15555550123"), context: fixture.context, key: fixture.key, revision: 42, pad: .blocks32)
        #expect(first.prefix(16) == second.prefix(16))
        #expect(first[16..<40] != second[16..<40])
        #expect(first[40..<72] != second[40..<72])
        #expect(first[72...] != second[72...])
    }

    @Test func `with a stuck generator two revisions still use different message keys`() throws {
        let later = try Envelope.seal(
            .text("+15555550123"), context: fixture.context, key: fixture.key, revision: 43, pad: .blocks32,
            nonce: fixture.nonce)
        #expect(later[16..<40] == envelope[16..<40])
        #expect(later[40..<72] != envelope[40..<72])
        #expect(later[72..<104] != envelope[72..<104])
    }
}
