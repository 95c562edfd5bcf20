import Primitives
import Testing
import VaultModel

@testable import Keys

struct SealFileTests {
    private let fixture: SealFixture
    private let bytes: [UInt8]

    init() throws {
        fixture = try SealFixture()
        bytes = fixture.seal.bytes
    }

    @Test func `a seal file reads back as it was written`() throws {
        let file = try SealFile.parse(bytes)
        #expect(file == fixture.seal.file)
        #expect(file.bytes == bytes)
        #expect(file.facts == SealFixture.facts(fixture.vault, fixture.keyset))
        #expect(file.slots.map(\.id) == [1])
        let verified = try file.verify(with: fixture.root)
        let keyset = try verified.keyset()
        #expect(keyset.serialise().exposeBytes() == fixture.keyset.serialise().exposeBytes())
    }

    @Test func `the fixed part lies where the documentation says`() {
        #expect(Array(bytes[0..<8]) == Array("COFFSEAL".utf8))
        #expect(Array(bytes[8..<12]) == [1, 0, 2, 0])
        #expect(bytes.littleEndian(at: 12, as: UInt32.self) == UInt32(bytes.count))
        #expect(Array(bytes[16..<32]) == fixture.vault.bytes)
        #expect(bytes.littleEndian(at: 32, as: UInt64.self) == 1)
        #expect(bytes.littleEndian(at: 40, as: UInt64.self) == 1)
        #expect(bytes.littleEndian(at: 48, as: UInt64.self) == 1_795_300_000_000)
        #expect(Array(bytes[56..<88]) == ramp(1, 32))
        #expect(Array(bytes[88..<120]) == ramp(2, 32))
        #expect(Array(bytes[120..<152]) == fixture.seal.facts.authority.rawKey)
        #expect(Array(bytes[152..<184]) == fixture.keyset.logPublicKey.bytes)
        #expect(Array(bytes[184..<216]) == fixture.keyset.replyPublicKey.bytes)
        #expect(Array(bytes[216..<248]) == ramp(4, 32))
        #expect(Array(bytes[248..<250]) == [1, 0])
        #expect(Array(bytes[250..<266]) == [1, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0])
        #expect(Array(bytes[314..<316]) == [120, 0])
        #expect(Array(bytes[436..<438]) == [0, 0])
        #expect(Array(bytes[438..<440]) == [0, 0])
        #expect(bytes.littleEndian(at: 440, as: UInt32.self) == 384 + 88)
        #expect(bytes.count == 444 + 384 + 88 + 32)
        let mac = BLAKE2b.mac(
            Array(bytes.dropLast(32)),
            key: KeyDerivation.subkey(of: SecretBytes(copying: ramp(0xE0, 32)), id: 1, context: "CFsealmc"))
        #expect(Array(bytes.suffix(32)) == mac)
    }

    @Test func `every flipped bit is refused, by the parser or by the MAC`() throws {
        for place in bytes.indices {
            for bit in 0..<8 {
                var edited = bytes
                edited[place] ^= 1 << bit
                guard let file = try? SealFile.parse(edited) else { continue }
                let error = failure { () throws(SealFileError) in try file.verify(with: fixture.root) }
                #expect(error == .mac, "byte \(place), bit \(bit)")
            }
        }
    }

    @Test func `every other length is refused`() {
        for count in 0..<bytes.count {
            let expected: SealFileError = count < 8 ? .notASealFile : .malformed
            #expect(parseError(Array(bytes.prefix(count))) == expected, "\(count)")
        }
        #expect(parseError(bytes + [0]) == .malformed)
        #expect(parseError(bytes + bytes) == .malformed)
        #expect(parseError([]) == .notASealFile)
        #expect(parseError(Array("COFFSEAL".utf8) + [UInt8](repeating: 0, count: 200_000)) == .version)
    }

    @Test func `a drill host's recipient is under the MAC, and without one the file is as it always was`() throws {
        let recipient = "age1" + String(repeating: "q", count: 58)
        let with = fixture.seal.changing { $0.drillRecipient = recipient }
        let file = try SealFile.parse(with.bytes)
        #expect(file.facts.drillRecipient == recipient && file.bytes == with.bytes)
        #expect(try file.verify(with: fixture.root).facts == with.facts)
        #expect(with.bytes.count == bytes.count + 2 + 62 && with.bytes[11] == 2)
        let held = with.changing { $0.isHeld = true }
        #expect(held.bytes[11] == 3)
        #expect(try SealFile.parse(held.bytes).facts.isHeld)
        let removed = held.changing { ($0.drillRecipient, $0.isHeld) = ("", false) }
        #expect(removed.bytes.count == bytes.count && removed.bytes[11] == 0)
        // Somebody who can write the file puts himself in.
        for place in 440..<440 + 62 {
            var forged = with.bytes
            forged[place] ^= 1
            let parsed = try? SealFile.parse(forged)
            #expect(parsed == nil || (try? parsed?.verify(with: fixture.root)) == nil, "byte \(place)")
        }
        #expect(try SealFacts(parsingArchive: with.facts.encodeForArchive()).drillRecipient.isEmpty)
    }

    /// The file with some bytes overwritten. No MAC is needed to be refused by the parser.
    private func edited(_ place: Int, _ replacement: [UInt8]) -> SealFileError? {
        var edited = bytes
        edited.replaceSubrange(place..<place + replacement.count, with: replacement)
        return parseError(edited)
    }

