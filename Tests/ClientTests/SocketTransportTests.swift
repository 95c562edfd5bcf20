import CanonicalJSON
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives
import Synchronization
import Testing
import VaultModel
import Wire

@testable import Client

/// A server on a Unix socket that answers with what the test prepared, and keeps what it received.
private final class SocketServer {
    struct Received: Sendable {
        var head: HTTPRequestHead
        var body: [UInt8]
    }

    struct Prepared: Sendable {
        var status = 200
        var headers: [(String, String)] = [("Content-Type", "application/json")]
        var body: [UInt8] = Array("{}".utf8)
        /// Nothing is ever answered.
        var isSilent = false
        /// The connection is cut after the request.
        var cuts = false
    }

    final class Log: Sendable {
        let received = Mutex<[Received]>([])
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let prepared: Prepared
        private let log: Log
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(_ prepared: Prepared, _ log: Log) {
            self.prepared = prepared
            self.log = log
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): (self.head, body) = (head, [])
            case .body(let piece): body += Array(piece.readableBytesView)
            case .end: answer(context)
            }
        }

        private func answer(_ context: ChannelHandlerContext) {
            if let head { log.received.withLock { [body] in $0.append(Received(head: head, body: body)) } }
            if prepared.cuts { return context.close(promise: nil) }
            if prepared.isSilent { return }
            var headers = HTTPHeaders(prepared.headers)
            headers.replaceOrAdd(name: "content-length", value: String(prepared.body.count))
            let status = HTTPResponseStatus(statusCode: prepared.status)
            context.write(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))),
                promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: prepared.body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    let path: String
    private let log = Log()
    private let folder: ScratchFolder
    private let channel: any Channel

    init(_ prepared: Prepared = Prepared()) async throws {
        folder = try ScratchFolder()
        path = folder.file("a b%c.sock")
        let log = log
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(prepared, log))
                }
            }
            .bind(unixDomainSocketPath: path).get()
    }

    var received: [Received] { log.received.withLock { $0 } }

    func stop() async { try? await channel.close() }
}

@Suite struct SocketTransportTests {
    private func request(bytes: Int = 100) throws -> SignedRequest {
        let unsigned = try UnsignedRequest(
            endpoint: .staffWhoAmI, authority: Sample.vault.description, head: RequestHead(act: .read, counter: 1),
            body: [UInt8](repeating: 0x20, count: bytes), kid: Sample.kid(1), created: 1_795_286_734)
        return try unsigned.signed(Sample.key(1).sign(unsigned.base))
    }

    /// One exchange with a server that answers so.
    private func exchange(
        _ prepared: SocketServer.Prepared, bytes: Int = 100, deadlineSeconds: Int64 = 10
    ) async throws -> (Result<IncomingReply, TransportError>, [SocketServer.Received]) {
        let server = try await SocketServer(prepared)
        let transport = SocketTransport(path: server.path)
        let result: Result<IncomingReply, TransportError>
        do throws(TransportError) {
            result = .success(try await transport.exchange(request(orFail: bytes), deadlineSeconds: deadlineSeconds))
        } catch {
            result = .failure(error)
        }
        await transport.shutdown()
        await server.stop()
        return (result, server.received)
    }

    private func request(orFail bytes: Int) -> SignedRequest {
        guard let request = try? request(bytes: bytes) else { preconditionFailure("the sample can be signed") }
        return request
    }

    @Test func `a request arrives as it was signed, under the vault's name`() async throws {
        for bytes in [0, 100, WireLimits.bodyBytes] {
            let (_, received) = try await exchange(SocketServer.Prepared(), bytes: bytes)
            let one = try #require(received.first)
            #expect(received.count == 1)
            #expect(one.head.method == .POST)
            #expect(one.head.uri == "/v1/staff/whoami")
            #expect(one.head.headers["host"] == [Sample.vault.description])
            let incoming = IncomingRequest(
                method: one.head.method.rawValue, authority: one.head.headers["host"][0], path: one.head.uri,
                query: nil,
                headers: one.head.headers.map { HeaderField($0.name.lowercased(), $0.value) }, body: one.body)
            let parsed = try RequestProfile.parse(incoming, authority: Sample.vault.description)
            #expect(parsed.hasValidSignature())
        }
    }

