internal import Host
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Turnstile
internal import Wire

/// Closes a channel on demand: what the broker holds of a connection.
final class ChannelConnection: PeerConnection {
    private let channel: any Channel

    init(_ channel: any Channel) { self.channel = channel }

    func cut() { channel.close(promise: nil) }
}

/// HTTP/1.1 over a Unix socket, with the peer's credentials at hand.
///
/// The kernel is asked once a connection, on its event loop: nothing a peer sends can change the answer. Requests are
/// handled in the pipeline, without the library's streams of parts, which cost as much as a signature.
struct PeerChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
    }

    /// How long a connection may take to complete a request.
    let requestDeadline: TimeAmount
    let respond: @Sendable (RequestCollector.Outcome, Peer) async -> OutgoingReply

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = WireLimits.headerBytes
            limits.maxHeaderListSize = WireLimits.headerBytes
            limits.maxHeaderFieldCount = WireLimits.headerFields
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
            let peer = Peer(
                channel: .socket, userID: Self.userID(behind: channel), connection: ChannelConnection(channel))
            try pipeline.addHandler(
                RequestHandler(channel: channel, limit: requestDeadline) { [respond] in await respond($0, peer) })
            return Value(channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskCancellationHandler {
            // However it closes: there is nobody left to tell.
            try? await value.channel.closeFuture.get()
        } onCancel: {
            value.channel.close(promise: nil)
        }
    }

    /// Nil when the kernel does not say: bound keys are refused then.
    private static func userID(behind channel: any Channel) -> UInt32? {
        try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            try PeerCredentials(socket: $0).userID
        }
    }
}
