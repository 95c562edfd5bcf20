import Primitives
import Testing
import VaultModel

@testable import Keys

struct AnchorTests {
    private let fixture: Fixture
    private let anchor: Anchor
    private let root: RootKey

    init() throws {
        fixture = try Fixture()
        root = fixture.root()
        anchor = Anchor(
            vault: fixture.vault, incarnation: 2, current: Anchor.State(seq: 9, tag: ramp(0x11, 32)),
            keyring: Anchor.Keyring(generation: 3, tag: ramp(0x22, 32)), sealGeneration: 5,
            log: Anchor.Log(size: 700, root: ramp(0x33, 32)))
    }

    private func open(_ bytes: [UInt8], vault: VaultID? = nil, root: RootKey? = nil) -> AnchorError? {
        failure { () throws(AnchorError) in
            try Anchor.open(bytes, vault: vault ?? fixture.vault, root: root ?? self.root)
        }
    }

    private static let head = "434f4646414e4348"
    private static let tail =
        "030000000000000022232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f40410500000000000000bc020000"
        + "00000000333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152"
    private static let current =
        "202122232425262728292a2b2c2d2e2f020000000000000009000000000000001112131415161718191a1b1c1d1e1f20"
        + "2122232425262728292a2b2c2d2e2f30"

    /// Computed in Python.
    @Test func `an anchor has the bytes of the independent implementation`() {
        let idle =
            Self.head + "0100000100000000" + Self.current + String(repeating: "0", count: 80) + Self.tail
            + "31c53d21fefc5b69f54f339a9dd8d98dffd06d70f607597fa17d8b9ca48de85e"
        #expect(Hex.encode(anchor.encode(root: root)) == idle)
        let pending =
            Self.head + "0100010100000000" + Self.current
            + "0a0000000000000055565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f7071727374" + Self.tail
            + "900543dfd1afa87a0806e81e678d07069dde27fd5de3381b5b8f22e38e0357d7"
        #expect(Hex.encode(anchor.intending(ramp(0x55, 32)).encode(root: root)) == pending)
    }

    @Test func `an anchor reads back as it was written`() throws {
        for written in [anchor, anchor.intending(ramp(0x55, 32)), anchor.intending(ramp(0, 32)).concluded()] {
            #expect(try Anchor.open(written.encode(root: root), vault: fixture.vault, root: root) == written)
        }
    }

    @Test func `every flipped bit and every other length is refused`() {
        for bytes in [anchor.encode(root: root), anchor.intending(ramp(0x55, 32)).encode(root: root)] {
            for place in bytes.indices {
                for bit in 0..<8 {
                    var edited = bytes
                    edited[place] ^= 1 << bit
                    let expected: AnchorError =
                        switch place {
                        case 0..<8: .notAnAnchor
                        case 8..<10: .version
                        case 11: .malformed
                        default: .mac
                        }
                    #expect(open(edited) == expected, "byte \(place), bit \(bit)")
                }
            }
            for count in 0..<bytes.count {
                #expect(open(Array(bytes.prefix(count))) == (count < 8 ? .notAnAnchor : .malformed))
            }
            #expect(open(bytes + [0]) == .malformed)
            #expect(open(bytes + bytes.suffix(32)) == .malformed)
        }
    }

    @Test func `another vault and another root key are told apart`() {
        let bytes = anchor.encode(root: root)
        #expect(open(bytes, vault: .random()) == .otherVault)
        #expect(open(bytes, root: .generate()) == .mac)
    }

    @Test func `while the root key is replaced, either key opens the anchor`() throws {
        let next = RootKey.generate()
        let bytes = anchor.encode(root: root, next: next)
        #expect(bytes.count == 272)
        #expect(open(bytes) == nil)
        #expect(open(bytes, root: next) == nil)
        #expect(open(bytes, root: .generate()) == .mac)
        // The number of MACs is under both MACs: neither can be cut off.
        #expect(open(Array(bytes.dropLast(32))) == .malformed)
        var single = Array(bytes.dropLast(32))
        single[11] = 1
        #expect(open(single) == .mac)
    }

