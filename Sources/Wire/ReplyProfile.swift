import CanonicalJSON
public import Primitives
public import VaultModel

/// The one way a reply is signed: with the broker's reply key, over the status, the body's digest and type, and the
/// parts of the request that make it one of a kind, so that the reply to one request cannot be given to another.
public enum ReplyProfile {
    static let tag = "coffer-res-v1"
    static let components =
        #"("@status" "content-digest" "content-type" "@method";req "@authority";req "@path";req "content-digest";req "#
        + #""coffer-request";req "signature";req)"#

    /// The header that tells a refused client the broker's time. It repeats `created` of the signature.
    public static let timeHeader = "coffer-time"

    /// Signs a reply.
    ///
    /// - Parameters:
    ///   - created: the broker's time, seconds since 1970.
    ///   - sign: returns the 64-byte signature of the reply key over the bytes given.
    public static func sign<Failure: Error>(
        status: Int, body: [UInt8], form: ReplyForm = .json, for request: RequestBinding, kid: KeyID, created: Int64,
        with sign: ([UInt8]) throws(Failure) -> [UInt8]
    ) throws(Failure) -> OutgoingReply {
        let digest = FixedHeaders.contentDigest(of: body)
        let parameters = parameters(kid: kid, created: created)
        let base = base(status: status, digest: digest, form: form, request: request, parameters: parameters)
        let signature = try sign(Array(base.utf8))
        var reply = unsigned(status: status, body: body, form: form)
        reply.append(HeaderField(WireHeader.contentDigest.rawValue, digest))
        reply.append(HeaderField(WireHeader.signatureInput.rawValue, SignatureInput.label + parameters))
        reply.append(HeaderField(WireHeader.signature.rawValue, FixedHeaders.signature(signature)))
        if status == ErrorCode.unauthenticated.status { reply.append(HeaderField(timeHeader, String(created))) }
        return reply
    }

    /// A reply without a signature: of a sealed broker, or to a request that could not be read.
    public static func unsigned(status: Int, body: [UInt8], form: ReplyForm = .json) -> OutgoingReply {
        OutgoingReply(
            status: status,
            headers: [
                HeaderField(WireHeader.contentType.rawValue, FixedHeaders.contentType(form)),
                HeaderField("cache-control", "no-store"),
            ], body: body)
    }

    /// Checks a reply: digest over the received bytes first, then the form of the parameters, then the signature.
    ///
    /// - Parameters:
    ///   - form: what a successful reply to this request is; another status is JSON.
    ///   - request: the parts of the request that was sent.
    ///   - key: the broker's reply key, known from enrolment.
    public static func verify(
        _ reply: IncomingReply, form: ReplyForm = .json, for request: RequestBinding, key: Ed25519.PublicKey
    ) throws(ReplyError) -> VerifiedReply {
        let form = reply.status == 200 ? form : .json
        let headers = try reply.profileHeaders()
        guard let digest = FixedHeaders.digest(headers.contentDigest),
            headers.contentType == FixedHeaders.contentType(form)
        else { throw .form }
        guard ConstantTime.equal(digest, SHA256.hash(reply.body)) else { throw .digest }
        let kid = KeyID(key)
        guard let created = created(in: headers.signatureInput, kid: kid),
            let signature = FixedHeaders.signatureBytes(headers.signature)
        else { throw .form }
        let base = base(
            status: reply.status, digest: headers.contentDigest, form: form, request: request,
            parameters: parameters(kid: kid, created: created))
        guard key.isValid(signature: signature, for: Array(base.utf8)) else { throw .signature }
        if let time = reply.first(timeHeader) { guard time == String(created) else { throw .form } }
        return VerifiedReply(status: reply.status, body: reply.body, created: created)
    }

    private static func parameters(kid: KeyID, created: Int64) -> String {
        components + ";created=\(created);keyid=\"ed25519:\(kid.text)\";tag=\"\(tag)\""
    }

    /// Reads the one accepted form; nil for another key or another form.
    private static func created(in value: String, kid: KeyID) -> Int64? {
        var cursor = TemplateCursor(value)
        guard cursor.skip(SignatureInput.label), cursor.skip(components), cursor.skip(";created="),
            let created = cursor.integer(), cursor.skip(";keyid=\"ed25519:"), cursor.skip(kid.text),
            cursor.skip("\";tag=\""), cursor.skip(tag), cursor.skip("\""), cursor.isAtEnd
        else { return nil }
        return created
    }

    static func base(
        status: Int, digest: String, form: ReplyForm = .json, request: RequestBinding, parameters: String
    ) -> String {
        SignatureBase.text(
            [
                .init("\"@status\"", String(status)),
                .init("\"content-digest\"", digest),
                .init("\"content-type\"", FixedHeaders.contentType(form)),
                .init("\"@method\";req", request.method),
                .init("\"@authority\";req", request.authority),
                .init("\"@path\";req", request.path),
                .init("\"content-digest\";req", request.contentDigest),
                .init("\"coffer-request\";req", request.cofferRequest),
                .init("\"signature\";req", request.signature),
            ], parameters: parameters)
    }
}
