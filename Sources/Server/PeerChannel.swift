internal import Host
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTPTypes
internal import Turnstile

/// Closes a channel on demand: what the broker holds of a connection.
final class ChannelConnection: PeerConnection {
    private let channel: any Channel

    init(_ channel: any Channel) { self.channel = channel }

    func cut() { channel.close(promise: nil) }
}

/// HTTP/1.1 over a Unix socket, with the peer's credentials at hand while a connection is served.
///
/// The kernel is asked once a connection, on its event loop, and the answer travels in a task-local value: nothing a
/// peer sends can set it.
struct PeerChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    @TaskLocal static var peer: PeerCredentials?
    @TaskLocal static var connection: ChannelConnection?

    let http: HTTP1Channel

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        http.setup(channel: channel, logger: logger)
    }

    func handle(value: Value, logger: Logger) async {
        let peer = try? await Self.credentials(of: value.channel)
        await withTaskExecutorPreference(LoopExecutor(value.channel.eventLoop)) {
            await Self.$peer.withValue(peer) {
                await Self.$connection.withValue(ChannelConnection(value.channel)) {
                    await http.handle(value: value, logger: logger)
                }
            }
        }
    }

    private static func credentials(of channel: any Channel) async throws -> PeerCredentials {
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
                of: NIOBSDSocket.Handle.self
            ) { try PeerCredentials(socket: $0) }
        }.get() ?? { throw ChannelError.inappropriateOperationForState }()
    }
}
