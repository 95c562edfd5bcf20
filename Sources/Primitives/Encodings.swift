internal import CSodium

/// Lower-case hexadecimal.
public enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    public static func encode(_ bytes: [UInt8]) -> String {
        unsafe String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
            for (index, byte) in bytes.enumerated() {
                unsafe buffer[index * 2] = digits[Int(byte >> 4)]
                unsafe buffer[index * 2 + 1] = digits[Int(byte & 15)]
            }
            return bytes.count * 2
        }
    }

    /// Nil unless `text` is an even number of lower-case digits.
    public static func decode(_ text: String) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 2)
        for index in stride(from: 0, to: characters.count, by: 2) {
            guard let high = value(characters[index]), let low = value(characters[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x61...0x66: character - 0x61 + 10
        default: nil
        }
    }
}

/// Base 64 with padding (RFC 4648, section 4).
public enum Base64 {
    public static func encode(_ bytes: [UInt8]) -> String {
        SodiumBase64.encode(bytes, variant: sodium_base64_VARIANT_ORIGINAL)
    }

    /// Nil unless `text` is the one canonical encoding.
    public static func decode(_ text: String) -> [UInt8]? {
        SodiumBase64.decode(text, variant: sodium_base64_VARIANT_ORIGINAL)
    }
}

/// Base 64 for URLs without padding (RFC 4648, section 5).
public enum Base64URL {
    public static func encode(_ bytes: [UInt8]) -> String {
        SodiumBase64.encode(bytes, variant: sodium_base64_VARIANT_URLSAFE_NO_PADDING)
    }

    /// Nil unless `text` is the one canonical encoding.
    public static func decode(_ text: String) -> [UInt8]? {
        SodiumBase64.decode(text, variant: sodium_base64_VARIANT_URLSAFE_NO_PADDING)
    }
}

/// libsodium's codecs, which take no time from the bytes they see.
private enum SodiumBase64 {
    static func encode(_ bytes: [UInt8], variant: Int32) -> String {
        let capacity = sodium_base64_encoded_len(bytes.count, variant)
        return unsafe String(unsafeUninitializedCapacity: capacity) { buffer in
            unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { preconditionFailure("the buffer has room") }
                _ = unsafe sodium_bin2base64(start, capacity, bytes, bytes.count, variant)
            }
            return capacity - 1
        }
    }

    static func decode(_ text: String, variant: Int32) -> [UInt8]? {
        let characters = text.utf8.map { CChar(bitPattern: $0) }
        var decoded = 0
        var status: Int32 = -1
        var bytes = unsafe [UInt8](count: characters.count) { out in
            status = unsafe sodium_base642bin(
                out, characters.count, characters, characters.count, nil, &decoded, nil, variant)
        }
        // Without an end pointer libsodium accepts text after the encoding's end; only the canonical form may pass.
        guard status == 0 else { return nil }
        bytes.removeLast(bytes.count - decoded)
        guard encode(bytes, variant: variant).utf8.elementsEqual(text.utf8) else { return nil }
        return bytes
    }
}
