internal import NIOHTTP1
internal import Wire

/// Between the library's types and the project's. Nothing is judged here.
enum HTTPBridge {
    static func request(_ head: HTTPRequestHead, body: [UInt8]) -> IncomingRequest {
        let target = head.uri
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        return IncomingRequest(
            method: head.method.rawValue,
            authority: lowercased(head.headers.first(name: "host") ?? ""),
            path: mark.map { String(target[..<$0]) } ?? target,
            query: mark.map { String(target[target.utf8.index(after: $0)...]) },
            headers: head.headers.map { HeaderField(lowercased($0.name), $0.value) },
            body: body)
    }

    /// - Parameter isLast: whether the connection ends with this reply.
    static func head(_ reply: OutgoingReply, isLast: Bool) -> HTTPResponseHead {
        var fields: [(String, String)] = []
        fields.reserveCapacity(reply.headers.count + 2)
        // Their values are the broker's own: names it knows, numbers and base 64.
        for header in reply.headers { fields.append((header.name, header.value)) }
        fields.append(("content-length", String(reply.body.count)))
        if isLast { fields.append(("connection", "close")) }
        return HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: reply.status), headers: HTTPHeaders(fields))
    }

    /// Most names are in lower case already.
    private static func lowercased(_ text: String) -> String {
        text.utf8.contains { (0x41...0x5A).contains($0) || $0 >= 0x80 } ? text.lowercased() : text
    }
}
