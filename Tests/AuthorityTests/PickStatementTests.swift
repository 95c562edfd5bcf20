import Authority
import CanonicalJSON
import Primitives
import Testing
import VaultModel

/// The quorum's word about records that come back from an archive.
struct PickStatementTests {
    private static let quorum = Ed25519.SigningKey.generate()
    private let statement = PickStatement(
        vault: .random(), generation: 2, customer: .random(), set: "b_0123456789abcdefghjkmnpqrs",
        manifest: String(repeating: "ab", count: 32), made: 1_795_000_000_000, rows: String(repeating: "cd", count: 32),
        isDry: false, at: 1_795_000_060)

    private func sealed() -> DSSEEnvelope {
        statement.sealed(by: KeyID(Self.quorum.publicKey)) { Self.quorum.sign($0) }
    }

    private func signed(_ payload: [UInt8], type: String = PickStatement.payloadType) -> DSSEEnvelope {
        DSSEEnvelope(
            payloadType: type, payload: payload, keyid: KeyID(Self.quorum.publicKey),
            signature: Self.quorum.sign(DSSEEnvelope.pae(type, payload)))
    }

    @Test func `it reads back what was signed`() throws {
        #expect(try PickStatement(DSSEEnvelope(parsing: sealed().encode())) == statement)
    }

    @Test func `no byte can be changed, nor the key, nor the kind of statement`() {
        let good = sealed()
        for place in good.payload.indices {
            var payload = good.payload
            payload[place] ^= 1
            let changed = DSSEEnvelope(
                payloadType: good.payloadType, payload: payload, keyid: good.keyid, signature: good.signature)
            #expect(throws: BlockRefusal.signature) { try PickStatement(changed) }
        }
        let other = DSSEEnvelope(
            payloadType: good.payloadType, payload: good.payload,
            keyid: KeyID(Ed25519.SigningKey.generate().publicKey), signature: good.signature)
        #expect(throws: BlockRefusal.signature) { try PickStatement(other) }
        #expect(throws: BlockRefusal.value("payloadType")) {
            try PickStatement(signed(good.payload, type: SuccessionStatement.payloadType))
        }
    }

    @Test func `a signed text of any other form is refused`() throws {
        let text = String(decoding: sealed().payload, as: UTF8.self)
        let others = [
            text.replacing("\"v\":1", with: "\"v\":2"), text.replacing("\"pick\"", with: "\"succession\""),
            text.replacing("{\"at\":", with: "{ \"at\":"), text.replacing("\"gen\":2", with: "\"gen\":-2"),
            text.replacing("\"set\":", with: "\"sets\":"), text.replacing(statement.customer.text, with: "C-0"),
            text.replacing("}", with: ",\"zz\":1}"), text.replacing("\"dry\":0", with: "\"dry\":2"),
        ]
        for other in others {
            #expect(other != text)
            #expect(throws: BlockRefusal.self, "\(other)") { try PickStatement(signed(Array(other.utf8))) }
        }
        #expect(try PickStatement(signed(Array(text.utf8))) == statement)
    }
}
