import Authority
import CanonicalJSON
import Primitives
import VaultModel

enum AuthorityTargets {
    static let vault = known(VaultID([UInt8](repeating: 7, count: 16)))
    static let signing = Ed25519.SigningKey(seed: SecretBytes(copying: ramp(1, 32)))
    static let kid = KeyID(signing.publicKey)

    /// The first byte names the kind, the payload follows. What parses has one encoding; signed by its issuer it opens,
    /// and changed it does not.
    static func block(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let kind = BlockKind.allCases[Int(first) % BlockKind.allCases.count]
        let payload = Array(bytes.dropFirst())
        guard let block = try? Block.parse(payload, as: kind) else { return }
        expect(block.body.encode() == payload, "a block has one encoding")
        guard block.body.issuer == kid else { return }
        let signed = seal(block.body)
        guard let opened = try? Block.open(signed, vault: block.body.vault) else {
            // A key of low order, which nobody can hold, is the one thing left to refuse.
            return expect(throwsOnlyForKeys(signed, block.body.vault), "a signed block does not open")
        }
        expect(opened.id == block.body.id, "a block has one name")
        for changed in [
            DSSEEnvelope(
                payloadType: signed.payloadType, payload: flipped(payload, at: payload.count / 2 + Int(first)),
                keyid: kid, signature: signed.signature),
            DSSEEnvelope(
                payloadType: signed.payloadType, payload: payload, keyid: kid,
                signature: flipped(signed.signature, at: Int(first))),
        ] {
            expect((try? Block.open(changed, vault: block.body.vault)) == nil, "a changed block opened")
        }
    }

    private static func throwsOnlyForKeys(_ envelope: DSSEEnvelope, _ vault: VaultID) -> Bool {
        do throws(BlockRefusal) {
            _ = try Block.open(envelope, vault: vault)
            return false
        } catch {
            return error == .value("key")
        }
    }

    static func seal(_ block: some BlockBody) -> DSSEEnvelope { DSSEEnvelope.sealing(block) { signing.sign($0) } }

    static func dsse(_ bytes: [UInt8]) {
        guard let envelope = try? DSSEEnvelope(parsing: bytes) else { return }
        expect(envelope.encode() == bytes, "an envelope has one encoding")
        guard let signed = try? Block.open(envelope, vault: vault) else { return }
        expect(signed.issuer == kid, "signed by a key that nobody here has")
        let changed = DSSEEnvelope(
            payloadType: envelope.payloadType, payload: flipped(envelope.payload, at: envelope.payload.count / 3),
            keyid: envelope.keyid, signature: envelope.signature)
        expect((try? Block.open(changed, vault: vault)) == nil, "a changed block opened")
    }
}

enum JSONTargets {
    /// Under all limits: what parses is written the same, and what the stricter one takes the wider one takes.
    static func json(_ bytes: [UInt8]) {
        var wide = JSONLimits.message
        wide.names = .any
        wide.maxDepth = JSONLimits.deepest
        let values = [JSONLimits.signed, .message, wide].map { try? JSONValue.parse(bytes, limits: $0) }
        for value in values.compactMap({ $0 }) { expect(value.encode() == bytes, "JSON has one encoding") }
        expect(values[0] == nil || values[0] == values[1], "the limits of signed payloads are the stricter ones")
        expect(values[1] == nil || values[1] == values[2], "the limits of messages are the stricter ones")
        if let members = values[2]?.objectValue {
            expect(JSONValue.object(members).encode() == bytes, "an object has one encoding")
        }
    }
}
