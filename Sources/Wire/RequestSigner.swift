import Primitives
public import VaultModel

/// Builds a request of the profile in two steps, because the key may live elsewhere, in an ssh-agent for example:
/// what must be signed first, the request once the signature is there.
public struct UnsignedRequest: Sendable {
    public let endpoint: Endpoint
    public let authority: String
    public let kid: KeyID
    public let body: [UInt8]
    /// The signature base: sign these bytes with the key `kid`.
    public let base: [UInt8]

    private let input: SignatureInput
    private let digest: String
    private let head: String
    private let capability: String

    /// Lays the request out.
    ///
    /// - Parameters:
    ///   - authority: the broker's name on this channel, see `RequestProfile.parse`.
    ///   - head: must name one of the endpoint's acts.
    ///   - body: at most 64 KiB.
    ///   - created: seconds since 1970, by the broker's clock as far as it is known.
    ///   - capability: the id of the last block of a delegated capability, nil for the key's own right.
    public init(
        endpoint: Endpoint, authority: String, head: RequestHead, body: [UInt8], kid: KeyID, created: Int64,
        lifetimeSeconds: Int64 = WireLimits.lifetimeSeconds, nonce: String = WireNonce.random(),
        capability: String? = nil
    ) throws(WireError) {
        if let problem = head.problem() { throw .head(problem) }
        guard endpoint.acts.contains(head.act) else { throw .act }
        guard body.count <= WireLimits.bodyBytes else { throw .bodyTooLarge }
        guard let capability = FixedHeaders.capabilityValue(capability) else { throw .capability }
        guard WireNonce.isValid(nonce), (0...WireLimits.maximumInteger - lifetimeSeconds).contains(created) else {
            throw .signatureInput
        }
        self.endpoint = endpoint
        self.authority = authority
        self.kid = kid
        self.body = body
        self.capability = capability
        input = SignatureInput(created: created, kid: kid, expires: created + lifetimeSeconds, nonce: nonce)
        digest = FixedHeaders.contentDigest(of: body)
        self.head = FixedHeaders.byteSequence(head.encode())
        base = Array(
            SignatureBase.request(
                authority: authority, path: endpoint.path, digest: digest, head: self.head, capability: capability,
                parameters: input.parameters
            ).utf8)
    }

    /// The request with the 64-byte signature of `base`. Throws when the signature is not the key's, so that nothing
    /// leaves that the broker could only refuse.
    public func signed(_ signature: [UInt8]) throws(WireError) -> SignedRequest {
        guard let key = Ed25519.PublicKey(kid.rawKey), key.isValid(signature: signature, for: base) else {
            throw .signature
        }
        let value = FixedHeaders.signature(signature)
        return SignedRequest(
            headers: [
                HeaderField(WireHeader.contentType.rawValue, FixedHeaders.contentType),
                HeaderField(WireHeader.contentDigest.rawValue, digest),
                HeaderField(WireHeader.request.rawValue, head),
                HeaderField(WireHeader.capability.rawValue, capability),
                HeaderField(WireHeader.signatureInput.rawValue, input.value),
                HeaderField(WireHeader.signature.rawValue, value),
            ],
            body: body,
            binding: RequestBinding(
                method: "POST", authority: authority, path: endpoint.path, contentDigest: digest, cofferRequest: head,
                signature: value))
    }
}

/// A request ready to be sent: POST to `binding.path` with `Host: binding.authority`.
public struct SignedRequest: Sendable {
    public let headers: [HeaderField]
    public let body: [UInt8]
    /// What its reply must be bound to.
    public let binding: RequestBinding

    /// As a listener would receive it.
    public var incoming: IncomingRequest {
        IncomingRequest(
            method: binding.method, authority: binding.authority, path: binding.path, query: nil, headers: headers,
            body: body)
    }
}
