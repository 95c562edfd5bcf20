import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
public import Wire

/// HTTP/1.1 over the broker's Unix socket. Close it with `shutdown()`.
public struct SocketTransport: BrokerTransport {
    /// The socket's path.
    public let path: String
    private let client: HTTPClient

    public init(path: String) {
        self.path = path
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, decompression: .disabled)
        configuration.httpVersion = .http1Only
        // A second attempt would be a replay: requests are sent once, by us.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes the connections. Errors while closing are of no use to anyone.
    public func shutdown() async { try? await client.shutdown() }

    public func exchange(
        _ request: SignedRequest, deadlineSeconds: Int64
    ) async throws(TransportError) -> IncomingReply {
        var outgoing = HTTPClientRequest(url: Self.url(socket: path, request.binding.path))
        outgoing.method = .POST
        outgoing.headers.add(name: "host", value: request.binding.authority)
        for field in request.headers { outgoing.headers.add(name: field.name, value: field.value) }
        outgoing.body = .bytes(request.body)
        return try await execute(outgoing, deadlineSeconds)
    }

    public func fetch(
        path endpoint: String, authority: String, deadlineSeconds: Int64
    ) async throws(TransportError) -> IncomingReply {
        var outgoing = HTTPClientRequest(url: Self.url(socket: path, endpoint))
        outgoing.headers.add(name: "host", value: authority)
        return try await execute(outgoing, deadlineSeconds)
    }

    private func execute(
        _ request: HTTPClientRequest, _ deadlineSeconds: Int64
    ) async throws(TransportError) -> IncomingReply {
        do {
            let response = try await client.execute(request, timeout: .seconds(deadlineSeconds))
            let headers = response.headers.map { HeaderField($0.name.lowercased(), $0.value) }
            let size = headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
            guard size <= WireLimits.headerBytes else { throw TransportError.tooLarge }
            let body = try await response.body.collect(upTo: WireLimits.replyBytes)
            return IncomingReply(
                status: Int(response.status.code), headers: headers, body: Array(body.readableBytesView))
        } catch {
            throw Self.classify(error)
        }
    }

    /// `http+unix://` and the path with every byte escaped that is not unreserved in a URL.
    static func url(socket path: String, _ endpoint: String) -> String {
        var host = ""
        for byte in path.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                host.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                host += byte < 16 ? "%0" + digits : "%" + digits
            }
        }
        return "http+unix://" + host + endpoint
    }

    private static func classify(_ error: any Error) -> TransportError {
        switch error {
        case let error as TransportError: return error
        case is NIOTooManyBytesError: return .tooLarge
        case let error as IOError: return classify(errno: error.errnoCode)
        case let error as NIOConnectionError:
            return error.connectionErrors.lazy.compactMap { $0.error as? IOError }.first
                .map { classify(errno: $0.errnoCode) } ?? .notRunning
        case let error as HTTPClientError
        where [.deadlineExceeded, .connectTimeout, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout]
            .contains(error):
            return .timeout
        default: return .broken
        }
    }

    private static func classify(errno code: Int32) -> TransportError {
        switch code {
        case ErrorNumber.noEntry, ErrorNumber.refused: .notRunning
        case ErrorNumber.access, ErrorNumber.permission: .permission
        default: .broken
        }
    }
}
