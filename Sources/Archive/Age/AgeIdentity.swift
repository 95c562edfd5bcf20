public import Primitives

/// Who opens a file: an X25519 secret. It stays in locked memory, which is wiped when the last copy of this value goes.
public struct AgeIdentity: Sendable {
    /// Whom to seal to so that this identity opens.
    public let recipient: AgeRecipient
    private let secret: HeldSecret
    private static let prefix = "age-secret-key-"

    /// The identity of 32 secret bytes. Traps on another size.
    public init(secret: consuming SecretBytes) {
        precondition(secret.count == X25519.keySize, "an identity has 32 bytes")
        recipient = AgeRecipient(of: secret)
        self.secret = HeldSecret(secret)
    }

    public static func generate() -> AgeIdentity { AgeIdentity(secret: SecretBytes.random(count: X25519.keySize)) }

    /// Reads the text of an identity as age writes it, in upper case and without anything around it. Throws `identity`.
    public init(parsing text: borrowing SecretBytes) throws(AgeError) {
        guard text.count <= Self.textSize else { throw .identity }
        var letters = text.exposeBytes()
        defer { Wipe.zero(&letters) }
        guard let decoded = Bech32.decode(letters), decoded.prefix == Self.prefix else { throw .identity }
        var bytes = decoded.bytes
        defer { Wipe.zero(&bytes) }
        guard bytes.count == X25519.keySize else { throw .identity }
        self.init(secret: SecretBytes(wiping: &bytes))
        guard self.text().equals(text) else { throw .identity }
    }

    /// Reads a file as `age-keygen` writes one: a line with the identity, between empty lines and comments behind `#`.
    /// Throws `identity`, also for a file with two of them: which one was meant?
    public init(parsingFile text: borrowing SecretBytes) throws(AgeError) {
        guard text.count <= Self.largestFileSize else { throw .identity }
        var bytes = text.exposeBytes()
        defer { Wipe.zero(&bytes) }
        let lines = bytes.split(separator: AgeFormat.lineEnd).filter { $0.first != UInt8(ascii: "#") }
        guard lines.count == 1 else { throw .identity }
        try self.init(parsing: text.slice(lines[0].startIndex..<lines[0].endIndex))
    }

    static let textSize = 74
    /// Room for comments.
    static let largestFileSize = 16 << 10

    /// The text of the identity, 74 characters, as age's own commands write and read it: who has this opens everything
    /// that was ever sealed to the recipient.
    public func text() -> SecretBytes {
        var bytes = secret.bytes.exposeBytes()
        defer { Wipe.zero(&bytes) }
        var letters = Bech32.encode(Self.prefix, bytes)
        for place in letters.indices where (0x61...0x7A).contains(letters[place]) { letters[place] -= 0x20 }
        return SecretBytes(wiping: &letters)
    }

    /// The file key of a stanza; nil when the stanza is for somebody else. Throws when an X25519 stanza is not one.
    func unwrap(_ stanza: AgeStanza) throws(AgeError) -> SecretBytes? {
        guard let share = try stanza.share() else { return nil }
        guard let shared = X25519.sharedSecret(secret.bytes, with: share) else { throw .header(.stanza) }
        return try? ChaChaPoly.openSecret(
            stanza.body, authenticating: [], nonce: AgeRecipient.wrapNonce,
            key: recipient.wrapKey(shared: shared, share: share))
    }
}

extension AgeStanza {
    /// The share of an X25519 stanza, nil for another kind. The body's size is looked at before anything is opened:
    /// without that, a file key of another size would tell which of many identities opened it.
    func share() throws(AgeError) -> [UInt8]? {
        guard arguments.first == Self.x25519 else { return nil }
        guard arguments.count == 2, body.count == AgeFormat.fileKeySize + ChaChaPoly.tagSize else {
            throw .header(.stanza)
        }
        guard let share = Base64Unpadded.decode(arguments[1]) else { throw .header(.encoding) }
        guard share.count == X25519.keySize else { throw .header(.stanza) }
        return share
    }
}
