public import Broker
internal import Host
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import Synchronization
internal import Turnstile
internal import UnixSignals
internal import Wire

/// The broker's listener: HTTP/1.1 on a Unix socket that only the owner and the group of the vault may open.
///
/// The caller holds the folder's lock before it starts: binding replaces a socket file that is already there, and
/// without the lock a second broker would take a live socket over.
public struct BrokerServer: Sendable {
    private let broker: BrokerService
    private let socketPath: String
    private let limits: ServerLimits

    public init(broker: BrokerService, socketPath: String, limits: ServerLimits = ServerLimits()) {
        self.broker = broker
        self.socketPath = socketPath
        self.limits = limits
    }

    /// Serves until SIGTERM, SIGINT or a request to seal, then answers what is in flight and returns.
    /// `onReady` is called once, when the socket answers.
    public func run(onReady: @escaping @Sendable () -> Void) async throws {
        // Two event loops: one for each core of the machine this is built for; more made nothing faster.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        var logger = Logger(label: "cofferd.http")
        logger.logLevel = .error
        // The socket's mode is what the mask leaves: 0660, for the owner and the vault's group.
        let mask = FileModeMask.set(0o117)
        let server = channel().server(
            configuration: ServerConfiguration(
                address: .unixDomainSocket(path: socketPath), serverName: nil,
                availableConnectionsDelegate: .maximum(limits.connections, logger: logger)),
            onServerRunning: { _ in
                FileModeMask.set(mask)
                onReady()
            },
            eventLoopGroup: group, logger: logger)
        let sealing = SealWatch(broker: broker)
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: server),
                .init(service: sealing, successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // A peer that keeps sending, or never reads its reply, must not keep the keys in memory.
        configuration.maximumGracefulShutdownDuration = .seconds(limits.secondsToDrain)
        do { try await ServiceGroup(configuration: configuration).run() } catch is CancellationError {}
        try? DurableFile.remove(socketPath)
        try await group.shutdownGracefully()
    }

    private func channel() -> PeerChannel {
        let limiter = RateLimiter(requestsPerSecond: limits.requestsPerSecond)
        return PeerChannel(requestDeadline: limits.requestDeadline) { [broker] collected, peer in
            guard limiter.admits(peer.userID ?? UInt32.max, now: SystemClock().nowMilliseconds()) else {
                return broker.refusal(.rateLimited)
            }
            guard let request = collected.request else { return broker.refusal(.tooLarge) }
            return await broker.answer(request, from: peer)
        }
    }
}

/// Ends the group of services when the broker has been asked to seal.
private struct SealWatch: Service {
    let broker: BrokerService

    func run() async throws {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await broker.sealRequested()
            } onGracefulShutdown: {
                broker.stopWaitingForSeal()
            }
        } onCancel: {
            broker.stopWaitingForSeal()
        }
    }
}
