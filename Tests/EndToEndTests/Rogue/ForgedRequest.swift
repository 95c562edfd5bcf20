import Turnstile
import Wire

/// A verified request that nobody verified must not compile.
func forge(_ request: ParsedRequest, _ peer: Peer) -> VerifiedRequest {
    VerifiedRequest(request: request, peer: peer, receivedMilliseconds: 0)
}
