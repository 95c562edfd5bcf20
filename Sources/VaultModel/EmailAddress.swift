/// An e-mail address: one mailbox, no display name, no quoted local part, no address literal.
public struct EmailAddress: Hashable, Sendable {
    /// What stands before the `@`: NFC, lower case.
    public let local: String
    /// The domain as it is shown: NFC, lower case, possibly in Chinese.
    public let domain: String
    /// The domain as it is compared and sent to: IDNA, ASCII.
    public let asciiDomain: String

    public init(_ raw: String) throws(FieldValueError) {
        let text = PlainText.trimmed(PlainText.halfWidth(raw))
        if text.isEmpty { throw .empty }
        guard text.utf8.count <= 320 else { throw .emailForm }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isLocal(parts[0]), !parts[1].isEmpty else { throw .emailForm }
        local = try TextShim.convert(String(parts[0]), to: .lowerNFC)
        domain = try TextShim.convert(String(parts[1]), to: .lowerNFC)
        asciiDomain = try TextShim.asciiDomain(domain)
        guard asciiDomain.utf8.contains(UInt8(ascii: ".")), asciiDomain.utf8.last != UInt8(ascii: "."),
            local.utf8.count <= 64
        else { throw .emailDomain }
    }

    /// The stored form.
    public var stored: String { local + "@" + domain }

    /// What is compared and indexed.
    public var normalised: String { local + "@" + asciiDomain }

    /// A dot-atom of RFC 5322, or letters of any script as RFC 6531 allows.
    private static func isLocal(_ text: Substring) -> Bool {
        let atoms = text.split(separator: ".", omittingEmptySubsequences: false)
        return atoms.allSatisfy { atom in
            !atom.isEmpty
                && atom.unicodeScalars.allSatisfy { scalar in
                    scalar.isASCII ? isAtomCharacter(UInt8(scalar.value)) : isForeignLetter(scalar)
                }
        }
    }

    private static func isAtomCharacter(_ byte: UInt8) -> Bool {
        byte.isASCIIDigit || byte.isASCIIUpper || byte.isASCIILower || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isForeignLetter(_ scalar: Unicode.Scalar) -> Bool {
        !scalar.properties.isWhitespace && !PlainText.isHidden(scalar)
    }
}
