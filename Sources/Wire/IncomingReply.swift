/// A reply as it was received, before anything is believed.
public struct IncomingReply: Sendable {
    public let status: Int
    /// Names in lower case, repetitions kept.
    public let headers: [HeaderField]
    public let body: [UInt8]

    public init(status: Int, headers: [HeaderField], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Whether the broker says it signed. Nothing is checked.
    public var claimsSignature: Bool {
        first(WireHeader.signature.rawValue) != nil || first(WireHeader.signatureInput.rawValue) != nil
    }

    func first(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    struct ProfileHeaders {
        let contentType, contentDigest, signatureInput, signature: String
    }

    func profileHeaders() throws(ReplyError) -> ProfileHeaders {
        guard claimsSignature else { throw .unsigned }
        return ProfileHeaders(
            contentType: try single(.contentType), contentDigest: try single(.contentDigest),
            signatureInput: try single(.signatureInput), signature: try single(.signature))
    }

    private func single(_ header: WireHeader) throws(ReplyError) -> String {
        let values = headers.filter { $0.name == header.rawValue }
        guard values.count == 1 else { throw .form }
        return values[0].value
    }
}

/// A reply that the broker's key signed for this very request.
public struct VerifiedReply: Equatable, Sendable {
    public let status: Int
    public let body: [UInt8]
    /// The broker's time, seconds since 1970.
    public let created: Int64
}

/// Why a reply is not believed.
public enum ReplyError: Error, Hashable, Sendable {
    /// It has no signature at all.
    case unsigned
    /// A header is missing, repeated or not of the profile, or another key is named.
    case form
    /// The received bytes are not those the digest was made over.
    case digest
    /// Not the broker's signature, or not over this request and this reply.
    case signature
}
