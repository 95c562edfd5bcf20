import Primitives
import Testing

/// Wycheproof's file format for Ed25519.
private struct EdDSAVectors: Decodable {
    struct Group: Decodable {
        struct Key: Decodable { let pk: String }
        struct Case: Decodable {
            let tcId: Int
            let msg, sig, result, comment: String
        }
        let publicKey: Key
        let tests: [Case]
    }
    let numberOfTests: Int
    let testGroups: [Group]

    static let name = "wycheproof/ed25519_test.json"
}

/// One of the 914 combinations of small-order and non-canonical points of C2SP's `CCTV/ed25519`.
private struct EdgeCase: Decodable {
    let number: Int
    let key, sig, msg: String
    let flags: [String]?

    static let name = "ed25519/cctv_ed25519vectors.json"
}

struct Ed25519Tests {
    private func verifies(_ key: [UInt8], _ signature: [UInt8], _ message: [UInt8]) -> Bool {
        Ed25519.PublicKey(key)?.isValid(signature: signature, for: message) ?? false
    }

    @Test(.enabled(if: Vectors.has(EdDSAVectors.name), "see the message above"))
    func `verification agrees with Wycheproof`() throws {
        let vectors = try Vectors.decode(EdDSAVectors.self, from: EdDSAVectors.name)
        var ran = 0
        for group in vectors.testGroups {
            for test in group.tests {
                let accepted = verifies(try hex(group.publicKey.pk), try hex(test.sig), try hex(test.msg))
                #expect(accepted == (test.result == "valid"), "case \(test.tcId): \(test.comment)")
                ran += 1
            }
        }
        #expect(ran == vectors.numberOfTests)
    }

    /// Verifiers differ on these signatures, all of which satisfy the cofactored equation. Coffer accepts none whose
    /// key or R is of small order, non-canonical or has a component of small order: one message has one signature, and
    /// all verifiers, batched or not, agree on it.
    @Test(.enabled(if: Vectors.has(EdgeCase.name), "see the message above"))
    func `no signature with a small-order or non-canonical part is accepted`() throws {
        let cases = try Vectors.decode([EdgeCase].self, from: EdgeCase.name)
        #expect(cases.count == 914)
        var accepted: [Int] = []
        for test in cases where verifies(try hex(test.key), try hex(test.sig), Array(test.msg.utf8)) {
            accepted.append(test.number)
        }
        // Number 305 is the one case without a flag: an ordinary key and an ordinary signature.
        #expect(accepted == [305])
        #expect(cases.filter { ($0.flags ?? []).isEmpty }.map(\.number) == [305])
    }

    /// The reason for each refusal: the key, or the signature under a good key.
    @Test(.enabled(if: Vectors.has(EdgeCase.name), "see the message above"))
    func `a key of small order, non-canonical or outside the main subgroup is no key`() throws {
        let cases = try Vectors.decode([EdgeCase].self, from: EdgeCase.name)
        for test in cases {
            let flags = Set(test.flags ?? [])
            let isBadKey = !flags.isDisjoint(with: ["low_order_A", "non_canonical_A", "low_order_component_A"])
            #expect((Ed25519.PublicKey(try hex(test.key)) == nil) == isBadKey, "case \(test.number)")
        }
    }

    // MARK: - RFC 8032, section 7.1

    private struct Answer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let seed, publicKey, message, signature: String
    }

    private static let answers = [
        Answer(
            testDescription: "TEST 1",
            seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            message: "",
            signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        Answer(
            testDescription: "TEST 2",
            seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            message: "72",
            signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        Answer(
            testDescription: "TEST 3",
            seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            message: "af82",
            signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
        Answer(
            testDescription: "TEST SHA(abc)",
            seed: "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            publicKey: "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            message: "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            signature: "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
                + "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"),
    ]

    @Test(arguments: answers)
    private func `keys and signatures agree with RFC 8032`(answer: Answer) throws {
        let key = Ed25519.SigningKey(seed: SecretBytes(copying: try hex(answer.seed)))
        let message = try hex(answer.message)
        #expect(Hex.encode(key.publicKey.bytes) == answer.publicKey)
        let signature = key.sign(message)
        #expect(Hex.encode(signature) == answer.signature)
        #expect(key.publicKey.isValid(signature: signature, for: message))
        #expect(Hex.encode(key.seed().exposeBytes()) == answer.seed)

        for place in signature.indices {
            var edited = signature
            edited[place] ^= 1
            #expect(!key.publicKey.isValid(signature: edited, for: message))
        }
        #expect(!key.publicKey.isValid(signature: signature, for: message + [0]))
        for count in [0, 32, 63, 65] {
            let other = Array((signature + [0]).prefix(count))
            #expect(!key.publicKey.isValid(signature: other, for: message))
        }
    }

    @Test func `a signature with S plus the group order is refused`() throws {
        let key = Ed25519.SigningKey(seed: SecretBytes(copying: ramp(32)))
        let message = Array("malleable".utf8)
        var signature = key.sign(message)
        let order = try hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        var carry = 0
        for index in 0..<32 {
            let sum = Int(signature[32 + index]) + Int(order[index]) + carry
            signature[32 + index] = UInt8(sum & 0xFF)
            carry = sum >> 8
        }
        #expect(carry == 0)
        #expect(!key.publicKey.isValid(signature: signature, for: message))
    }

    @Test(arguments: [
        "0100000000000000000000000000000000000000000000000000000000000000",  // the neutral element
        "0000000000000000000000000000000000000000000000000000000000000000",  // order 4
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // order 2
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",  // order 8
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",  // order 8
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // p + 1, non-canonical
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",  // not below p
        "0200000000000000000000000000000000000000000000000000000000000000",  // not on the curve
    ])
    func `a weak or malformed public key is refused`(key: String) throws {
        #expect(Ed25519.PublicKey(try hex(key)) == nil)
    }

    @Test func `a public key has 32 bytes`() throws {
        let good = try hex(Self.answers[0].publicKey)
        #expect(Ed25519.PublicKey(good) != nil)
        for count in [0, 31, 33, 64] { #expect(Ed25519.PublicKey(Array((good + good).prefix(count))) == nil) }
    }

    @Test func `generated keys differ and sign`() {
        let first = Ed25519.SigningKey.generate()
        let second = Ed25519.SigningKey.generate()
        #expect(first.publicKey != second.publicKey)
        #expect(!second.publicKey.isValid(signature: first.sign([1]), for: [1]))
    }

    @Test func `a seed of another size traps`() async {
        await #expect(processExitsWith: .failure) { _ = Ed25519.SigningKey(seed: SecretBytes.random(count: 31)) }
    }
}
