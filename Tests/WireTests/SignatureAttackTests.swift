import Primitives
import Testing
import VaultModel

@testable import Wire

/// Signatures that a lenient verifier would take.
@Suite struct SignatureAttackTests {
    /// The order of the group, little-endian (RFC 8032, section 5.1).
    private static let order: [UInt8] = [
        0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14, 0, 0, 0, 0, 0,
        0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ]

    private func request(signature: [UInt8]) throws -> ParsedRequest {
        try Sample.parse(Sample.signed().incoming.with(.signature, FixedHeaders.signature(signature)))
    }

    @Test func `S plus the group's order is another signature of the same message, and refused`() throws {
        var signature = try Sample.parse(Sample.signed().incoming).signature
        #expect(try request(signature: signature).hasValidSignature())
        var carry = 0
        for index in 0..<32 {
            let sum = Int(signature[32 + index]) + Int(Self.order[index]) + carry
            signature[32 + index] = UInt8(truncatingIfNeeded: sum)
            carry = sum >> 8
        }
        #expect(carry == 0)
        #expect(try !request(signature: signature).hasValidSignature())
    }

    @Test func `a key of low order signs nothing, though anyone could sign under it`() throws {
        // The neutral element as key and R, and S = 0, satisfy the equation for every message.
        let neutral: [UInt8] = [1] + [UInt8](repeating: 0, count: 31)
        let kid = try #require(KeyID(Base64URL.encode(neutral)))
        let sent = try Sample.signed().incoming
        let input = SignatureInput(
            created: Sample.created, kid: kid, expires: Sample.created + 60, nonce: Sample.nonce)
        let forged = sent.with(.signatureInput, input.value)
            .with(.signature, FixedHeaders.signature(neutral + [UInt8](repeating: 0, count: 32)))
        #expect(try !Sample.parse(forged).hasValidSignature())
        let unsigned = try UnsignedRequest(
            endpoint: .customerShow, authority: Sample.authority, head: Sample.head(), body: [], kid: kid,
            created: Sample.created)
        #expect(throws: WireError.signature) {
            try unsigned.signed(neutral + [UInt8](repeating: 0, count: 32))
        }
    }

    @Test func `what the key signed for another purpose is no request`() throws {
        let base = try Sample.unsigned().base
        let envelope = Array("DSSEv1 30 application/vnd.coffer.cap.v1+json \(base.count) ".utf8) + base
        for message in [envelope, base + [0x0A], Array(base.dropLast()), SHA256.hash(base)] {
            #expect(try !request(signature: Sample.key().sign(message)).hasValidSignature())
        }
    }

    @Test func `a reply's signature is no request's, and the other way round`() throws {
        let sent = try Sample.signed()
        let key = Sample.key()
        let reply = ReplyProfile.sign(
            status: 200, body: Sample.body(), for: sent.binding, kid: KeyID(key.publicKey), created: Sample.created
        ) { key.sign($0) }
        let value = try #require(reply.headers.first { $0.name == "signature" }?.value)
        #expect(isRefused(sent.incoming.with(.signature, value)))
        let headers = reply.headers.map {
            $0.name == "signature" ? HeaderField($0.name, sent.incoming.value(.signature)) : $0
        }
        #expect(throws: ReplyError.signature) {
            try ReplyProfile.verify(
                IncomingReply(status: 200, headers: headers, body: reply.body), for: sent.binding, key: key.publicKey)
        }
    }
}
