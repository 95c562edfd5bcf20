import Primitives
import Testing

/// Wycheproof's file format for authenticated encryption.
private struct AEADVectors: Decodable {
    struct Group: Decodable {
        struct Case: Decodable {
            let tcId: Int
            let key, iv, aad, msg, ct, tag, result: String
            let flags: [String]
        }
        let ivSize, keySize, tagSize: Int
        let tests: [Case]
    }
    let numberOfTests: Int
    let testGroups: [Group]

    static let chacha = "wycheproof/chacha20_poly1305_test.json"
    static let xchacha = "wycheproof/xchacha20_poly1305_test.json"
}

/// Both ciphers have the same functions; the tests take them as values.
private struct Cipher: Sendable {
    let nonceSize: Int
    let seal: @Sendable ([UInt8], [UInt8], [UInt8], [UInt8]) -> [UInt8]
    let sealSecret: @Sendable ([UInt8], [UInt8], [UInt8], [UInt8]) -> [UInt8]
    let open: @Sendable ([UInt8], [UInt8], [UInt8], [UInt8]) -> [UInt8]?
    let openSecret: @Sendable ([UInt8], [UInt8], [UInt8], [UInt8]) -> [UInt8]?

    static let chacha = Cipher(
        nonceSize: ChaChaPoly.nonceSize,
        seal: { ChaChaPoly.seal($0, authenticating: $1, nonce: $2, key: SecretBytes(copying: $3)) },
        sealSecret: {
            ChaChaPoly.seal(
                secret: SecretBytes(copying: $0), authenticating: $1, nonce: $2, key: SecretBytes(copying: $3))
        },
        open: { try? ChaChaPoly.open($0, authenticating: $1, nonce: $2, key: SecretBytes(copying: $3)) },
        openSecret: {
            let secret = try? ChaChaPoly.openSecret($0, authenticating: $1, nonce: $2, key: SecretBytes(copying: $3))
            return secret?.exposeBytes()
        })

    static let xchacha = Cipher(
        nonceSize: XChaChaPoly.nonceSize,
        seal: { XChaChaPoly.seal($0, authenticating: $1, nonce: $2, key: SecretBytes(copying: $3)) },
        sealSecret: {
            XChaChaPoly.seal(
                secret: SecretBytes(copying: $0), authenticating: $1, nonce: $2, key: SecretBytes(copying: $3))
        },
        open: { try? XChaChaPoly.open($0, authenticating: $1, nonce: $2, key: SecretBytes(copying: $3)) },
        openSecret: {
            let secret = try? XChaChaPoly.openSecret($0, authenticating: $1, nonce: $2, key: SecretBytes(copying: $3))
            return secret?.exposeBytes()
        })

    /// Seals and opens one known answer in all four ways, and refuses it with any bit of tag, nonce or context flipped.
    func check(key: [UInt8], nonce: [UInt8], context: [UInt8], message: [UInt8], sealed: [UInt8]) {
        #expect(seal(message, context, nonce, key) == sealed)
        #expect(sealSecret(message, context, nonce, key) == sealed)
        #expect(open(sealed, context, nonce, key) == message)
        #expect(openSecret(sealed, context, nonce, key) == message)
        for place in sealed.indices {
            var edited = sealed
            edited[place] ^= 0x80
            #expect(open(edited, context, nonce, key) == nil)
            #expect(openSecret(edited, context, nonce, key) == nil)
        }
        for place in nonce.indices {
            var edited = nonce
            edited[place] ^= 1
            #expect(open(sealed, context, edited, key) == nil)
        }
        for place in context.indices {
            var edited = context
            edited[place] ^= 1
            #expect(open(sealed, edited, nonce, key) == nil)
        }
        for count in 0..<sealed.count { #expect(open(Array(sealed.prefix(count)), context, nonce, key) == nil) }
        #expect(open(sealed + [0], context, nonce, key) == nil)
    }

    func run(_ name: String) throws {
        let vectors = try Vectors.decode(AEADVectors.self, from: name)
        var ran = 0
        var otherNonceSizes = 0
        for group in vectors.testGroups {
            for test in group.tests {
                // The functions take one nonce size; any other is a programmer's error and traps.
                guard group.ivSize == nonceSize * 8, group.keySize == 256, group.tagSize == 128 else {
                    #expect(test.result == "invalid", "case \(test.tcId)")
                    otherNonceSizes += 1
                    continue
                }
                let (key, nonce, context) = (try hex(test.key), try hex(test.iv), try hex(test.aad))
                let message = try hex(test.msg)
                let sealed = try hex(test.ct) + hex(test.tag)
                let isValid = test.result == "valid"
                #expect((open(sealed, context, nonce, key) == message) == isValid, "case \(test.tcId)")
                #expect((openSecret(sealed, context, nonce, key) == message) == isValid, "case \(test.tcId)")
                #expect((seal(message, context, nonce, key) == sealed) == isValid, "case \(test.tcId)")
                ran += 1
            }
        }
        #expect(ran + otherNonceSizes == vectors.numberOfTests)
        #expect(ran > 250)
    }
}

struct AEADVectorTests {
    @Test(.enabled(if: Vectors.has(AEADVectors.chacha), "see the message above"))
    func `ChaCha20-Poly1305 agrees with Wycheproof`() throws { try Cipher.chacha.run(AEADVectors.chacha) }

