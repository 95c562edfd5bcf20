import Primitives
import Testing

/// Wycheproof's file format for X25519.
private struct X25519Vectors: Decodable {
    struct Group: Decodable {
        struct Case: Decodable {
            let tcId: Int
            let `public`, `private`, shared, result: String
            let flags: [String]
        }
        let tests: [Case]
    }
    let numberOfTests: Int
    let testGroups: [Group]
    static let name = "wycheproof/x25519_test.json"
}

struct X25519Tests {
    /// RFC 7748, section 5.2.
    @Test func `scalar multiplication agrees with RFC 7748`() throws {
        let secret = SecretBytes(copying: try hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"))
        let point = try hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")
        let shared = X25519.sharedSecret(secret, with: point)?.exposeBytes()
        #expect(shared.map(Hex.encode) == "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")
    }

    /// RFC 7748, section 5.2: the scalar 9 and the base point, once.
    @Test func `the public key of nine is that of RFC 7748`() {
        let found = X25519.publicKey(of: SecretBytes(copying: [9] + [UInt8](repeating: 0, count: 31)))
        #expect(Hex.encode(found) == "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")
    }

    /// RFC 7748, section 6.1.
    @Test func `both sides compute the secret of RFC 7748`() throws {
        let alice = try hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
        let bob = try hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
        let alicePublic = X25519.publicKey(of: SecretBytes(copying: alice))
        let bobPublic = X25519.publicKey(of: SecretBytes(copying: bob))
        #expect(Hex.encode(alicePublic) == "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
        #expect(Hex.encode(bobPublic) == "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")
        let shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"
        for (secret, other) in [(alice, bobPublic), (bob, alicePublic)] {
            let found = X25519.sharedSecret(SecretBytes(copying: secret), with: other)?.exposeBytes()
            #expect(found.map(Hex.encode) == shared)
        }
    }

    @Test(.enabled(if: Vectors.has(X25519Vectors.name), "see the message above"))
    func `X25519 agrees with Wycheproof, and a secret that is zero is none`() throws {
        let vectors = try Vectors.decode(X25519Vectors.self, from: X25519Vectors.name)
        var (ran, zeros) = (0, 0)
        for test in vectors.testGroups.flatMap(\.tests) {
            let point = try hex(test.public)
            let shared = X25519.sharedSecret(SecretBytes(copying: try hex(test.private)), with: point)?.exposeBytes()
            let isZero = test.flags.contains("ZeroSharedSecret")
            #expect(shared.map(Hex.encode) == (isZero ? nil : test.shared), "case \(test.tcId)")
            let isUnsound = isZero || test.flags.contains("NonCanonicalPublic")
            if isUnsound { #expect(!X25519.isPublicKey(point), "case \(test.tcId)") }
            if test.result == "valid" && point[31] < 0x80 { #expect(X25519.isPublicKey(point), "case \(test.tcId)") }
            ran += 1
            zeros += isZero ? 1 : 0
        }
        #expect(ran == vectors.numberOfTests && zeros > 20)
    }

    @Test func `a key has one spelling`() throws {
        for _ in 0..<50 {
            var key = X25519.publicKey(of: SecretBytes.random(count: 32))
            #expect(X25519.isPublicKey(key))
            #expect(!X25519.isPublicKey(key + [0]) && !X25519.isPublicKey(Array(key.dropLast())))
            key[31] |= 0x80
            #expect(!X25519.isPublicKey(key))
        }
        // The prime is 2^255 - 19: p - 1 and p have small order, p + 2 is another spelling of 2, p - 2 is a point.
        for (last, isKey) in [(0xEB, true), (0xEC, false), (0xED, false), (0xEF, false), (0xFF, false)] {
            let key = [UInt8(last)] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
            #expect(X25519.isPublicKey(key) == isKey, "\(last)")
        }
    }

    @Test func `other sizes trap`() async {
        await #expect(processExitsWith: .failure) { _ = X25519.publicKey(of: SecretBytes.random(count: 31)) }
        await #expect(processExitsWith: .failure) {
            _ = X25519.sharedSecret(SecretBytes.random(count: 32), with: [UInt8](repeating: 9, count: 31))
        }
    }
}
