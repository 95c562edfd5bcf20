import Authority
import CanonicalJSON
import Primitives
import Testing
import VaultModel

@Suite("Envelope")
struct EnvelopeTests {
    private let envelope = World.authority.seal(World.root())

    @Test("the pre-authentication encoding is that of the DSSE specification")
    func pae() {
        let encoded = DSSEEnvelope.pae("http://example.com/HelloWorld", Array("hello world".utf8))
        #expect(encoded == Array("DSSEv1 29 http://example.com/HelloWorld 11 hello world".utf8))
        #expect(DSSEEnvelope.pae("", []) == Array("DSSEv1 0  0 ".utf8))
        #expect(DSSEEnvelope.pae("é", [0, 0xFF]) == Array("DSSEv1 2 é 2 ".utf8) + [0, 0xFF])
    }

    @Test("payload types are application/vnd.coffer.<typ>.v1+json and nothing else")
    func payloadTypes() {
        for kind in BlockKind.allCases {
            #expect(kind.payloadType == "application/vnd.coffer.\(kind.rawValue).v1+json")
            #expect(BlockKind(payloadType: kind.payloadType) == kind)
            #expect(BlockKind(payloadType: kind.payloadType.uppercased()) == nil)
            #expect(BlockKind(payloadType: kind.payloadType + " ") == nil)
            #expect(BlockKind(payloadType: kind.payloadType + ";charset=utf-8") == nil)
        }
        for text in [
            "", "application/vnd.coffer.v1+json", "application/vnd.coffer..v1+json", "application/json",
            "application/vnd.coffer.cap.v2+json", "application/vnd.coffer.capability.v1+json",
        ] {
            #expect(BlockKind(payloadType: text) == nil)
        }
    }

    @Test("an envelope reads back what it wrote")
    func roundTrip() throws {
        let bytes = envelope.encode()
        #expect(try DSSEEnvelope(parsing: bytes) == envelope)
        #expect(try DSSEEnvelope(envelope.value) == envelope)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(
            text.hasPrefix(#"{"payload":""#)
                && text.contains(#","signatures":[{"keyid":"\#(World.authority.kid)","sig":""#))
    }

    @Test("an envelope of any other form is refused")
    func otherForms() throws {
        func refusalOf(_ edit: (inout [String: JSONValue]) -> Void) throws -> BlockRefusal? {
            var members = try #require(envelope.value.objectValue)
            edit(&members)
            let bytes = JSONValue.object(members).encode()
            return refusal { () throws(BlockRefusal) in _ = try DSSEEnvelope(parsing: bytes) }
        }
        let signature = try #require(envelope.value["signatures"]?.arrayValue?.first)
        let sig = try #require(signature["sig"])
        for name in ["payload", "payloadType", "signatures"] {
            #expect(try refusalOf { $0[name] = nil } == .syntax(.missing(name)))
            #expect(try refusalOf { $0[name] = 1 } == .syntax(.wrongType(name)))
        }
        #expect(try refusalOf { $0["extra"] = "x" } == .syntax(.unknownMember))
        #expect(try refusalOf { $0["signatures"] = [] } == .syntax(.wrongType("signatures")))
        #expect(try refusalOf { $0["signatures"] = [signature, signature] } == .syntax(.wrongType("signatures")))
        #expect(try refusalOf { $0["signatures"] = [["sig": sig]] } == .syntax(.missing("keyid")))
        #expect(
            try refusalOf { $0["signatures"] = [["keyid": .string(World.courier.kid.text), "sig": sig, "x": 1]] }
                == .syntax(.unknownMember))
        #expect(try refusalOf { $0["signatures"] = [["keyid": "", "sig": sig]] } == .value("keyid"))
        for text in ["", "AAAA", "!", (sig.stringValue ?? "").replacing("=", with: "")] {
            let changed: JSONValue = ["keyid": .string(World.authority.kid.text), "sig": .string(text)]
            #expect(try refusalOf { $0["signatures"] = [changed] } == .value("sig"))
        }
        for text in ["A", "AB==", "AA", "A A=", "_-==", "AAA=\n"] {
            #expect(try refusalOf { $0["payload"] = .string(text) } == .value("payload"))
        }
        let bytes = envelope.encode()
        #expect(refusal { () throws(BlockRefusal) in _ = try DSSEEnvelope(parsing: bytes + [0x0A]) } != nil)
        let large = DSSEEnvelope(
            payloadType: "", payload: [UInt8](repeating: 0x20, count: 20_000), keyid: World.courier.kid,
            signature: envelope.signature)
        #expect(
            refusal { () throws(BlockRefusal) in _ = try DSSEEnvelope(parsing: large.encode()) } == .syntax(.tooLong))
    }