    @Test(.enabled(if: Vectors.has(AEADVectors.xchacha), "see the message above"))
    func `XChaCha20-Poly1305 agrees with Wycheproof`() throws { try Cipher.xchacha.run(AEADVectors.xchacha) }

    private let plaintext = Array(
        ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
            + "sunscreen would be it.").utf8)
    private let key = (0x80...0x9f).map { UInt8($0) }

    @Test func `ChaCha20-Poly1305 agrees with RFC 8439, section 2_8_2`() throws {
        Cipher.chacha.check(
            key: key, nonce: try hex("070000004041424344454647"), context: try hex("50515253c0c1c2c3c4c5c6c7"),
            message: plaintext,
            sealed: try hex(
                "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                    + "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
                    + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                    + "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"))
    }

    @Test func `XChaCha20-Poly1305 agrees with draft-irtf-cfrg-xchacha-03, A_3_1`() throws {
        Cipher.xchacha.check(
            key: key, nonce: (0x40...0x57).map { UInt8($0) }, context: try hex("50515253c0c1c2c3c4c5c6c7"),
            message: plaintext,
            sealed: try hex(
                "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
                    + "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
                    + "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
                    + "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49"))
    }

    /// The functions for streams take no context; the ones above, which the vectors hold, say what is right.
    @Test func `chunks of a stream are sealed and opened as messages are`() throws {
        let nonce = ramp(12)
        for size in [0, 1, 63, 64, 65, 1_000] {
            let message = ramp(size)
            let expected = ChaChaPoly.seal(message, authenticating: [], nonce: nonce, key: SecretBytes(copying: key))
            var sealed: [UInt8] = [1, 2, 3]
            unsafe ChaChaPoly.seal(
                message.span.bytes, nonce: nonce, key: SecretBytes(copying: key), onto: &sealed)
            #expect(sealed == [1, 2, 3] + expected)
            var opened: [UInt8] = [9]
            try unsafe ChaChaPoly.open(
                expected.span.bytes, nonce: nonce, key: SecretBytes(copying: key), onto: &opened)
            #expect(opened == [9] + message)
            for place in expected.indices {
                var changed = expected
                changed[place] ^= 1
                var output: [UInt8] = [9]
                #expect(throws: AuthenticationFailure.self) {
                    try unsafe ChaChaPoly.open(
                        changed.span.bytes, nonce: nonce, key: SecretBytes(copying: key), onto: &output)
                }
                #expect(output == [9])
            }
        }
        for size in 0..<16 {
            var output: [UInt8] = []
            #expect(throws: AuthenticationFailure.self) {
                try unsafe ChaChaPoly.open(
                    ramp(size).span.bytes, nonce: nonce, key: SecretBytes(copying: key), onto: &output)
            }
        }
    }

    @Test func `an empty message with an empty context still has a tag`() {
        for cipher in [Cipher.chacha, .xchacha] {
            let nonce = [UInt8](repeating: 7, count: cipher.nonceSize)
            let sealed = cipher.seal([], [], nonce, key)
            #expect(sealed.count == 16)
            #expect(cipher.open(sealed, [], nonce, key) == [])
            #expect(cipher.open(sealed, [0], nonce, key) == nil)
            #expect(cipher.open([], [], nonce, key) == nil)
        }
    }

    @Test func `a key or a nonce of another size traps`() async {
        await #expect(processExitsWith: .failure) {
            _ = XChaChaPoly.seal(
                [], authenticating: [], nonce: [UInt8](repeating: 0, count: 12),
                key: SecretBytes(copying: [UInt8](repeating: 0, count: 32)))
        }
        await #expect(processExitsWith: .failure) {
            _ = XChaChaPoly.seal(
                [], authenticating: [], nonce: [UInt8](repeating: 0, count: 24),
                key: SecretBytes(copying: [UInt8](repeating: 0, count: 31)))
        }
        await #expect(processExitsWith: .failure) {
            _ = ChaChaPoly.seal(
                [], authenticating: [], nonce: [UInt8](repeating: 0, count: 24),
                key: SecretBytes(copying: [UInt8](repeating: 0, count: 32)))
        }
    }
}
