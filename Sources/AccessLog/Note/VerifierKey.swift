public import Primitives

/// The public half of a note-signing key, with the name it signs under (C2SP signed-note, "verifier keys").
///
/// Text form: `name+hash+key`, where `hash` is the key id in hexadecimal and `key` the base64 of the type byte and the
/// raw Ed25519 key.
public struct VerifierKey: Hashable, Sendable, CustomStringConvertible {
    /// How the signature bytes of a note line are to be read.
    public enum Algorithm: UInt8, Sendable {
        /// Ed25519 over the note's text.
        case ed25519 = 1
        /// A witness's cosignature: 8 bytes of time, then Ed25519 over the time and the text (C2SP tlog-cosignature v1).
        case cosignature = 4
    }

    public let name: String
    public let algorithm: Algorithm
    public let key: Ed25519.PublicKey

    /// Returns nil when the name is empty or has a space, a plus or a control in it.
    public init?(name: String, algorithm: Algorithm = .ed25519, key: Ed25519.PublicKey) {
        guard SignedNote.isName(name) else { return nil }
        self.name = name
        self.algorithm = algorithm
        self.key = key
    }

    /// Reads the text form; returns nil unless name, id and key agree and the type is known.
    public init?(_ text: String) {
        guard text.utf8.count <= 1024 else { return nil }
        // The name has no plus in it, the base64 may.
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let id = Hex.decode(parts[1]), let bytes = Base64.decode(parts[2]),
            bytes.count == 33, let algorithm = Algorithm(rawValue: bytes[0]),
            let key = Ed25519.PublicKey(Array(bytes[1...]))
        else { return nil }
        self.init(name: parts[0], algorithm: algorithm, key: key)
        guard id == self.id else { return nil }
    }

    /// The first four bytes of SHA-256 over name, line feed, type and key. It finds the key; it proves nothing.
    public var id: [UInt8] {
        Array(SHA256.hash(Array(name.utf8) + [0x0A, algorithm.rawValue] + key.bytes).prefix(4))
    }

    public var description: String {
        name + "+" + Hex.encode(id) + "+" + Base64.encode([algorithm.rawValue] + key.bytes)
    }
}
