import Primitives
import Testing
import VaultModel

@testable import Keys

struct KeyWrapTests {
    private let fixture: Fixture
    private let keyset: Keyset
    private let wrapped: [UInt8]

    init() throws {
        fixture = try Fixture()
        keyset = try fixture.keyset()
        wrapped = keyset.wrapCEK(fixture.key, vault: fixture.vault, customer: fixture.customer)
    }

    private func unwrap(
        _ envelope: [UInt8], keyset: Keyset? = nil, vault: VaultID? = nil, customer: RecordID? = nil,
        version: UInt32 = 7
    ) -> EnvelopeError? {
        failure { () throws(EnvelopeError) in
            try (keyset ?? self.keyset).unwrapCEK(
                envelope, vault: vault ?? fixture.vault, customer: customer ?? fixture.customer, version: version)
        }
    }

    @Test func `a wrapped key has 120 bytes and unwraps`() throws {
        #expect(wrapped.count == 120)
        #expect(Keyset.epoch(of: wrapped) == 1)
        let key = try keyset.unwrapCEK(wrapped, vault: fixture.vault, customer: fixture.customer, version: 7)
        let isSame = key.secret.equals(fixture.cek)
        #expect(isSame)
    }

    @Test func `every flipped bit of a wrap is refused`() {
        for place in wrapped.indices {
            for bit in 0..<8 {
                var edited = wrapped
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
                #expect(unwrap(edited) == expected, "byte \(place), bit \(bit)")
            }
        }
    }

    @Test func `every other length of a wrap is refused`() {
        for count in 0..<wrapped.count { #expect(unwrap(Array(wrapped.prefix(count))) != nil, "\(count)") }
        #expect(unwrap(wrapped + [0]) == .authentication)
        #expect(unwrap(wrapped + [UInt8](repeating: 0, count: 70_000)) == .length)
    }

    @Test func `a wrap does not move to another vault, customer or version`() throws {
        #expect(unwrap(wrapped, vault: fixture.otherVault) == .commitment)
        #expect(unwrap(wrapped, customer: try recordID(ramp(0x31, 16))) == .commitment)
        #expect(unwrap(wrapped, version: 8) == .revision)
        #expect(unwrap(wrapped, keyset: Keyset.generate()) == .commitment)
    }

    @Test func `a wrapped key of another length is refused`() {
        for count in [16, 31, 33, 64] {
            let envelope = KeyWrap(
                domain: .customerKey, vault: fixture.vault, customer: fixture.customer, record: fixture.customer,
                keyID: 1
            ).wrap(
                SecretBytes.random(count: count), revision: 7,
                under: KeyDerivation.subkey(of: SecretBytes(copying: ramp(16, 32)), id: 1, context: "CFcekwr1"))
            #expect(unwrap(envelope) == .bodyType)
        }
    }

    @Test func `a wrap of an earlier epoch unwraps while its key is retired, not once it is destroyed`() throws {
        let rolled = try keyset.adding(.keyring).setting(.retired, of: .keyring, id: 1)
        #expect(rolled.keyringEpoch == 2)
        #expect(unwrap(wrapped, keyset: rolled) == nil)
        let rewrapped = rolled.wrapCEK(fixture.key, vault: fixture.vault, customer: fixture.customer)
        #expect(Keyset.epoch(of: rewrapped) == 2)

        let finished = try rolled.setting(.destroyed, of: .keyring, id: 1)
        #expect(unwrap(wrapped, keyset: finished) == .keyVersion)
        #expect(unwrap(rewrapped, keyset: finished) == nil)
        #expect(unwrap(rewrapped) == .keyVersion, "an older keyset does not know the new epoch")
    }

    // MARK: - Month keys and log parts

    /// These answers were computed in Python with hashlib, a pure HChaCha20 and OpenSSL.
    @Test func `a month key is wrapped to the bytes of the independent implementation`() throws {
        let keyset = try keyset.replacing(.keyring, id: 3, with: SecretBytes(copying: ramp(0xC0, 32)))
        let key = MonthKey(SecretBytes(copying: ramp(0x10, 32)), month: 202_611, half: .personal)
        let envelope = keyset.wrapMonthKey(key, vault: fixture.vault, nonce: fixture.nonce)
        #expect(
            Hex.encode(envelope)
                == "01010000030000000000000000000000404142434445464748494a4b4c4d4e4f5051525354555657"
                + "f8a49f6bab8d7b0dbf8da9cc5f435900899f7ddbe5c6ebbbaf38a865631f3732"
                + "6e77b9746c6a2a0943e40432f788dd05d5caa0140bd999ef0b686204f3fc28b6a9fe41cd9560b78b4d3133d5f68465c3")
        let opened = try keyset.unwrapMonthKey(envelope, vault: fixture.vault, month: 202_611, half: .personal)
        let isSame = opened.secret.equals(key.secret)
        #expect(isSame)
    }

