public import Primitives

/// Sixteen random bytes that name a vault. Written as 32 lower-case hexadecimal digits.
public struct VaultID: Hashable, Sendable, CustomStringConvertible {
    public static let size = 16
    public let bytes: [UInt8]

    /// Returns nil unless `bytes` has sixteen elements.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        self.bytes = bytes
    }

    /// Returns nil unless `text` is 32 lower-case hexadecimal digits.
    public init?(_ text: String) {
        guard let bytes = Hex.decode(text) else { return nil }
        self.init(bytes)
    }

    public static func random() -> VaultID { VaultID(trusted: Random.bytes(size)) }

    private init(trusted bytes: [UInt8]) { self.bytes = bytes }

    public var description: String { Hex.encode(bytes) }
}

/// Sixteen bytes that name a record. A customer's own record bears the id of the customer.
public struct RecordID: Hashable, Sendable {
    public static let size = 16

    // Two words and no array: a look-up handles hundreds of ids, as keys of dictionaries above all.
    private let words: (UInt64, UInt64)

    public var bytes: [UInt8] { unsafe withUnsafeBytes(of: words) { unsafe [UInt8]($0) } }

    /// Returns nil unless `bytes` has sixteen elements.
    public init?(_ bytes: [UInt8]) { unsafe self.init(bytes.span.bytes) }

    /// The same of bytes where they lie.
    public init?(_ bytes: RawSpan) {
        guard bytes.byteCount == Self.size else { return nil }
        words = unsafe (
            bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self),
            bytes.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt64.self)
        )
    }

    private init(trusted bytes: [UInt8]) {
        guard let id = RecordID(bytes) else { preconditionFailure("an id has sixteen bytes") }
        self = id
    }

    public static func random() -> RecordID { RecordID(trusted: Random.bytes(size)) }

    /// The id of a customer's own record: her number in ASCII, padded with zero bytes. The number is thereby part of
    /// every envelope's associated data, and no mapping exists that could be edited to show one customer as another.
    public init(_ number: CustomerNumber) {
        let text = Array(number.text.utf8)
        self.init(trusted: text + [UInt8](repeating: 0, count: Self.size - text.count))
    }

    /// Sixteen zero bytes: contexts that belong to no record (keyset, slots, month keys).
    public static let none = RecordID(trusted: [UInt8](repeating: 0, count: size))

    public static func == (lhs: RecordID, rhs: RecordID) -> Bool { lhs.words == rhs.words }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

/// A person of the staff: an opaque id, `p_` and 26 characters, set in the owner-signed enrolment.
public struct PersonID: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    /// Returns nil unless `text` is `p_` followed by 26 characters of Crockford's lower-case base 32.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 28, bytes.starts(with: "p_".utf8),
            bytes.dropFirst(2).allSatisfy({ Crockford.lower.contains($0) })
        else { return nil }
        self.text = text
    }

    private init(trusted text: String) { self.text = text }

    public static func random() -> PersonID { PersonID(trusted: "p_" + Crockford.randomLower(26)) }

    public var description: String { text }
}

/// A key of a person: the raw 32-byte Ed25519 public key in unpadded base64url (`kid` in blocks, heads and log).
public struct KeyID: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    /// Returns nil unless `text` is canonical base64url of 32 bytes.
    public init?(_ text: String) {
        guard let bytes = Base64URL.decode(text), bytes.count == 32 else { return nil }
        self.text = text
    }

    public init(_ key: Ed25519.PublicKey) { text = Base64URL.encode(key.bytes) }

    /// The raw public key, 32 bytes. Not yet checked to be a point of large order: `Ed25519.PublicKey` does.
    public var rawKey: [UInt8] {
        guard let bytes = Base64URL.decode(text) else { preconditionFailure("a KeyID holds canonical base64url") }
        return bytes
    }

    public var description: String { text }
}

/// A role's name as the policy declares it, e.g. `customer-service`.
public struct RoleName: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let text: String
    public init?(_ text: String) {
        guard Label.isValid(text) else { return nil }
        self.text = text
    }
    public var description: String { text }
    public static func < (lhs: RoleName, rhs: RoleName) -> Bool { lhs.text < rhs.text }
}

/// A purpose as the policy declares it, e.g. `delivery`.
public struct Purpose: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let text: String
    public init?(_ text: String) {
        guard Label.isValid(text) else { return nil }
        self.text = text
    }
    public var description: String { text }
    public static func < (lhs: Purpose, rhs: Purpose) -> Bool { lhs.text < rhs.text }
}

/// A shop's name, e.g. `s12`.
public struct ShopName: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let text: String
    public init?(_ text: String) {
        guard Label.isValid(text) else { return nil }
        self.text = text
    }

    private init(trusted text: String) { self.text = text }

    /// The shop of records that name none: a vault of one shop never speaks of shops, and a lent capability must name
    /// one.
    public static let main = ShopName(trusted: "main")

    /// The shop of a record, of what is stored with it.
    public init(stored text: String) { self = ShopName(text) ?? .main }

    public var description: String { text }
    public static func < (lhs: ShopName, rhs: ShopName) -> Bool { lhs.text < rhs.text }
}

/// A field with the record it belongs to, written `record.field`: a field name alone would over-grant, because
/// another record may have a field of the same name.
public struct FieldName: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let record: String
    public let field: String

    public init?(record: String, field: String) {
        guard Label.isMember(record), Label.isMember(field) else { return nil }
        self.record = record
        self.field = field
    }

    /// Returns nil unless `text` is two member names joined by one dot.
    public init?(_ text: String) {
        // A second dot would be a foreign character of the field's name.
        guard let dot = text.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        self.init(record: String(text[..<dot]), field: String(text[text.utf8.index(after: dot)...]))
    }

    public var description: String { record + "." + field }

    public static func < (lhs: FieldName, rhs: FieldName) -> Bool {
        lhs.description.utf8.lexicographicallyPrecedes(rhs.description.utf8)
    }
}

/// The shapes of names that policies declare.
public enum Label {
    /// `[a-z][a-z0-9-]{0,31}`: roles, purposes, shops.
    public static func isValid(_ text: String) -> Bool {
        matches(text, most: 32, separator: UInt8(ascii: "-"))
    }

    /// `[a-z][a-z0-9_]{0,31}`: records and fields, which become members of messages.
    public static func isMember(_ text: String) -> Bool {
        matches(text, most: 32, separator: UInt8(ascii: "_"))
    }

    private static func matches(_ text: String, most: Int, separator: UInt8) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count <= most, isLetter(first) else { return false }
        return bytes.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == separator }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
}
