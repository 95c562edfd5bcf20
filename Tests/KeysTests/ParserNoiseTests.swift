import Primitives
import Testing
import VaultModel

@testable @_spi(Turnstile) import Keys

/// Repeatable noise for the parsers: xorshift, so that a failing seed can be run again.
private struct Noise: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    /// A few bytes overwritten, removed, doubled or moved.
    mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0..<4, using: &self) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &self)
            let count = Int.random(in: 0...min(8, bytes.count - place), using: &self)
            switch Int.random(in: 0..<4, using: &self) {
            case 0: for index in place..<place + count { bytes[index] = UInt8.random(in: 0...255, using: &self) }
            case 1: bytes.removeSubrange(place..<place + count)
            case 2: bytes.insert(contentsOf: bytes[place..<place + count], at: place)
            default: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][Int.random(in: 0..<5, using: &self)]
            }
        }
        return bytes
    }
}

/// No parser traps or accepts damaged input.
@Suite struct ParserNoiseTests {
    @Test(arguments: 1...4)
    func `damaged seal files are refused`(seed: UInt64) throws {
        let fixture = try SealFixture()
        let good = fixture.seal.changing { $0.recoveryRecipients = ["age1qqqq"] }.bytes
        var noise = Noise(state: seed &* 0x9E37_79B9_7F4A_7C15)
        var parsed = 0
        for _ in 0..<3_000 {
            let bytes = noise.damage(good)
            guard bytes != good, let file = try? SealFile.parse(bytes) else { continue }
            parsed += 1
            #expect(file.bytes == bytes, "what parses has one encoding")
            #expect(failure { () throws(SealFileError) in try file.verify(with: fixture.root) } == .mac)
        }
        #expect(parsed > 0, "some damage gets past the parser and meets the MAC")
    }

    @Test(arguments: 1...4)
    func `damaged anchors are refused`(seed: UInt64) throws {
        let fixture = try Fixture()
        let tag = ramp(1, 32)
        let good = Anchor(
            vault: fixture.vault, incarnation: 1, current: Anchor.State(seq: 1, tag: tag),
            keyring: Anchor.Keyring(generation: 1, tag: tag), sealGeneration: 1,
            log: Anchor.Log(size: 1, root: tag)
        ).intending(tag).encode(root: fixture.root(), next: .generate())
        var noise = Noise(state: seed &* 0x9E37_79B9_7F4A_7C15)
        for _ in 0..<3_000 {
            let bytes = noise.damage(good)
            // The second MAC is another key's: its bytes say nothing to this one.
            guard bytes.prefix(240) != good.prefix(240) || bytes.count != good.count else { continue }
            let error = failure { () throws(AnchorError) in
                try Anchor.open(bytes, vault: fixture.vault, root: fixture.root())
            }
            #expect(error != nil)
        }
    }

    @Test(arguments: 1...4)
    func `damaged envelopes are refused`(seed: UInt64) throws {
        let fixture = try Fixture()
        let good = try fixture.phone()
        var noise = Noise(state: seed &* 0x9E37_79B9_7F4A_7C15)
        for _ in 0..<3_000 {
            let bytes = noise.damage(good)
            guard bytes != good else { continue }
            let error = failure { () throws(EnvelopeError) in
                try Envelope.open(
                    bytes, context: fixture.context, key: fixture.key, pad: .blocks32, recordRevision: .max)
            }
            #expect(error != nil)
        }
    }

    @Test(arguments: 1...4)
    func `damaged keysets are refused or are keysets`(seed: UInt64) throws {
        let good = try Fixture().keyset().adding(.shop).setting(.destroyed, of: .shop, id: 1).serialise().exposeBytes()
        var noise = Noise(state: seed &* 0x9E37_79B9_7F4A_7C15)
        for _ in 0..<3_000 {
            let bytes = noise.damage(good)
            guard let keyset = try? Keyset(deserialising: SecretBytes(copying: bytes)) else { continue }
            #expect(keyset.serialise().exposeBytes() == bytes, "what parses has one encoding")
        }
    }
}
