public import AccessLog
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Wire

/// What a witness said to a checkpoint.
public enum WitnessAnswer: Equatable, Sendable {
    /// 200: signature lines, not checked yet.
    case cosigned(lines: [UInt8])
    /// 409: it saw another size last. Nobody signs this: it is a reason to look, and none to believe.
    case conflict(size: UInt64)
    /// 422: the proof does not hold against what it saw.
    case inconsistent
    /// 404 or 403: it does not serve this log, or knows another key of it.
    case notServed
}

/// Why there is no answer of the protocol.
public enum WitnessFailure: Error, Equatable, Sendable {
    /// Nobody answers, or not in time.
    case unreachable
    /// Something answers that is no witness, or is out of order.
    case notAWitness(status: Int)
}

/// Speaks C2SP tlog-witness. What it gets is believed only once a signature has been checked.
public struct WitnessClient: Sendable {
    private let client: HTTPClient

    public init() {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .seconds(ClientLimits.witnessConnectSeconds)
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes the connections. Errors while closing are of no use to anyone.
    public func shutdown() async { try? await client.shutdown() }

    /// Shows a checkpoint to the witness at `url` (see `WitnessURL`).
    public func submit(
        _ submission: WitnessSubmission, to url: String
    ) async throws(WitnessFailure) -> WitnessAnswer {
        var request = HTTPClientRequest(url: Self.address(url, WitnessSubmission.path))
        request.method = .POST
        request.headers.add(name: "content-type", value: "text/plain; charset=utf-8")
        request.body = .bytes(submission.bytes)
        let (status, type, body) = try await execute(request)
        switch status {
        case 200: return .cosigned(lines: body)
        case 409:
            guard type == WitnessSubmission.sizeContentType, let size = Self.size(body) else {
                throw .notAWitness(status: status)
            }
            return .conflict(size: size)
        case 422: return .inconsistent
        case 403, 404: return .notServed
        default: throw .notAWitness(status: status)
        }
    }

    /// The last note the witness cosigned of a log; nil where it shows none. Only witnesses of ours have this page.
    public func lastNote(of origin: String, at url: String) async throws(WitnessFailure) -> [UInt8]? {
        let (status, _, body) = try await execute(
            HTTPClientRequest(url: Self.address(url, WitnessSubmission.lastNotePath(origin: origin))))
        switch status {
        case 200: return body
        case 404: return nil
        default: throw .notAWitness(status: status)
        }
    }

    private func execute(
        _ request: HTTPClientRequest
    ) async throws(WitnessFailure) -> (status: Int, type: String, body: [UInt8]) {
        do {
            let response = try await client.execute(request, timeout: .seconds(ClientLimits.witnessDeadlineSeconds))
            let body = try await response.body.collect(upTo: LogLimits.noteBytes)
            return (
                Int(response.status.code), response.headers.first(name: "content-type") ?? "",
                Array(body.readableBytesView)
            )
        } catch is NIOTooManyBytesError {
            throw .notAWitness(status: 200)
        } catch {
            throw .unreachable
        }
    }

    private static func address(_ url: String, _ path: String) -> String {
        guard url.hasPrefix(WitnessURL.socketPrefix) else { return url + path }
        return SocketTransport.url(socket: String(url.dropFirst(WitnessURL.socketPrefix.count)), path)
    }

    /// A decimal and a line feed.
    private static func size(_ body: [UInt8]) -> UInt64? {
        guard body.last == 0x0A else { return nil }
        let digits = String(decoding: body.dropLast(), as: UTF8.self)
        guard let size = UInt64(digits), String(size).utf8.elementsEqual(digits.utf8) else { return nil }
        return size
    }
}
