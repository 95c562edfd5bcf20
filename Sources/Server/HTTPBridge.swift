internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import Wire

/// Between the library's types and the project's. Nothing is judged here but the size of a body, which must be bounded
/// before it is read.
enum HTTPBridge {
    /// The request with its body, or nil when the body exceeds `WireLimits.bodyBytes`.
    static func request(_ request: Request) async throws -> IncomingRequest? {
        if let announced = request.headers[.contentLength].flatMap(Int.init), announced > WireLimits.bodyBytes {
            return nil
        }
        var body: [UInt8] = []
        for try await piece in request.body {
            guard body.count + piece.readableBytes <= WireLimits.bodyBytes else { return nil }
            body += piece.readableBytesView
        }
        let target = request.head.path ?? ""
        let mark = target.firstIndex(of: "?")
        return IncomingRequest(
            method: request.head.method.rawValue,
            authority: (request.head.authority ?? "").lowercased(),
            path: mark.map { String(target[..<$0]) } ?? target,
            query: mark.map { String(target[target.index(after: $0)...]) },
            headers: request.headers.map { HeaderField($0.name.canonicalName, $0.value) },
            body: body)
    }

    static func head(_ reply: OutgoingReply) -> HTTPResponse {
        var fields = HTTPFields()
        for header in reply.headers {
            guard let name = HTTPField.Name(header.name) else { continue }
            fields.append(HTTPField(name: name, value: header.value))
        }
        fields[.contentLength] = String(reply.body.count)
        return HTTPResponse(status: HTTPResponse.Status(code: reply.status), headerFields: fields)
    }
}
