import Primitives
import VaultModel

/// The shapes of the opaque values in an entry. They keep names, phones and mails out even where a caller errs: a
/// phone has no prefix, a mail has an `@`, a name in Chinese is not ASCII.
enum EntryShape {
    /// Empty, or a name that policies declare.
    static func isLabel(_ text: String) -> Bool { text.isEmpty || Label.isValid(text) }

    /// Empty, or the hexadecimal form of a SHA-256.
    static func isDigest(_ text: String) -> Bool { text.isEmpty || isHex(text, count: 64) }

    /// Empty, or the unpadded base64url form of a SHA-256.
    static func isBlock(_ text: String) -> Bool { text.isEmpty || Base64URL.decode(text)?.count == 32 }

    /// A record seal or a pseudonym: hexadecimal, 16...64 bytes.
    static func isTag(_ text: String) -> Bool {
        let count = text.utf8.count
        return (32...128).contains(count) && isHex(text, count: count)
    }

    /// Empty, or an id that says nothing: a customer's number, 16 or 32 bytes in hexadecimal or base64url, or a prefix of
    /// letters, an underscore and 8...64 letters and digits (`o_5mhh7…`).
    static func isOpaque(_ text: String) -> Bool {
        let count = text.utf8.count
        if count == 0 { return true }
        if count == 32 || count == 64, isHex(text, count: count) { return true }
        if count == 22 || count == 43, let bytes = Base64URL.decode(text), [16, 32].contains(bytes.count) {
            return true
        }
        return isCustomer(text) || isPrefixed(text)
    }

    static func isCustomer(_ text: String) -> Bool {
        guard text.utf8.count == 11, let number = CustomerNumber(text) else { return false }
        return number.text.utf8.elementsEqual(text.utf8)
    }

    /// Empty, `uid:` and a decimal, or `crt:` and a hexadecimal SHA-256.
    static func isTerminal(_ text: String) -> Bool {
        if text.isEmpty { return true }
        if text.utf8.starts(with: "crt:".utf8) { return isHex(String(Substring(text.utf8.dropFirst(4))), count: 64) }
        guard text.utf8.starts(with: "uid:".utf8) else { return false }
        let digits = Substring(text.utf8.dropFirst(4))
        guard let number = UInt32(digits) else { return false }
        return String(number).utf8.elementsEqual(digits.utf8)
    }

    private static func isPrefixed(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "_"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, (1...12).contains(parts[0].count), (8...64).contains(parts[1].count) else {
            return false
        }
        return parts[0].allSatisfy { (0x61...0x7A).contains($0) }
            && parts[1].allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
    }

    private static func isHex(_ text: String, count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
