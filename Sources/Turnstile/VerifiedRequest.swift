public import Host
internal import VaultModel
public import Wire

/// A request whose bytes, form, time and signature have been checked. Only `Authenticator` makes one, so that whatever
/// takes this type cannot be reached by an unsigned request.
///
/// It says who signed, not what the signer may do: that is `Decision`.
public struct VerifiedRequest: Sendable {
    public let request: ParsedRequest
    public let peer: Peer
    /// When the broker received it, in milliseconds since 1970.
    public let receivedMilliseconds: Int64

    fileprivate init(request: ParsedRequest, peer: Peer, receivedMilliseconds: Int64) {
        self.request = request
        self.peer = peer
        self.receivedMilliseconds = receivedMilliseconds
    }
}

/// The first step of every request: bytes in, a verified request or a refusal out. Pure but for the clock.
public final class Authenticator: Sendable {
    /// Why a request did not pass.
    public enum Failure: Error, Equatable, Sendable {
        /// It does not have the one accepted form; said to the sender, since the form is public.
        case form(WireError)
        /// The clocks disagree: the sender is told the broker's time, signed, and may try once more.
        case clock
        /// The signature is not that of the named key.
        case signature
    }

    /// What `@authority` must be: the vault's id on the socket. A request signed for another vault stops here.
    private let authority: String
    private let clock: any WallClock
    private let keys = PublicKeyCache()

    public init(authority: String, clock: any WallClock) {
        self.authority = authority
        self.clock = clock
    }

    public func authenticate(_ incoming: IncomingRequest, from peer: Peer) throws(Failure) -> VerifiedRequest {
        let request: ParsedRequest
        do throws(WireError) {
            request = try RequestProfile.parse(incoming, authority: authority)
        } catch { throw .form(error) }
        let now = clock.nowMilliseconds()
        guard request.freshness(now: now / 1_000) == .fresh else { throw .clock }
        guard let key = keys.key(request.kid), request.hasValidSignature(by: key) else { throw .signature }
        keys.remember(key, as: request.kid)
        return VerifiedRequest(request: request, peer: peer, receivedMilliseconds: now)
    }
}
