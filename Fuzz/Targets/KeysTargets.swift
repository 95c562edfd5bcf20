import Primitives
import VaultModel

@testable @_spi(Turnstile) import Keys

/// What lies on the disk under keys. The fuzzer has no key, so the targets put the right MAC on what it makes up: the
/// parsers behind the MAC are reached as well.
enum KeysTargets {
    static let vault = known(VaultID(ramp(0x20, 16)))
    static let customer = known(RecordID(ramp(0x30, 16)))
    static let context = FieldContext(vault: vault, customer: customer, record: customer, table: 1, field: 2)
    static let key = CustomerKey(SecretBytes(copying: ramp(0, 32)), version: 7)
    static let root = RootKey(SecretBytes(copying: ramp(0xE0, 32)))

    private static func open(_ envelope: [UInt8], _ pad: PadPolicy) -> FieldBody? {
        try? Envelope.open(envelope, context: context, key: key, pad: pad, recordRevision: .max)
    }

    /// As an envelope: what opens is sealed to the same bytes again. As a value: it comes back, and no bit of its
    /// envelope can be changed.
    static func envelope(_ bytes: [UInt8]) {
        if let body = open(bytes, .blocks32), let revision = Envelope.revision(of: bytes) {
            let again = try? Envelope.seal(
                body, context: context, key: key, revision: revision, pad: .blocks32,
                nonce: Array(bytes[EnvelopeLayout.nonceOffset..<EnvelopeLayout.commitmentOffset]))
            expect(again == bytes, "an envelope has one encoding")
            expect(open(flipped(bytes, at: bytes.count / 2), .blocks32) == nil, "a changed envelope opened")
        }
        guard bytes.count > 4 else { return }
        let pad = PadPolicy.allCases[1 + Int(bytes[0]) % (PadPolicy.allCases.count - 1)]
        let value = Array(bytes[4...])
        let body: FieldBody = bytes[1] & 1 == 0 ? .bytes(value) : .text(String(decoding: value, as: UTF8.self))
        guard
            let sealed = try? Envelope.seal(
                body, context: context, key: key, revision: UInt64(bytes[1]), pad: pad, nonce: ramp(bytes[2], 24))
        else {
            // Normalisation may make a text three times as long, no more.
            expect(3 * value.count * 3 > pad.capacity, "a value that fits was refused")
            return
        }
        guard let opened = open(sealed, pad) else { return expect(false, "an envelope does not open") }
        if case .bytes = body { expect(opened == body, "an envelope gives another value") }
        let place = Int(bytes[2]) << 8 | Int(bytes[3])
        expect(open(flipped(sealed, at: place), pad) == nil, "a changed envelope opened")
    }

    /// What parses has one encoding; only the root key's MAC verifies, and under it no bit can be changed.
    static func seal(_ bytes: [UInt8]) {
        guard let file = try? SealFile.parse(bytes) else { return }
        expect(file.bytes == bytes, "a seal file has one encoding")
        let mac = SealFileCodec.mac(of: file, root: root)
        expect(((try? file.verify(with: root)) != nil) == (file.mac == mac), "the MAC alone decides")
        let signed = Array(bytes.dropLast(SealFileCodec.macSize)) + mac
        guard let verified = try? SealFile.parse(signed).verify(with: root) else {
            return expect(false, "the right MAC does not verify")
        }
        _ = try? verified.keyset()
        expect(verified.bytes == signed, "a seal file has one encoding")
        let changed = flipped(signed, at: Int(bytes[bytes.count - 1]) << 8 | Int(bytes[bytes.count - 2]))
        expect((try? SealFile.parse(changed).verify(with: root)) == nil, "a changed seal file verified")
    }

    static func anchor(_ bytes: [UInt8]) {
        expect(bytes == seedAnchor || (try? Anchor.open(bytes, vault: vault, root: root)) == nil, "a forged anchor")
        guard bytes.count >= Anchor.bodySize else { return }
        let body = Array(bytes[..<Anchor.bodySize])
        let signed = body + BLAKE2b.mac(body, key: root.anchorMAC) + bytes[Anchor.bodySize...].dropFirst(Anchor.macSize)
        guard let anchor = try? Anchor.open(signed, vault: vault, root: root) else { return }
        if signed[11] == 1 { expect(anchor.encode(root: root) == signed, "an anchor has one encoding") }
        let changed = flipped(signed, at: Int(bytes[bytes.count - 1]) % Anchor.bodySize)
        expect((try? Anchor.open(changed, vault: vault, root: root)) == nil, "a changed anchor verified")
    }

    static let seedAnchor = Anchor(
        vault: vault, incarnation: 2, current: Anchor.State(seq: 9, tag: ramp(0x11, 32)),
        keyring: Anchor.Keyring(generation: 3, tag: ramp(0x22, 32)), sealGeneration: 5,
        log: Anchor.Log(size: 700, root: ramp(0x33, 32))
    ).intending(ramp(0x44, 32)).encode(root: root)

    static func keyset(_ bytes: [UInt8]) {
        guard let keyset = try? Keyset(deserialising: SecretBytes(copying: bytes)) else { return }
        expect(keyset.serialise().exposeBytes() == bytes, "a keyset has one encoding")
        let wrapped = keyset.seal(vault: vault, generation: 3, root: root)
        let opened = try? Keyset.open(wrapped, vault: vault, generation: 3, root: root)
        expect(opened?.serialise().exposeBytes() == bytes, "a wrapped keyset comes back")
        let changed = flipped(wrapped, at: bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF })
        expect((try? Keyset.open(changed, vault: vault, generation: 3, root: root)) == nil, "a changed keyset opened")
    }

    /// As text: what is read is the card that its letters say. As what stands behind the checksum: it comes back, and no
    /// letter of the text can be changed.
    static func card(_ bytes: [UInt8]) {
        if let card = read(bytes) {
            let letters = bytes.filter { !" \t\r\n-".utf8.contains($0) }.map { $0 | 0x20 }
            expect(card.text().exposeBytes() == letters, "a card has one text")
        }
        guard bytes.count > 3 else { return }
        let text = Bech32.encode(bytes[0] & 1 == 0 ? "cofferu" : "cofferr", Array(bytes[3...].prefix(60)))
        guard let card = read(text) else { return }
        expect(card.text().exposeBytes() == text, "a card has one text")
        var changed = text
        let letter = UInt8(ascii: "a") + bytes[1] % 26
        let place = Int(bytes[2]) % text.count
        guard changed[place] != letter else { return }
        changed[place] = letter
        expect(read(changed) == nil, "a letter of a card was changed")
    }

    private static func read(_ text: [UInt8]) -> ShareCard? { try? ShareCard(parsing: SecretBytes(copying: text)) }
}
