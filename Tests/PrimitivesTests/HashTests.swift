import Primitives
import Testing

struct SHA256Tests {
    /// FIPS 180-4's examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `hashes agree with FIPS 180-4`(message: String, hash: String) {
        #expect(Hex.encode(SHA256.hash(Array(message.utf8))) == hash)
    }

    @Test func `a stream gives the hash of its pieces, however they are cut`() {
        let message = ramp(1_000)
        for size in [1, 7, 63, 64, 65, 500, 1_000] {
            var stream = SHA256.Stream()
            for start in stride(from: 0, to: message.count, by: size) {
                stream.update(Array(message[start..<min(start + size, message.count)]))
            }
            #expect(stream.finish() == SHA256.hash(message))
        }
        var empty = SHA256.Stream()
        empty.update([])
        #expect(empty.finish() == SHA256.hash([]))
    }
}

/// Wycheproof's file format for MACs.
private struct MACVectors: Decodable {
    struct Group: Decodable {
        struct Case: Decodable {
            let tcId: Int
            let key, msg, tag, result: String
        }
        let tagSize: Int
        let tests: [Case]
    }
    let numberOfTests: Int
    let testGroups: [Group]
    static let name = "wycheproof/hmac_sha256_test.json"
}

/// Wycheproof's file format for HKDF.
private struct HKDFVectors: Decodable {
    struct Group: Decodable {
        struct Case: Decodable {
            let tcId, size: Int
            let ikm, salt, info, okm, result: String
        }
        let tests: [Case]
    }
    let numberOfTests: Int
    let testGroups: [Group]
    static let name = "wycheproof/hkdf_sha256_test.json"
}

struct HMACTests {
    /// RFC 4231: short key, key of the hash's size, both longer than one block.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131),
            Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func `HMAC-SHA-256 agrees with RFC 4231`(key: [UInt8], message: [UInt8], mac: String) {
        #expect(Hex.encode(HMACSHA256.mac(message, key: key)) == mac)
        #expect(Hex.encode(HMACSHA256.mac(message, key: SecretBytes(copying: key))) == mac)
    }

    @Test(.enabled(if: Vectors.has(MACVectors.name), "see the message above"))
    func `HMAC-SHA-256 agrees with Wycheproof`() throws {
        let vectors = try Vectors.decode(MACVectors.self, from: MACVectors.name)
        var ran = 0
        for group in vectors.testGroups {
            for test in group.tests {
                let mac = HMACSHA256.mac(try hex(test.msg), key: try hex(test.key)).prefix(group.tagSize / 8)
                #expect((Hex.encode(Array(mac)) == test.tag) == (test.result == "valid"), "case \(test.tcId)")
                ran += 1
            }
        }
        #expect(ran == vectors.numberOfTests)
    }
}

struct HKDFTests {
    @Test func `HKDF-SHA-256 agrees with RFC 5869`() throws {
        let first = HKDFSHA256.derive(
            input: [UInt8](repeating: 0x0B, count: 22), salt: try hex("000102030405060708090a0b0c"),
            info: try hex("f0f1f2f3f4f5f6f7f8f9"), count: 42)
        #expect(
            first.map(Hex.encode)
                == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
        let third = HKDFSHA256.derive(input: [UInt8](repeating: 0x0B, count: 22), salt: [], info: [], count: 42)
        #expect(
            third.map(Hex.encode)
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
    }

    @Test func `a key from locked memory is the beginning of the same output`() throws {
        let input = [UInt8](repeating: 0x0B, count: 22)
        for salt in [[], ramp(13), ramp(32), ramp(64), ramp(65)] {
            for info in [[], ramp(10)] {
                let key = HKDFSHA256.deriveKey(input: SecretBytes(copying: input), salt: salt, info: info)
                #expect(key.exposeBytes() == HKDFSHA256.derive(input: input, salt: salt, info: info, count: 32))
            }
        }
        let first = HKDFSHA256.deriveKey(
            input: SecretBytes(copying: input), salt: try hex("000102030405060708090a0b0c"),
            info: try hex("f0f1f2f3f4f5f6f7f8f9"))
        #expect(
            Hex.encode(first.exposeBytes()) == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")
    }

    @Test func `the output ends at 255 blocks`() {
        #expect(HKDFSHA256.derive(input: [1], salt: [], info: [], count: 8_160)?.count == 8_160)
        #expect(HKDFSHA256.derive(input: [1], salt: [], info: [], count: 8_161) == nil)
        #expect(HKDFSHA256.derive(input: [1], salt: [], info: [], count: 0) == [])
        #expect(HKDFSHA256.derive(input: [1], salt: [], info: [], count: -1) == nil)
    }

