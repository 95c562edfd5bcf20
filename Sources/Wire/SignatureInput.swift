import Primitives
public import VaultModel

/// The one accepted `Signature-Input` of a request:
///
/// ```
/// sig1=("@method" "@authority" "@path" "@query" "content-type" "content-digest" "coffer-request" "coffer-capability")
///     ;created=N;keyid="ed25519:<43>";expires=N;nonce="<22>";tag="coffer-req-v1"
/// ```
/// (one line). Read by template instead of by a structured-fields parser: a tenth of a percent of the time, and
/// nothing but the profile can pass. The parser of structured fields is the oracle in the tests.
public struct SignatureInput: Hashable, Sendable {
    /// Seconds since 1970, 0…2⁵³-1.
    public let created: Int64
    public let kid: KeyID
    /// Seconds since 1970, 0…2⁵³-1.
    public let expires: Int64
    /// 22 characters of canonical base64url: 16 bytes.
    public let nonce: String

    static let label = "sig1="
    static let tag = "coffer-req-v1"
    static let components =
        #"("@method" "@authority" "@path" "@query" "content-type" "content-digest" "coffer-request" "#
        + #""coffer-capability")"#

    public init(created: Int64, kid: KeyID, expires: Int64, nonce: String) {
        self.created = created
        self.kid = kid
        self.expires = expires
        self.nonce = nonce
    }

    /// Nil unless `value` has the one form, byte for byte.
    public init?(_ value: String) {
        var cursor = TemplateCursor(value)
        guard cursor.skip(Self.label), cursor.skip(Self.components),
            cursor.skip(";created="), let created = cursor.integer(),
            cursor.skip(";keyid=\"ed25519:"), let kid = cursor.text(count: 43).flatMap({ KeyID($0) }),
            cursor.skip("\";expires="), let expires = cursor.integer(),
            cursor.skip(";nonce=\""), let nonce = cursor.text(count: WireNonce.characters), WireNonce.isValid(nonce),
            cursor.skip("\";tag=\""), cursor.skip(Self.tag), cursor.skip("\""), cursor.isAtEnd
        else { return nil }
        self.init(created: created, kid: kid, expires: expires, nonce: nonce)
    }

    /// What follows the label; also the value of `@signature-params` in the base.
    public var parameters: String {
        Self.components + ";created=\(created);keyid=\"ed25519:\(kid.text)\";expires=\(expires);nonce=\"\(nonce)\""
            + ";tag=\"\(Self.tag)\""
    }

    /// The header's value.
    public var value: String { Self.label + parameters }
}

/// 128 random bits as 22 characters of base64url: request nonces and the `rid` of bodies.
public enum WireNonce {
    static let characters = 22

    public static func random() -> String { Base64URL.encode(Random.bytes(16)) }

    public static func isValid(_ text: String) -> Bool {
        text.utf8.count == characters && Base64URL.decode(text) != nil
    }
}

/// Walks over a text that must follow a template.
struct TemplateCursor {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { position == bytes.count }

    /// Whether the text goes on with `literal`; if so, moves behind it.
    mutating func skip(_ literal: String) -> Bool {
        var index = position
        for byte in literal.utf8 {
            guard index < bytes.count, bytes[index] == byte else { return false }
            index += 1
        }
        position = index
        return true
    }

    /// A decimal number 0…2⁵³-1 without leading zeros or a sign.
    mutating func integer() -> Int64? {
        let start = position
        var value: Int64 = 0
        while position < bytes.count, (0x30...0x39).contains(bytes[position]), position - start < 16 {
            value = value * 10 + Int64(bytes[position] - 0x30)
            position += 1
        }
        let digits = position - start
        guard digits > 0, digits == 1 || bytes[start] != 0x30, value <= WireLimits.maximumInteger else { return nil }
        return value
    }

    /// The next `count` bytes as text.
    mutating func text(count: Int) -> String? {
        guard bytes.count - position >= count else { return nil }
        defer { position += count }
        return String(decoding: bytes[position..<position + count], as: UTF8.self)
    }
}