    @Test("a payload of 16 KiB fits into an envelope, one byte more does not fit into a block")
    func largest() throws {
        for (count, expected) in [(16_384, BlockRefusal.syntax(.syntax)), (16_385, .syntax(.tooLong))] {
            let full = DSSEEnvelope(
                payloadType: BlockKind.recover.payloadType, payload: [UInt8](repeating: 0x21, count: count),
                keyid: World.courier.kid, signature: envelope.signature)
            let read = try DSSEEnvelope(parsing: full.encode())
            #expect(throws: expected) { try Block.open(read, vault: World.vault) }
        }
    }

    @Test("the failure is named by the first rule that is broken")
    func order() {
        func open(_ envelope: DSSEEnvelope) -> BlockRefusal? {
            refusal { () throws(BlockRefusal) in _ = try Block.open(envelope, vault: World.vault) }
        }
        #expect(open(envelope) == nil)
        let payload = envelope.payload
        #expect(open(World.authority.sign(payload, as: "application/json")) == .type)
        #expect(open(World.authority.sign(payload, as: BlockKind.enrol.payloadType)) == .type)
        #expect(open(World.authority.sign(payload + [0x20])) == .syntax(.notCanonical))
        #expect(open(World.mallory.sign(payload)) == .signer)
        let claimed = DSSEEnvelope(
            payloadType: envelope.payloadType, payload: payload, keyid: World.authority.kid,
            signature: World.mallory.sign(payload).signature)
        #expect(open(claimed) == .signature)
        for signature in [[], envelope.signature.dropLast(), envelope.signature + [0]] as [[UInt8]] {
            let other = DSSEEnvelope(
                payloadType: envelope.payloadType, payload: payload, keyid: World.authority.kid, signature: signature)
            #expect(open(other) == .signature)
        }
        for index in 0..<64 {
            var signature = envelope.signature
            signature[index] ^= 1
            let other = DSSEEnvelope(
                payloadType: envelope.payloadType, payload: payload, keyid: World.authority.kid, signature: signature)
            #expect(open(other) == .signature)
        }
    }

    @Test("a block of every kind signed for another vault is refused")
    func otherVault() {
        for block in World.everyKind {
            let key = block.issuer == World.service.kid ? World.service : World.authority
            let envelope = key.seal(block)
            #expect(throws: BlockRefusal.vault) { try Block.open(envelope, vault: World.otherVault) }
        }
    }

    @Test("what is signed as one kind cannot be pasted as another")
    func pasted() {
        for block in World.everyKind {
            let key = block.issuer == World.service.kid ? World.service : World.authority
            let envelope = key.seal(block)
            for kind in BlockKind.allCases where kind != type(of: block).kind {
                let pasted = DSSEEnvelope(
                    payloadType: kind.payloadType, payload: envelope.payload, keyid: envelope.keyid,
                    signature: envelope.signature)
                #expect(throws: BlockRefusal.type) { try Block.open(pasted, vault: World.vault) }
            }
        }
    }

    @Test("a signature over the bare payload, as a request or a note would have, is refused")
    func bareSignature() {
        let signature = World.authority.signing.sign(envelope.payload)
        let bare = DSSEEnvelope(
            payloadType: envelope.payloadType, payload: envelope.payload, keyid: envelope.keyid, signature: signature)
        #expect(throws: BlockRefusal.signature) { try Block.open(bare, vault: World.vault) }
    }

    @Test("the signer's error passes through")
    func signerFails() {
        struct AgentGone: Error {}
        #expect(throws: AgentGone.self) {
            try DSSEEnvelope.sealing(World.root()) { (_: [UInt8]) throws(AgentGone) in throw AgentGone() }
        }
    }

    @Test("keys of low order are neither issuers nor introduced", arguments: LowOrder.points)
    func lowOrder(point: [UInt8]) throws {
        let weak = try #require(KeyID(Base64URL.encode(point)))
        // R = A or the identity and S = 0 satisfy the lax equation for such keys.
        for first in [point, LowOrder.points[1]] {
            var block = World.root()
            block.issuer = weak
            let payload = block.encode()
            let envelope = DSSEEnvelope(
                payloadType: block.payloadType, payload: payload, keyid: weak,
                signature: first + [UInt8](repeating: 0, count: 32))
            #expect(throws: BlockRefusal.signature) { try Block.open(envelope, vault: World.vault) }
        }
        let given = World.authority.seal(World.root { $0.audience = weak })
        #expect(throws: BlockRefusal.value("key")) { try Block.open(given, vault: World.vault) }
        let enrolled = World.authority.seal(
            EnrolBlock(
                header: World.header(), person: World.person(of: World.courier), kid: weak, role: World.role("courier"),
                nda: nil, training: nil, uid: nil))
        #expect(throws: BlockRefusal.value("key")) { try Block.open(enrolled, vault: World.vault) }
        let recovered = World.authority.seal(
            RecoverBlock(header: World.header(), replacement: .keys([weak]), incarnation: 1, logKey: World.service.kid))
        #expect(throws: BlockRefusal.value("key")) { try Block.open(recovered, vault: World.vault) }
    }
}
