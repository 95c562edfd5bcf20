import Primitives

/// The 128 random bits of a part. A part without a salt is found from its hash by ten thousand guesses.
public enum EntrySalt {
    public static let size = 16

    public static func random() -> [UInt8] { Random.bytes(size) }

    static func encode(_ salt: [UInt8]) -> String { Base64URL.encode(salt) }

    static func isValid(_ text: String) -> Bool { Base64URL.decode(text)?.count == size }
}
