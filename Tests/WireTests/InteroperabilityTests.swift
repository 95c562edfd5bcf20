import Foundation
import Primitives
import Testing
import VaultModel

@testable import Wire

@Suite struct PythonTests {
    private func ask(_ verb: String, _ question: [String: Any]) throws -> [String: Any] {
        let python = try #require(ForeignTool.python)
        let input = [UInt8](try JSONSerialization.data(withJSONObject: question))
        let outcome = try ForeignTool.run(python, [ForeignTool.script, verb], input: input)
        #expect(outcome.status == 0)
        return try #require(JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
    }

    private func question(_ request: IncomingRequest) -> [String: Any] {
        [
            "method": request.method, "url": "http://\(request.authority)\(request.path)",
            "headers": headers(request.headers), "body": Base64.encode(request.body),
            "key": Base64.encode(Sample.key().publicKey.bytes),
        ]
    }

    private func headers(_ fields: [HeaderField]) -> [String: String] {
        Dictionary(fields.map { ($0.name, $0.value) }) { first, _ in first }
    }

    @Test(.enabled(if: ForeignTool.python != nil, "needs python3 with http-message-signatures"))
    func `http-message-signatures verifies our requests, and none that was changed`() throws {
        let block = Base64URL.encode([UInt8](repeating: 9, count: 32))
        for sent in [try Sample.signed().incoming, try Sample.signed(capability: block).incoming] {
            #expect(try ask("request", question(sent))["verified"] as? Bool == true)
            let changed = sent.with(.capability, ":" + Base64.encode([UInt8](repeating: 1, count: 32)) + ":")
            #expect(try ask("request", question(changed))["verified"] as? Bool == false)
            let body = sent.with(body: sent.body + [0x20])
            #expect(try ask("request", question(body))["verified"] as? Bool == false)
        }
    }

    @Test(.enabled(if: ForeignTool.python != nil, "needs python3 with http-message-signatures"))
    func `http-message-signatures verifies our replies, and none to another request`() throws {
        let sent = try Sample.signed()
        let broker = Sample.key(9)
        let reply = ReplyProfile.sign(
            status: 200, body: Array("{}".utf8), for: sent.binding, kid: KeyID(broker.publicKey),
            created: Sample.created
        ) { broker.sign($0) }
        var question = question(sent.incoming)
        question["key"] = Base64.encode(broker.publicKey.bytes)
        question["reply"] = [
            "status": reply.status, "headers": headers(reply.headers), "body": Base64.encode(reply.body),
        ]
        #expect(try ask("reply", question)["verified"] as? Bool == true)
        question["headers"] = headers(try Sample.signed(head: Sample.head(counter: 43)).headers)
        #expect(try ask("reply", question)["verified"] as? Bool == false)
    }

    @Test(.enabled(if: ForeignTool.python != nil, "needs python3 with http-message-signatures"))
    func `we verify what http-message-signatures signs`() throws {
        let sent = try Sample.signed().incoming
        let plain = sent.dropping(.signature).dropping(.signatureInput)
        var question = question(plain)
        question["seed"] = Base64.encode(Sample.key().seed().exposeBytes())
        question["keyid"] = "ed25519:" + KeyID(Sample.key().publicKey).text
        question["created"] = Sample.created
        question["lifetime"] = 60
        question["nonce"] = Sample.nonce
        let signed = try #require(try ask("sign", question)["headers"] as? [String: String])
        let request = plain.with(headers: signed.map { HeaderField($0.key.lowercased(), $0.value) })
        let parsed = try Sample.parse(request)
        #expect(parsed.hasValidSignature())
        // The scheme is deterministic: both must have signed the same bytes.
        #expect(request.value(.signature) == sent.value(.signature))
    }
}

@Suite struct OpenSSLTests {
    /// DER of an Ed25519 SubjectPublicKeyInfo up to the key (RFC 8410).
    private static let header: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]

    @Test(.enabled(if: ForeignTool.openssl != nil, "needs openssl"))
    func `openssl verifies a stored base, and none that was changed`() throws {
        let openssl = try #require(ForeignTool.openssl)
        let request = try Sample.parse(Sample.signed().incoming)
        let folder = NSTemporaryDirectory() + "coffer-openssl-" + Hex.encode(Random.bytes(8))
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func write(_ name: String, _ bytes: [UInt8]) throws -> String {
            try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
            return folder + "/" + name
        }
        let key = try write("key.der", Self.header + request.kid.rawKey)
        let signature = try write("signature", request.signature)
        func status(of base: String) throws -> Int32 {
            try ForeignTool.run(
                openssl,
                [
                    "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", key, "-sigfile", signature,
                    "-in", base,
                ], input: []
            ).status
        }
        #expect(try status(of: write("base", request.baseBytes)) == 0)
        #expect(try status(of: write("changed", request.baseBytes + [0x0A])) != 0)
    }
}