    @Test func `what is out of range is malformed`() {
        let smallOrder = [UInt8](repeating: 0, count: 32)
        #expect(edited(8, [2]) == .version)
        #expect(edited(10, [0]) == .malformed, "no profile")
        #expect(edited(10, [3]) == .malformed, "an unknown profile")
        #expect(edited(11, [4]) == .malformed, "an unknown flag")
        #expect(edited(11, [2]) == .malformed, "a drill host's recipient that is not there")
        #expect(edited(12, [0]) == .malformed, "another length")
        #expect(edited(32, [0]) == .malformed, "incarnation zero")
        #expect(edited(40, [0]) == .malformed, "generation zero")
        #expect(edited(55, [0x80]) == .malformed, "a negative date")
        #expect(edited(120, smallOrder) == .malformed, "an authority anyone can sign for")
        #expect(edited(152, smallOrder) == .malformed, "a log key anyone can sign for")
        #expect(edited(184, smallOrder) == .malformed, "a reply key anyone can sign for")
        #expect(edited(248, [0]) == .malformed, "no slot")
        #expect(edited(248, [9]) == .malformed, "too many slots")
        #expect(edited(250, [0]) == .malformed, "slot id zero")
        #expect(edited(252, [4]) == .malformed, "an unknown kind of slot")
        #expect(edited(314, [0, 0]) == .malformed, "an empty slot envelope")
        #expect(edited(314, [1, 2]) == .malformed, "a slot envelope beyond the limit")
        #expect(edited(436, [9]) == .malformed, "too many recipients")
        #expect(edited(438, [2]) == .malformed, "neither with nor without recovery")
        #expect(edited(439, [10]) == .malformed, "more confirmed sets than there can be")
        #expect(edited(440, [0, 0, 0, 0]) == .malformed, "an empty keyset")
        #expect(edited(442, [0xFF]) == .malformed, "a keyset beyond the limit")
    }

    @Test func `slots of another profile or cost are refused before any work`() {
        #expect(edited(10, [1]) == .slotCost, "a test vault passed off as a default one")
        #expect(edited(253, [1]) == .slotCost, "a slot passed off as one of the default profile")
        #expect(edited(254, [2]) == .slotCost, "more passes")
        #expect(edited(258, [0, 0, 0x80, 0, 0, 0, 0, 0x80]) == .slotCost, "memory beyond any integer")
        #expect(edited(260, [0]) == .slotCost, "less memory")
        // Both profile bytes at once: the cost is far below the default profile's floor.
        var both = bytes
        both[10] = 1
        both[253] = 1
        #expect(parseError(both) == .slotCost)
    }

    @Test func `another root key, another vault's file and an edited MAC are refused`() throws {
        let file = try SealFile.parse(bytes)
        #expect(throws: SealFileError.mac) { try file.verify(with: .generate()) }
        let other = try VerifiedSeal.create(
            SealFixture.facts(.random(), fixture.keyset), keyset: fixture.keyset, root: .generate(),
            passphrase: SecretBytes(text: "correct horse"))
        #expect(throws: SealFileError.mac) { try other.file.verify(with: fixture.root) }
    }

    @Test func `each change is one generation later and verifies`() throws {
        let held = fixture.seal.changing { $0.isHeld = true }
        #expect(held.facts.generation == 2)
        #expect(held.facts.isHeld)
        let reread = try SealFile.parse(held.bytes).verify(with: fixture.root)
        #expect(reread.facts == held.facts)
        let pinned = held.changing {
            $0.isHeld = false
            $0.policyPin = ramp(9, 32)
            $0.generation = 1
        }
        #expect(pinned.facts.generation == 3, "a change cannot set the generation back")
        #expect(try SealFile.parse(pinned.bytes).facts.policyPin == ramp(9, 32))
        #expect(try pinned.keyset().keyringEpoch == 1)
    }

    @Test func `a new keyset brings its public keys`() throws {
        let rolled = try fixture.keyset.adding(.keyring).setting(.retired, of: .keyring, id: 1).adding(.reply)
            .setting(.retired, of: .reply, id: 1)
        let next = fixture.seal.replacing(keyset: rolled) { $0.incarnation = 2 }
        #expect(next.facts.generation == 2)
        #expect(next.facts.incarnation == 2)
        #expect(next.facts.replyKey == rolled.replyPublicKey)
        #expect(next.facts.replyKey != fixture.keyset.replyPublicKey)
        #expect(try next.keyset().keyringEpoch == 2)
    }

    @Test func `recipients are kept in order and are plain text`() async throws {
        let recipients = ["age1" + String(repeating: "q", count: 58), "age1zz"]
        let next = fixture.seal.changing { $0.recoveryRecipients = recipients }
        #expect(try SealFile.parse(next.bytes).facts.recoveryRecipients == recipients)
        await #expect(processExitsWith: .failure) {
            _ = try SealFixture().seal.changing { $0.recoveryRecipients = ["age1 with a blank"] }
        }
        await #expect(processExitsWith: .failure) {
            _ = try SealFixture().seal.changing { $0.policyPin = [1] }
        }
        var malformed = next.bytes
        malformed[440] = 0x0A
        #expect(parseError(malformed) == .malformed)
        malformed[440] = 0xFF
        #expect(parseError(malformed) == .malformed)
    }
}
