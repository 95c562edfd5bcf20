/// One header field: the name in lower case, the value without surrounding blanks.
public struct HeaderField: Hashable, Sendable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A request as a listener received it, before anything is believed.
public struct IncomingRequest: Sendable {
    /// In the case it came in.
    public let method: String
    /// The `Host` header (or `:authority`) in lower case.
    public let authority: String
    /// The path alone.
    public let path: String
    /// What follows the first `?`; nil when there is none.
    public let query: String?
    /// In the order received, names in lower case, repetitions kept.
    public let headers: [HeaderField]
    public let body: [UInt8]

    public init(
        method: String, authority: String, path: String, query: String?, headers: [HeaderField], body: [UInt8]
    ) {
        self.method = method
        self.authority = authority
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The value of the header if it occurs exactly once.
    func single(_ header: WireHeader) throws(WireError) -> String {
        var found: String?
        for field in headers where field.name.utf8.elementsEqual(header.rawValue.utf8) {
            guard found == nil else { throw .duplicate(header) }
            found = field.value
        }
        guard let found else { throw .missing(header) }
        return found
    }
}

/// A reply on its way out.
public struct OutgoingReply: Sendable {
    /// The HTTP status.
    public let status: Int
    public private(set) var headers: [HeaderField]
    public let body: [UInt8]

    public init(status: Int, headers: [HeaderField], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    mutating func append(_ field: HeaderField) { headers.append(field) }
}