    /// Only the holder of the root key can make these.
    @Test func `an authentic anchor with a malformed content is refused`() {
        func authentic(_ change: (inout [UInt8]) -> Void, pending: Bool = false) -> [UInt8] {
            let source = pending ? anchor.intending(ramp(0x55, 32)) : anchor
            var body = Array(source.encode(root: root).dropLast(32))
            change(&body)
            return body + BLAKE2b.mac(body, key: root.anchorMAC)
        }
        #expect(open(authentic { _ in }) == nil)
        #expect(open(authentic { $0[10] = 2 }) == .malformed)
        #expect(open(authentic { $0[12] = 1 }) == .malformed)
        #expect(open(authentic { $0[80] = 1 }) == .malformed, "a pending seq without the flag")
        #expect(open(authentic { $0[119] = 1 }) == .malformed, "a pending tag without the flag")
        #expect(open(authentic({ $0[80] = 9 }, pending: true)) == .malformed, "pending is not the next state")
        #expect(open(authentic({ $0[80] = 11 }, pending: true)) == .malformed)
        #expect(
            open(authentic { for place in 40..<48 { $0[place] = 0xFF } }) == .malformed, "no state can follow")
    }

    // MARK: - Two phases

    @Test func `a write goes from current to pending to current`() {
        let intent = anchor.intending(ramp(0x55, 32))
        #expect(intent.current == anchor.current)
        #expect(intent.pending == Anchor.State(seq: 10, tag: ramp(0x55, 32)))
        let concluded = intent.concluded()
        #expect(concluded.current == Anchor.State(seq: 10, tag: ramp(0x55, 32)))
        #expect(concluded.pending == nil)
        #expect(concluded.concluded() == concluded)
        #expect(intent.withdrawn() == anchor)
    }

    @Test func `a found state is current, pending, rolled back or tampered with`() {
        let intent = anchor.intending(ramp(0x55, 32))
        func standing(_ anchor: Anchor, _ seq: UInt64, _ tag: [UInt8]) -> Anchor.Standing {
            anchor.standing(of: Anchor.State(seq: seq, tag: tag))
        }
        #expect(standing(intent, 9, ramp(0x11, 32)) == .current)
        #expect(standing(intent, 10, ramp(0x55, 32)) == .pending)
        #expect(standing(intent, 9, ramp(0x55, 32)) == .tampered)
        #expect(standing(intent, 10, ramp(0x11, 32)) == .tampered)
        #expect(standing(intent, 8, ramp(0x11, 32)) == .rollback)
        #expect(standing(intent, 11, ramp(0x55, 32)) == .rollback)
        #expect(standing(anchor, 10, ramp(0x55, 32)) == .rollback, "nothing was pending")
    }

    /// Every crash point of a series of writes: the file on disk and the anchor on disk always fit, and yesterday's
    /// state never does.
    @Test func `a crash is never a false alarm, a rollback always an alarm`() {
        var anchor = anchor
        var state = anchor.current
        var earlier: [Anchor.State] = []
        for number in 0..<20 {
            let tag = ramp(UInt8(100 + number), 32)
            let intent = anchor.intending(tag)
            #expect(intent.standing(of: state) == .current, "crash after the intent")
            let next = Anchor.State(seq: state.seq + 1, tag: tag)
            earlier.append(state)
            state = next
            #expect(intent.standing(of: state) == .pending, "crash after the commit")
            anchor = intent.concluded()
            #expect(anchor.standing(of: state) == .current, "crash after the conclusion")
            for old in earlier { #expect(anchor.standing(of: old) == .rollback) }
        }
    }

    @Test func `a tag of another size traps`() async {
        await #expect(processExitsWith: .failure) {
            let state = Anchor.State(seq: 0, tag: [1])
            _ = Anchor(
                vault: .random(), incarnation: 1, current: state,
                keyring: Anchor.Keyring(generation: 1, tag: ramp(0, 32)), sealGeneration: 1,
                log: Anchor.Log(size: 0, root: ramp(0, 32))
            ).encode(root: .generate())
        }
    }
}
