import CanonicalJSON
import Primitives
import VaultModel

/// The one way a request is signed: RFC 9421 over RFC 9530's digest, with fixed components, order and parameters, the
/// same on the socket and over TLS.
public enum RequestProfile {
    /// Reads a request or says what is wrong with it. Checks, in this order: sizes; headers that repeat; the digest
    /// over the received bytes; method, authority, path, query and type; the signature's parameters and form; the head.
    ///
    /// - Parameters:
    ///   - request: as received.
    ///   - authority: the name of this broker on this listener: the vault's id on the socket, the host's name over TLS.
    public static func parse(_ request: IncomingRequest, authority: String) throws(WireError) -> ParsedRequest {
        try checkSizes(request)
        let headers = try Headers(request)
        guard let digest = FixedHeaders.digest(headers.contentDigest) else { throw .digestForm }
        guard ConstantTime.equal(digest, SHA256.hash(request.body)) else { throw .digestMismatch }

        let endpoint = try target(of: request, authority: authority)
        guard headers.contentType.utf8.elementsEqual(FixedHeaders.contentType.utf8) else { throw .contentType }
        guard let input = SignatureInput(headers.signatureInput) else { throw .signatureInput }
        guard let signature = FixedHeaders.signatureBytes(headers.signature) else { throw .signature }
        let capability = try FixedHeaders.capability(headers.capability)
        guard let headBytes = FixedHeaders.bytes(ofSequence: headers.request, most: WireLimits.headBytes) else {
            throw .headForm
        }
        let head = try RequestHead(canonical: headBytes)
        guard endpoint.acts.contains(head.act) else { throw .act }

        return ParsedRequest(
            endpoint: endpoint, authority: authority, head: head, headBytes: headBytes, kid: input.kid,
            created: input.created, expires: input.expires, nonce: input.nonce, signature: signature,
            base: SignatureBase.request(
                authority: authority, path: endpoint.path, digest: headers.contentDigest, head: headers.request,
                capability: headers.capability, parameters: input.parameters),
            capability: capability, body: request.body,
            binding: RequestBinding(
                method: request.method, authority: authority, path: endpoint.path,
                contentDigest: headers.contentDigest, cofferRequest: headers.request, signature: headers.signature))
    }

    private static func checkSizes(_ request: IncomingRequest) throws(WireError) {
        guard request.headers.count <= WireLimits.headerFields else { throw .headersTooLarge }
        var bytes = 0
        // Four more for ": " and the line's end, as on the wire.
        for field in request.headers { bytes += field.name.utf8.count + field.value.utf8.count + 4 }
        guard bytes <= WireLimits.headerBytes else { throw .headersTooLarge }
        guard request.body.count <= WireLimits.bodyBytes else { throw .bodyTooLarge }
    }

    private static func target(of request: IncomingRequest, authority: String) throws(WireError) -> Endpoint {
        guard request.method.utf8.elementsEqual("POST".utf8) else { throw .method }
        guard !authority.isEmpty, authority.utf8.count <= WireLimits.authorityBytes,
            request.authority.utf8.elementsEqual(authority.utf8)
        else { throw .authority }
        guard request.query == nil else { throw .query }
        guard let endpoint = Endpoint(rawValue: request.path), request.path.utf8.elementsEqual(endpoint.path.utf8)
        else {
            throw .path
        }
        return endpoint
    }

    /// The profile's headers, each found exactly once, in one walk.
    private struct Headers {
        let contentType, contentDigest, request, capability, signatureInput, signature: String

        init(_ incoming: IncomingRequest) throws(WireError) {
            var found: [WireHeader: String] = [:]
            var hosts = 0
            for field in incoming.headers {
                switch field.name {
                case "host":
                    hosts += 1
                    guard hosts == 1, field.value.utf8.elementsEqual(incoming.authority.utf8) else { throw .hosts }
                case "content-encoding", "transfer-encoding", "trailer":
                    throw .coding
                default:
                    guard let header = WireHeader(rawValue: field.name) else { continue }
                    guard found.updateValue(field.value, forKey: header) == nil else { throw .duplicate(header) }
                }
            }
            func value(_ header: WireHeader) throws(WireError) -> String {
                guard let value = found[header] else { throw .missing(header) }
                return value
            }
            contentType = try value(.contentType)
            contentDigest = try value(.contentDigest)
            request = try value(.request)
            capability = try value(.capability)
            signatureInput = try value(.signatureInput)
            signature = try value(.signature)
        }
    }
}
