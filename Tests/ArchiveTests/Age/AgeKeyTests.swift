import Keys
import Primitives
import Testing
import VaultModel

@testable import Archive

struct AgeKeyTests {
    /// The pair that the format's document shows. The identity stands in two parts, as the sources hold no secrets.
    private let recipientText = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    private let identityText =
        "AGE-SECRET-KEY-" + "1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"

    private func identity(_ text: String) -> AgeError? {
        ageError { () throws(AgeError) in try AgeIdentity(parsing: SecretBytes(copying: Array(text.utf8))) }
    }

    private func recipient(_ text: String) -> AgeError? {
        ageError { () throws(AgeError) in try AgeRecipient(text) }
    }

    @Test func `the pair of the format's document`() throws {
        #expect(AgeIdentity.example.recipient.text == recipientText)
        #expect(AgeIdentity.example.textForFile() == identityText)
        #expect(try AgeRecipient(recipientText) == AgeIdentity.example.recipient)
        let parsed = try AgeIdentity(parsing: SecretBytes(copying: Array(identityText.utf8)))
        #expect(parsed.recipient.text == recipientText)
        #expect(parsed.textForFile() == identityText)
    }

    @Test func `both texts have one form`() {
        #expect(recipient(recipientText) == nil)
        #expect(identity(identityText) == nil)
        for text in [
            "", recipientText.uppercased(), recipientText + "\n", " " + recipientText, String(recipientText.dropLast()),
            recipientText.replacing("z", with: "x"), identityText, "age1", Bech32.text("agf", noise(32)),
            Bech32.text("age", noise(31)), Bech32.text("age", noise(33)),
        ] { #expect(recipient(text) == .recipient, "\(text)") }
        for text in [
            "", identityText.lowercased(), identityText + "\n", " " + identityText, String(identityText.dropLast()),
            identityText.replacing("Z", with: "X"), recipientText,
            Bech32.text("age-secret-key-", noise(31)).uppercased(),
            Bech32.text("age-secret-key-", noise(33)).uppercased(),
            Bech32.text("age-secret-kex-", noise(32)).uppercased(),
            String(repeating: "A", count: 1_000),
        ] { #expect(identity(text) == .identity, "\(text)") }
    }

    @Test func `a file of an identity has one`() {
        func parse(_ text: String) -> AgeError? {
            ageError { () throws(AgeError) in
                let identity = try AgeIdentity(parsingFile: SecretBytes(copying: Array(text.utf8)))
                if identity.recipient != AgeIdentity.example.recipient { throw .recipient }
            }
        }
        let comment = "# created: 2026-01-02T03:04:05Z\n# public key: \(recipientText)\n"
        for text in [identityText, identityText + "\n", comment + identityText + "\n", "\n\n\(identityText)\n#\n\n"] {
            #expect(parse(text) == nil)
        }
        let many = String(repeating: "# a comment\n", count: 1_400)
        for text in [
            "", comment, identityText + "\n" + identityText, identityText + "\n" + recipientText, identityText + " ",
            identityText + "\r\n", " " + identityText, "# " + identityText, many + identityText,
        ] { #expect(parse(text) == .identity, "\(text.prefix(80))") }
    }

    /// Files sealed to such a key would open for everybody, or, as X25519 reduces what it is given and the wrap key
    /// is derived from the bytes that were given, for nobody.
    @Test func `keys that nobody has are no recipients`() throws {
        var one = [UInt8](repeating: 0, count: 32)
        #expect(ageError { () throws(AgeError) in try AgeRecipient(key: one) } == .recipient)
        one[0] = 1
        #expect(recipient(Bech32.text("age", one)) == .recipient)
        let order8 = try #require(Hex.decode("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"))
        #expect(ageError { () throws(AgeError) in try AgeRecipient(key: order8) } == .recipient)
        var high = AgeIdentity.example.recipient.key
        high[31] |= 0x80
        #expect(ageError { () throws(AgeError) in try AgeRecipient(key: high) } == .recipient)
        // 9 + p is the base point in another spelling.
        let base: [UInt8] = [9] + [UInt8](repeating: 0, count: 31)
        let spelled = [0xF6] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
        #expect(ageError { () throws(AgeError) in try AgeRecipient(key: base) } == nil)
        #expect(ageError { () throws(AgeError) in try AgeRecipient(key: spelled) } == .recipient)
        #expect(ageError { () throws(AgeError) in try AgeRecipient(key: Array(base.dropLast())) } == .recipient)
    }

    @Test func `an identity is not described`() {
        let identity = AgeIdentity(secret: SecretBytes(copying: Array("a secret of thirty-two letters, ".utf8)))
        var text = "\(identity) \(String(reflecting: identity))"
        dump(identity, to: &text)
        #expect(!text.contains("secret of") && !text.contains("97"))
        #expect(text.contains("AgeIdentity"))
    }

    @Test func `the recovery cards open what is sealed to the recovery recipient`() throws {
        let vault = try #require(VaultID(noise(16)))
        let recovery = RecoveryIdentity(vault: vault, secret: Scalar(7))
        let file = try AgeFile.seal(noise(40), to: [try AgeRecipient(recovery.recipient)])
        let identity = AgeIdentity(secret: recovery.ageSecret())
        #expect(identity.recipient.text == recovery.recipient)
        #expect(try AgeFile.open(file, with: identity) == noise(40))
    }
}