    @Test func `status, headers and body come back, refusals as well`() async throws {
        for status in [200, 401, 403, 429, 500, 503] {
            let (result, _) = try await exchange(
                SocketServer.Prepared(status: status, headers: [("X-One", "1"), ("X-One", "2")], body: [1, 2, 3]))
            let reply = try result.get()
            #expect(reply.status == status)
            #expect(reply.body == [1, 2, 3])
            #expect(reply.headers.filter { $0.name == "x-one" }.map(\.value) == ["1", "2"])
        }
    }

    @Test func `a redirection is a reply like any other`() async throws {
        let (result, received) = try await exchange(
            SocketServer.Prepared(status: 307, headers: [("Location", "/v1/seal")]))
        #expect(try result.get().status == 307)
        #expect(received.count == 1)
    }

    @Test func `a compressed body stays as it was sent`() async throws {
        let (result, received) = try await exchange(
            SocketServer.Prepared(headers: [("Content-Encoding", "gzip")], body: [0x1F, 0x8B, 1]))
        #expect(try result.get().body == [0x1F, 0x8B, 1])
        #expect(received.first?.head.headers["accept-encoding"].isEmpty == true)
    }

    @Test func `a reply of one MiB is read, one byte more is not`() async throws {
        let whole = [UInt8](repeating: 0x20, count: WireLimits.replyBytes)
        let (result, _) = try await exchange(SocketServer.Prepared(body: whole))
        #expect(try result.get().body == whole)
        let (more, _) = try await exchange(SocketServer.Prepared(body: whole + [0x20]))
        #expect(throws: TransportError.tooLarge) { try more.get() }
    }

    @Test func `headers over sixteen KiB are refused`() async throws {
        let headers = (0..<9).map { ("x-\($0)", String(repeating: "a", count: 2_000)) }
        let (result, _) = try await exchange(SocketServer.Prepared(headers: headers))
        #expect(throws: TransportError.tooLarge) { try result.get() }
    }

    @Test func `silence ends at the deadline and a cut connection at once, each after one attempt`() async throws {
        let start = ContinuousClock.now
        let (silent, once) = try await exchange(SocketServer.Prepared(isSilent: true), deadlineSeconds: 1)
        #expect(throws: TransportError.timeout) { try silent.get() }
        #expect(once.count == 1)
        #expect(ContinuousClock.now - start >= .seconds(1))
        let (cut, again) = try await exchange(SocketServer.Prepared(cuts: true))
        #expect(throws: TransportError.broken) { try cut.get() }
        #expect(again.count == 1)
    }

    @Test func `no broker, and a socket nobody listens at, are the same news`() async throws {
        let folder = try ScratchFolder()
        let missing = SocketTransport(path: folder.file("none.sock"))
        await #expect(throws: TransportError.notRunning) {
            _ = try await missing.exchange(request(), deadlineSeconds: 5)
        }
        await missing.shutdown()
        let server = try await SocketServer()
        await server.stop()
        let stale = SocketTransport(path: server.path)
        await #expect(throws: TransportError.notRunning) { _ = try await stale.exchange(request(), deadlineSeconds: 5) }
        await stale.shutdown()
    }

    @Test func `the open pages are fetched by GET`() async throws {
        var members = MessageWriter()
        Sample.health().write(to: &members)
        let server = try await SocketServer(SocketServer.Prepared(body: members.value.encode()))
        let transport = SocketTransport(path: server.path)
        #expect(try await BrokerInquiry(transport: transport).health() == Sample.health())
        #expect(server.received.map(\.head.method) == [.GET])
        #expect(server.received.map(\.head.uri) == ["/health"])
        await transport.shutdown()
        await server.stop()
    }
}
