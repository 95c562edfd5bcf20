import Primitives
import Testing
import VaultModel

@testable import Keys

/// Known answers that a second implementation gave: Python's hashlib with libsodium's X25519 and Ed25519, and a Bech32 of
/// its own. The secret and the second share are those of RFC 9591, appendix E.3.
struct ShareVectorTests {
    private let vault: VaultID
    private let set = ramp(1, 8)
    private let secret: HeldScalar
    private let card: ShareCard

    init() throws {
        vault = try Fixture().vault
        secret = try Self.scalar("1b25a55e463cfd15cf14a5d3acc3d15053f08da49c8afcf3ab265f2ebc4f970b")
        let share = try Self.scalar("b06fc5eac20b4f6e1b271d9df2343d843e1e1fb03c4cbb673f2872d459ce6f01")
        card = ShareCard(
            purpose: .unsealing, set: set, threshold: 2, count: 3,
            share: SecretShare(index: 2, value: share.value.clone()))
    }

    private static func scalar(_ text: String) throws -> HeldScalar {
        guard let scalar = Scalar(SecretBytes(copying: try hex(text))) else { throw ShareError.scalar }
        return HeldScalar(scalar)
    }

    @Test func `a card's text and fingerprint`() {
        let text = String(decoding: card.text().exposeBytes(), as: UTF8.self)
        #expect(text == "cofferu1qyqsyqczqypqxpq9qcrs3vr0ch4vyz60dcdjw8va7g6rmpp7rc0mq0zvhdnn72rj63vuumcp5tsu0g")
        #expect(Hex.encode(card.fingerprint(vault: vault)) == "b27be16586c65227e34d6d699bbd7c39")
    }

    @Test func `key and commitment of a slot for cards`() {
        let material = ShareSlot.material(vault: vault, set: set, secret: secret.value)
        #expect(
            Hex.encode(material.bytes.exposeBytes())
                == "c77f2776164993a554bdf97698931bb50f346d338354d7f4c4809ae34a6fa8e0"
                + "d05657c6f81ad7a7666fd1bbc8483a62c7878b2fba79d43c748d2f9a34db870f")
    }

    @Test func `the recovery identity`() throws {
        let identity = RecoveryIdentity(vault: vault, secret: secret.value)
        let (recipient, key) = (identity.recipient, identity.signingKey)
        #expect(recipient == "age15vlh8d7d2h0k497lymz3m9dy82mgdurhkqdja9s5m024c0yslv4qc0xw4k")
        #expect(Hex.encode(key.bytes) == "d6eddd2cd74d9dbd6659973f4c68b8f0b59a159e0873072a87068e501e6d8770")
        #expect(
            RecoveryFacts.fingerprint(of: key).replacing("-", with: "") == "cfc0b3fac93ebe156df9408b76b5903c")
    }

    @Test func `id and commitment of a host key`() throws {
        let key = HeldSecret(SecretBytes(copying: ramp(0x60, 32)))
        let slot = try HostKeySlot.make(id: 3, vault: vault, profile: .test, key: key.bytes, root: .generate())
        #expect(Hex.encode(slot.keyID) == "96ca62abb77b1339")
        #expect(Hex.encode(slot.commitment) == "2984fba588083e99f96bacbebe3748cfb646dcfae64cac4dbb2352c78b598285")
    }
}
