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

/// Base 64 without padding (RFC 4648, sections 3.2 and 4).
public enum Base64Unpadded {
    public static func encode(_ bytes: [UInt8]) -> String {
        SodiumBase64.encode(bytes, variant: sodium_base64_VARIANT_ORIGINAL_NO_PADDING)
    }

    /// Nil unless `text` is the one canonical encoding.
    public static func decode(_ text: String) -> [UInt8]? {
        SodiumBase64.decode(text, variant: sodium_base64_VARIANT_ORIGINAL_NO_PADDING)
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
        var text = text
        return text.withUTF8 { characters in
            // libsodium 1.0.18 compares as if a byte above 127 were small, and reads some of them as digits.
            guard unsafe characters.allSatisfy({ $0 < 0x80 }) else { return nil }
            return unsafe characters.withMemoryRebound(to: CChar.self) { unsafe decode($0, variant: variant) }
        }
    }

    private static func decode(_ characters: UnsafeBufferPointer<CChar>, variant: Int32) -> [UInt8]? {
        guard let start = characters.baseAddress, !characters.isEmpty else { return [] }
        var status: Int32 = -1
        var decoded = 0
        var end: UnsafePointer<CChar>?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: characters.count / 4 * 3 + 3) { out, count in
            guard let destination = out.baseAddress else { preconditionFailure("the buffer has room") }
            status = unsafe sodium_base642bin(
                destination, out.count, start, characters.count, nil, &decoded, &end, variant)
            count = status == 0 ? decoded : 0
        }
        // libsodium refuses foreign characters, wrong padding and bits left over. All of the text must have been read,
        // and it must be as long as these bytes make it: then it is the one canonical encoding.
        guard status == 0, unsafe end == start + characters.count,
            sodium_base64_encoded_len(decoded, variant) - 1 == characters.count
        else { return nil }
        return bytes
    }
}