    @Test func `a month key is no other month's, half's or customer's`() throws {
        let key = MonthKey.random(month: 202_611, half: .core)
        let envelope = keyset.wrapMonthKey(key, vault: fixture.vault)
        func unwrapMonth(_ month: UInt32, _ half: MonthKey.Half) -> EnvelopeError? {
            failure { () throws(EnvelopeError) in
                try keyset.unwrapMonthKey(envelope, vault: fixture.vault, month: month, half: half)
            }
        }
        #expect(unwrapMonth(202_611, .core) == nil)
        #expect(unwrapMonth(202_612, .core) == .commitment)
        #expect(unwrapMonth(202_611, .personal) == .commitment)
        #expect(unwrap(envelope) == .commitment, "not a customer's key")
    }

    @Test(arguments: [
        (
            LogPart.core,
            "6630209629bb181fb40d2e441c10b1aa37fe03471e9c0b0750f9d3b9fa10ffb4"
                + "c71715db433560b0718d8bd8885a5d1e1fc756909db562c6436a64a4caf2934f6c30932061"
        ),
        (
            .subject,
            "4443a8a8032fcf6c06d2fbfa28ab42ce17a3c10555d9f3bd88d5f80e0dd00e08"
                + "fe68229416cd7a01f289f4da97ec3120f6b44d5c0bf8e4be9a0b13ab31fc906847b56ea645"
        ),
        (
            .evidence,
            "548896e7175519aa5ded5a336c8c0edc4af320ec9739d01e88c95b5e5e248001"
                + "fd65df12417c8e6c4f3777bb704a384f8056647d8f80b74140358a814c6bd3f218226ce52d"
        ),
    ])
    func `log parts are sealed to the bytes of the independent implementation`(part: LogPart, tail: String) throws {
        let key = MonthKey(SecretBytes(copying: ramp(0x10, 32)), month: 202_611, half: part.half)
        let bytes = Array(#"{"salt":"0123456789"}"#.utf8)
        let envelope = try key.sealLogPart(bytes, vault: fixture.vault, seq: 423, part: part, nonce: fixture.nonce)
        #expect(
            Hex.encode(envelope)
                == "01010000731703000000000000000000404142434445464748494a4b4c4d4e4f5051525354555657" + tail)
        #expect(try key.openLogPart(envelope, vault: fixture.vault, seq: 423, part: part) == bytes)
        #expect(MonthKey.month(of: envelope) == 202_611)
    }

    @Test func `a log part opens at its own place only`() throws {
        let core = MonthKey.random(month: 202_611, half: .core)
        let personal = MonthKey.random(month: 202_611, half: .personal)
        let bytes = [UInt8](repeating: 0x41, count: 400)
        let envelope = try personal.sealLogPart(bytes, vault: fixture.vault, seq: 7, part: .subject)
        func open(_ key: MonthKey, vault: VaultID? = nil, seq: UInt64 = 7, part: LogPart = .subject) -> EnvelopeError? {
            failure { () throws(EnvelopeError) in
                try key.openLogPart(envelope, vault: vault ?? fixture.vault, seq: seq, part: part)
            }
        }
        #expect(open(personal) == nil)
        #expect(open(personal, seq: 8) == .commitment)
        #expect(open(personal, part: .evidence) == .commitment)
        #expect(open(personal, vault: fixture.otherVault) == .commitment)
        #expect(open(core) == .keyVersion)
        #expect(open(core, part: .core) == .commitment)
        #expect(open(.random(month: 202_611, half: .personal)) == .commitment)
        #expect(open(.random(month: 202_612, half: .personal)) == .keyVersion)
    }

    @Test func `a log part has a limit, and goes under the key of its half`() async throws {
        let key = MonthKey.random(month: 202_611, half: .core)
        let longest = [UInt8](repeating: 0x41, count: 65_536)
        let envelope = try key.sealLogPart(longest, vault: fixture.vault, seq: 1, part: .core)
        #expect(try key.openLogPart(envelope, vault: fixture.vault, seq: 1, part: .core) == longest)
        #expect(throws: BodyTooLong.self) {
            try key.sealLogPart(longest + [0], vault: fixture.vault, seq: 1, part: .core)
        }
        await #expect(processExitsWith: .failure) {
            _ = try MonthKey.random(month: 202_611, half: .core).sealLogPart(
                [UInt8](repeating: 0, count: 16), vault: VaultID.random(), seq: 1, part: .subject)
        }
    }

    @Test func `a slot's wrap has the bytes of the independent implementation`() throws {
        let cost = VaultProfile.test.defaultCost
        let record = RecordID(zeroPadding: PassphraseSlot.header(id: 1, profile: .test, cost: cost))
        let envelope = KeyWrap(domain: .slot, vault: fixture.vault, record: record).wrap(
            fixture.root().secret, revision: 0, under: SecretBytes(copying: ramp(0x77, 32)), nonce: fixture.nonce)
        #expect(
            Hex.encode(envelope)
                == "01010000000000000000000000000000404142434445464748494a4b4c4d4e4f5051525354555657"
                + "dcdb566305ebebe787116633e0f2fa8e75f62abb8ac456654228b31aa5c84b40"
                + "e855535bfc867b1c4cb255add7e1e3057069d49d47a0089935c419b26e00fdca2c57255e9d3c525996883ea09026951f")
    }
}
