import Primitives
import Testing
import VaultModel

@testable @_spi(Turnstile) import Keys

/// Files and envelopes of the first release. They must open for ever: a change that breaks this test needs a new format
/// number, not new bytes here.
struct GoldenTests {
    @Test func `a seal file of the first release still opens with its passphrase`() throws {
        let file = try SealFile.parse(hex(Golden.sealFile))
        let root = try file.rootKey(passphrase: SecretBytes(text: "correct horse battery staple"))
        let isSame = root.secret.equals(SecretBytes(copying: ramp(0xE0, 32)))
        #expect(isSame)
        let seal = try file.verify(with: root)
        #expect(seal.facts.generation == 2)
        #expect(seal.facts.isHeld)
        #expect(seal.facts.profile == .test)
        #expect(seal.facts.recoveryRecipients == ["age1qqqq"])
        let keyset = try seal.keyset()
        #expect(keyset.serialise().exposeBytes() == (try Fixture().keyset().serialise().exposeBytes()))
        #expect(Hex.encode(seal.bytes) == Golden.sealFile)
    }

    @Test func `a field of the first release still opens`() throws {
        let fixture = try Fixture()
        let envelope = try hex(
            "01010200070000002a00000000000000404142434445464748494a4b4c4d4e4f5051525354555657"
                + "3e34abf92219a41fab2dd426f8a2f96e6d515cdb86809a6af3193182b1bf2e70"
                + "49a2acac140a8fb9a3c5beeb28f980a367228a49d9af1a45bfb3d2b7f76e8b4d03a741bca905b7737331b7abe4f8dd4a")
        let body = try Envelope.open(
            envelope, context: fixture.context, key: fixture.key, pad: .blocks32, recordRevision: 42)
        #expect(body == .text("+15555550123"))
        #expect(try fixture.phone() == envelope)
    }
}

enum Golden {
    static let sealFile =
        "434f46465345414c01000201be030000202122232425262728292a2b2c2d2e2f01000000000000000200000000000000"
        + "00013800a20100000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f200203040506070809"
        + "0a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021481ede772da15785c9e59a086201b8c3f9c307129e3fc6d7"
        + "f34aa4dfed5814e5d2eb993b63143528e70dcdc7eb9ca21010dd769be95250c2c5babfad15d458e24fd099ccd47d7893"
        + "dfe9ec24414ecb0d9b5420232aad30d91c465be33cbe65c40405060708090a0b0c0d0e0f101112131415161718191a1b"
        + "1c1d1e1f2021222301000100010201000000000080000000000011bcd7082f6f71374e91794fad177a599c3cf815ce7c"
        + "694af67334be56137040664dd355ed23a2317795fc01d2da142078000101000000000000000000000000000012fded0b"
        + "ec0383d960b15e14f6b290246835c1411a6cb7d8dda50b0e714dd49c299c6ec5148b639d86741f572360672c8ea19970"
        + "fd36333b9af505428c08f5ea7194a95962c33e00fbe08584f3735ee4eaf48e7cee5eeea79dfd21e5443416cab2418fa5"
        + "b02ec2ee0100080061676531717171710000d801000001010000000000000100000000000000d798cb520d9cef7dbb30"
        + "58d15f2039ae173d08ebf5d1e82b419dc5d0881911c26a45cb6123d084bfc7a5836f8c5ce83c8c0e0e12515372766464"
        + "51e8a74ea1a950df2a91b1894afc9fbd60249a8eeaa0b9eceb78612aa8f73f2a2cd7e82b156f39de7279cd83ac54140d"
        + "607711ab0997883f15c5f594ca4566b24f042e5e7782f72c2e35a037d5f01dff23866a799b052bc6a9fb104da42a51ad"
        + "b93cb75d46e1bef960c20a84f6a40b30ff478d02d6783c3242b67eff819a893f62b5dff85aad8caf2da10f6a8649392b"
        + "657f6efedb1ded7a76e72bb1eb001557891e1df91642d53b798cbe876f8df1ac569174c31be33eaffbe5920297085211"
        + "fe703314a510f9b6edfa0f3d24f22dc9f24b7dd73c602cd9fae9614b20188e1b605b43a929b0e5c4bb55acd2947ad3dd"
        + "86085d14f0d145825629aee771ddecd8705e052d17c137f4e3cf71d9eca32f0c360eb988ff1aa51534b20e7a232cc9ea"
        + "1123643a8f79000e9d2481e1116b35df2e46a10265496714148ecdbd545e28679319bc45cd8285d8d00e0532fa8a5775"
        + "f24d4c9a19cc547d889e897d7028937db35925f1b6392a6e2ed68afaf4da70c0337cff5060d9d5630152ab800ba8c7f8"
        + "e87cfc49f3c3703f9ec17b36512133e27f9768576f4a27c5b758b714b1590657ffe3fffc0255775b8250820eadd9"
}
