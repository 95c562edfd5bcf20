internal import AccessLog
internal import HTTPTypes
internal import Host
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import UnixSignals

/// Where a witness listens: the loopback interface or a Unix socket. Neither needs TLS; what it says is signed, and
/// machines elsewhere come through a reverse proxy or `ssh -L`.
public enum WitnessAddress: Equatable, Sendable {
    case loopback(host: String, port: Int)
    case socket(path: String)

    /// Reads `127.0.0.1:PORT`, `[::1]:PORT`, `localhost:PORT` or a path with a slash in it; nil for anything else,
    /// another host included. Port 0 takes a free one.
    public init?(_ text: String) {
        if text.contains("/") {
            // The kernel's bound, with the final zero.
            guard text.utf8.count < 108 else { return nil }
            self = .socket(path: text)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        let hosts = ["127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "[::1]": "::1"]
        guard let host = hosts[String(text[..<colon])] else { return nil }
        self = .loopback(host: host, port: Int(port))
    }
}

/// The witness's listener: HTTP/1.1 with keep-alive.
public struct WitnessServer: Sendable {
    private let witness: WitnessService
    private let address: WitnessAddress

    public init(witness: WitnessService, address: WitnessAddress) {
        self.witness = witness
        self.address = address
    }

    /// Serves until SIGTERM or SIGINT, then answers what is in flight and returns.
    ///
    /// - Parameter onReady: called once, when it answers, with the URL to reach it under.
    public func run(onReady: @escaping @Sendable (_ url: String) -> Void) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var logger = Logger(label: "coffer.witness")
        logger.logLevel = .error
        let server = channel().server(
            configuration: ServerConfiguration(
                address: bindAddress, serverName: nil,
                availableConnectionsDelegate: .maximum(WitnessLimits.connections, logger: logger)),
            onServerRunning: { [address] channel in onReady(Self.url(address, channel)) },
            eventLoopGroup: group, logger: logger)
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: server)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(WitnessLimits.secondsToDrain)
        do { try await ServiceGroup(configuration: configuration).run() } catch is CancellationError {}
        if case .socket(let path) = address { try? DurableFile.remove(path) }
        try await group.shutdownGracefully()
    }

    private var bindAddress: BindAddress {
        switch address {
        case .loopback(let host, let port): .hostname(host, port: port)
        case .socket(let path): .unixDomainSocket(path: path)
        }
    }

    private static func url(_ address: WitnessAddress, _ channel: any Channel) -> String {
        switch address {
        case .loopback(let host, let port):
            let host = host.contains(":") ? "[" + host + "]" : host
            return "http://" + host + ":" + String(channel.localAddress?.port ?? port)
        case .socket(let path): return "unix:" + path
        }
    }

    private func channel() -> HTTP1Channel {
        HTTP1Channel(
            responder: { [witness] request, writer, channel in
                let deadline = channel.eventLoop.scheduleTask(in: WitnessLimits.toReceive) {
                    channel.close(promise: nil)
                }
                defer { deadline.cancel() }
                let body = try await Self.body(of: request)
                let reply =
                    if let body {
                        await witness.answer(
                            method: request.head.method.rawValue, path: request.head.path ?? "", body: body)
                    } else { WitnessReply(413, "too large\n") }
                var head = Self.head(reply)
                // What is left of an oversized body is not read: the connection goes.
                if body == nil { head.headerFields[.connection] = "close" }
                try await writer.write(response: head, body: .init(byteBuffer: ByteBuffer(bytes: reply.body)))
                if body == nil { throw OversizedBody() }
            },
            configuration: HTTP1Channel.Configuration(
                idleTimeout: WitnessLimits.idle,
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: WitnessLimits.headerBytes, maxHeaderListSize: WitnessLimits.headerBytes,
                    maxHeaderFieldCount: WitnessLimits.headerFields)))
    }

    private static func head(_ reply: WitnessReply) -> HTTPResponse {
        var fields = HTTPFields()
        fields[.contentType] = reply.contentType
        fields[.contentLength] = String(reply.body.count)
        return HTTPResponse(status: HTTPResponse.Status(code: reply.status), headerFields: fields)
    }

    /// The body, or nil when it is larger than any submission.
    private static func body(of request: Request) async throws -> [UInt8]? {
        if let announced = request.headers[.contentLength].flatMap(Int.init), announced > WitnessSubmission.mostBytes {
            return nil
        }
        var body: [UInt8] = []
        for try await piece in request.body {
            guard body.count + piece.readableBytes <= WitnessSubmission.mostBytes else { return nil }
            body += piece.readableBytesView
        }
        return body
    }
}

/// Ends a connection whose request was not read to its end.
private struct OversizedBody: Error {}