    @Test(.enabled(if: Vectors.has(HKDFVectors.name), "see the message above"))
    func `HKDF-SHA-256 agrees with Wycheproof`() throws {
        let vectors = try Vectors.decode(HKDFVectors.self, from: HKDFVectors.name)
        var ran = 0
        for test in vectors.testGroups.flatMap(\.tests) {
            let output = HKDFSHA256.derive(
                input: try hex(test.ikm), salt: try hex(test.salt), info: try hex(test.info), count: test.size)
            if test.result == "valid" {
                #expect(output.map(Hex.encode) == test.okm, "case \(test.tcId)")
                let key = HKDFSHA256.deriveKey(
                    input: SecretBytes(copying: try hex(test.ikm)), salt: try hex(test.salt),
                    info: try hex(test.info)
                ).exposeBytes()
                let count = min(32, test.size)
                #expect(Hex.encode(Array(key.prefix(count))) == String(test.okm.prefix(2 * count)), "case \(test.tcId)")
            } else {
                #expect(output == nil, "case \(test.tcId)")
            }
            ran += 1
        }
        #expect(ran == vectors.numberOfTests)
    }
}

/// The BLAKE2 authors' known answers, all functions in one file.
private struct BLAKE2Answer: Decodable {
    let hash, key, out: String
    let `in`: String
    static let name = "blake2/blake2-kat.json"
}

struct BLAKE2bTests {
    @Test func `BLAKE2b-512 of abc agrees with RFC 7693, appendix A`() {
        #expect(
            Hex.encode(BLAKE2b.hash(Array("abc".utf8), size: 64))
                == "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923")
    }

    @Test(.enabled(if: Vectors.has(BLAKE2Answer.name), "see the message above"))
    func `all 512 known answers of the authors hold, as hash, MAC and secret`() throws {
        let answers = try Vectors.decode([BLAKE2Answer].self, from: BLAKE2Answer.name).filter { $0.hash == "blake2b" }
        #expect(answers.count == 512)
        for answer in answers {
            let input = try hex(answer.in)
            guard !answer.key.isEmpty else {
                #expect(Hex.encode(BLAKE2b.hash(input, size: 64)) == answer.out)
                // A prefix is as good as a message of its own.
                let secret = BLAKE2b.hashToSecret(
                    SecretBytes(copying: Array(input.dropFirst(3))), prefix: Array(input.prefix(3)), size: 64)
                #expect(Hex.encode(secret.exposeBytes()) == answer.out)
                continue
            }
            let key = SecretBytes(copying: try hex(answer.key))
            #expect(Hex.encode(BLAKE2b.mac(input, key: key, size: 64)) == answer.out)
            #expect(Hex.encode(BLAKE2b.deriveSecret(input, key: key, size: 64).exposeBytes()) == answer.out)
        }
    }

    @Test func `the size is part of the hash`() {
        #expect(BLAKE2b.hash([1]) == BLAKE2b.hash([1], size: 32))
        #expect(Array(BLAKE2b.hash([1], size: 64).prefix(32)) != BLAKE2b.hash([1], size: 32))
        for size in 16...64 { #expect(BLAKE2b.hash([], size: size).count == size) }
    }

    /// Computed with Python's `hashlib.blake2b(digest_size=32, key=…, salt=…, person=…)`.
    @Test func `subkeys agree with an independent implementation`() {
        let key = SecretBytes(copying: ramp(32))
        for (id, expected) in subkeys {
            #expect(Hex.encode(KeyDerivation.subkey(of: key, id: id, context: "CFfield1").exposeBytes()) == expected)
        }
        let other = KeyDerivation.subkey(of: key, id: 1, context: "CFfield2").exposeBytes()
        #expect(Hex.encode(other) != subkeys[1].1)
    }

    private let subkeys: [(UInt64, String)] = [
        (0, "e3bf946e7789121ef6e8f50ac1055ce6860c651be7cfa0fc2b18d33e0ebd5e3d"),
        (1, "8575cab5183db222fe38d89498c0d69877407c2d76609009bfc1b067ea54f3db"),
        (1 << 16 | 2, "2dd8ea78aa57ce62105eced85ba1b10d298715c31155ed242385eadde97764ee"),
        (.max, "b1ffcae08ae686ee60178f82a8a0416296fc076969a6d0a557143f2b2454cba4"),
    ]

    @Test func `keys and sizes outside the limits trap`() async {
        await #expect(processExitsWith: .failure) { _ = BLAKE2b.hash([], size: 15) }
        await #expect(processExitsWith: .failure) { _ = BLAKE2b.hash([], size: 65) }
        await #expect(processExitsWith: .failure) { _ = BLAKE2b.mac([], key: SecretBytes.random(count: 15)) }
        await #expect(processExitsWith: .failure) { _ = BLAKE2b.mac([], key: SecretBytes.random(count: 65)) }
        await #expect(processExitsWith: .failure) {
            _ = KeyDerivation.subkey(of: SecretBytes.random(count: 31), id: 1, context: "CFfield1")
        }
        await #expect(processExitsWith: .failure) {
            _ = KeyDerivation.subkey(of: SecretBytes.random(count: 32), id: 1, context: "CFfield")
        }
    }
}
