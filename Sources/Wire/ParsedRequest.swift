public import Primitives
public import VaultModel

/// A request that has the one accepted form. Nothing is believed yet: the signature is checked by
/// `hasValidSignature()`, the time by `freshness(now:)`, the right by others.
///
/// An object: it goes through every step of a request, and a copy would count a dozen references at each.
public final class ParsedRequest: Sendable {
    public let endpoint: Endpoint
    public let authority: String
    public let head: RequestHead
    /// The canonical JSON of `head` as it was signed.
    public let headBytes: [UInt8]
    /// The key that claims to have signed.
    public let kid: KeyID
    /// Seconds since 1970.
    public let created: Int64
    /// Seconds since 1970.
    public let expires: Int64
    /// 128 random bits, 22 characters of base64url.
    public let nonce: String
    /// 64 bytes.
    public let signature: [UInt8]
    /// The exact RFC 9421 signature base, kept as evidence.
    public let base: String
    /// The id of the last block of the delegated capability used (base64url of its hash), nil when none is.
    public let capability: String?
    /// The body as received; it matches the signed digest.
    public let body: [UInt8]
    /// What a reply must be bound to.
    public let binding: RequestBinding

    init(
        endpoint: Endpoint, authority: String, head: RequestHead, headBytes: [UInt8], kid: KeyID, created: Int64,
        expires: Int64, nonce: String, signature: [UInt8], base: String, capability: String?, body: [UInt8],
        binding: RequestBinding
    ) {
        self.endpoint = endpoint
        self.authority = authority
        self.head = head
        self.headBytes = headBytes
        self.kid = kid
        self.created = created
        self.expires = expires
        self.nonce = nonce
        self.signature = signature
        self.base = base
        self.capability = capability
        self.body = body
        self.binding = binding
    }

    public var path: String { endpoint.path }

    /// The bytes the signature is over.
    public var baseBytes: [UInt8] { Array(base.utf8) }

    /// Whether the key `kid` made the signature over the base: strict Ed25519, a low-order key or R is refused.
    public func hasValidSignature() -> Bool {
        guard let key = Ed25519.PublicKey(kid.rawKey) else { return false }
        return hasValidSignature(by: key)
    }

    /// The same with the key of `kid` at hand.
    public func hasValidSignature(by key: Ed25519.PublicKey) -> Bool {
        key.bytes == kid.rawKey && key.isValid(signature: signature, for: baseBytes)
    }
}

/// How a request's times relate to a clock.
public enum Freshness: Hashable, Sendable {
    case fresh
    /// `expires` is not later than `created`, or by more than 60 s.
    case lifetime
    /// `created` is more than 30 s ahead.
    case early
    /// `created` is more than 60 s ago.
    case late
    /// `expires` is reached.
    case expired
}

extension ParsedRequest {
    /// Judges the request by a clock of seconds since 1970; no grace beyond the constants of `WireLimits`.
    public func freshness(now: Int64) -> Freshness {
        Freshness(created: created, expires: expires, now: now)
    }

    /// Until when, in seconds since 1970, the nonce must be remembered: from then on this request is never fresh.
    public func nonceKeptUntil(received: Int64) -> Int64 {
        max(created, received) + WireLimits.nonceKeptSeconds
    }
}

extension Freshness {
    /// All three in seconds since 1970. The numbers of a parsed request are below 2⁵³, so that nothing overflows.
    public init(created: Int64, expires: Int64, now: Int64) {
        if expires <= created || expires - created > WireLimits.lifetimeSeconds {
            self = .lifetime
        } else if created > now + WireLimits.futureSeconds {
            self = .early
        } else if created < now - WireLimits.pastSeconds {
            self = .late
        } else if now >= expires {
            self = .expired
        } else {
            self = .fresh
        }
    }
}

/// The parts of a request that a signed reply covers, so that the reply to one request cannot be given to another.
public struct RequestBinding: Hashable, Sendable {
    public let method: String
    public let authority: String
    public let path: String
    /// The values of the request's headers of these names.
    public let contentDigest: String
    public let cofferRequest: String
    public let signature: String

    public init(
        method: String, authority: String, path: String, contentDigest: String, cofferRequest: String,
        signature: String
    ) {
        self.method = method
        self.authority = authority
        self.path = path
        self.contentDigest = contentDigest
        self.cofferRequest = cofferRequest
        self.signature = signature
    }

    /// Of a request that may turn out to be malformed: nil when one of the parts is missing or repeated or holds
    /// what could pass for a line of the signature base; the refusal is then sent unsigned.
    public init?(_ request: IncomingRequest) {
        guard let digest = try? request.single(.contentDigest), let head = try? request.single(.request),
            let signature = try? request.single(.signature),
            [request.method, request.authority, request.path, digest, head, signature].allSatisfy(Self.isPrintable)
        else { return nil }
        self.init(
            method: request.method, authority: request.authority, path: request.path, contentDigest: digest,
            cofferRequest: head, signature: signature)
    }

    private static func isPrintable(_ text: String) -> Bool {
        text.utf8.count <= WireLimits.headerBytes && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
