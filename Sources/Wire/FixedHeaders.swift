import Primitives

/// The header values that have one accepted form each.
enum FixedHeaders {
    static let contentType = "application/json"

    static func contentType(_ form: ReplyForm) -> String {
        switch form {
        case .json: contentType
        case .bytes: "application/octet-stream"
        }
    }

    /// `sha-256=:<base64 of 32 bytes>:`
    static func contentDigest(of body: [UInt8]) -> String {
        "sha-256=:" + Base64.encode(SHA256.hash(body)) + ":"
    }

    /// The digest named by the header's value; nil unless it is SHA-256 alone, in its one form.
    static func digest(_ value: String) -> [UInt8]? {
        var cursor = TemplateCursor(value)
        guard cursor.skip("sha-256=:"), let text = cursor.text(count: 44), cursor.skip(":"), cursor.isAtEnd,
            let bytes = Base64.decode(text), bytes.count == SHA256.size
        else { return nil }
        return bytes
    }

    static func byteSequence(_ bytes: [UInt8]) -> String { ":" + Base64.encode(bytes) + ":" }

    /// The bytes of `:<base64>:` of at most `most` bytes; nil unless canonical.
    static func bytes(ofSequence value: String, most: Int) -> [UInt8]? {
        let text = value.utf8
        guard text.count >= 2, text.count <= (most + 2) / 3 * 4 + 2, text.first == UInt8(ascii: ":"),
            text.last == UInt8(ascii: ":")
        else { return nil }
        guard let bytes = Base64.decode(String(decoding: text.dropFirst().dropLast(), as: UTF8.self)),
            bytes.count <= most
        else { return nil }
        return bytes
    }

    static func signature(_ bytes: [UInt8]) -> String { SignatureInput.label + byteSequence(bytes) }

    /// The 64 bytes of `sig1=:<base64>:`.
    static func signatureBytes(_ value: String) -> [UInt8]? {
        let label = SignatureInput.label.utf8
        guard value.utf8.starts(with: label) else { return nil }
        let sequence = String(decoding: value.utf8.dropFirst(label.count), as: UTF8.self)
        guard let bytes = bytes(ofSequence: sequence, most: Ed25519.signatureSize), bytes.count == Ed25519.signatureSize
        else { return nil }
        return bytes
    }

    /// The block id (base64url) of `:<base64 of 32 bytes>:`, nil inside for `::`; throws for anything else.
    static func capability(_ value: String) throws(WireError) -> String? {
        guard let bytes = bytes(ofSequence: value, most: SHA256.size), bytes.isEmpty || bytes.count == SHA256.size
        else {
            throw .capability
        }
        return bytes.isEmpty ? nil : Base64URL.encode(bytes)
    }

    /// The header for a block id; nil unless it is base64url of 32 bytes.
    static func capabilityValue(_ blockID: String?) -> String? {
        guard let blockID else { return "::" }
        guard let bytes = Base64URL.decode(blockID), bytes.count == SHA256.size else { return nil }
        return byteSequence(bytes)
    }
}
