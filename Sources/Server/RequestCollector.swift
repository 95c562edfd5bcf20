internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// Puts the parts of a request together, up to the largest body there may be. Pure.
struct RequestCollector {
    /// A request, or the fact that its body is too large; the rest of that body must not be read.
    struct Outcome: Sendable {
        /// Nil when the body exceeds `WireLimits.bodyBytes`.
        let request: IncomingRequest?
        let keepsConnection: Bool
    }

    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    /// Whether no part of a request has come.
    var isEmpty: Bool { head == nil }

    /// Takes the next part; a request that it completes, or whose body it makes too large.
    mutating func take(_ part: HTTPServerRequestPart) -> Outcome? {
        switch part {
        case .head(let head):
            self.head = head
            body = []
            guard let announced = head.headers.first(name: "content-length").flatMap(Int.init) else { return nil }
            return announced > WireLimits.bodyBytes ? refusal() : nil
        case .body(let piece):
            guard body.count + piece.readableBytes <= WireLimits.bodyBytes else { return refusal() }
            body += piece.readableBytesView
            return nil
        case .end:
            guard let head else { return nil }
            self.head = nil
            return Outcome(request: HTTPBridge.request(head, body: body), keepsConnection: head.isKeepAlive)
        }
    }

    private mutating func refusal() -> Outcome {
        head = nil
        body = []
        return Outcome(request: nil, keepsConnection: false)
    }
}
