import CanonicalJSON

/// The body of a refusal: `{"error":{"code":…,"hint":…,"request":…,"why":…}}`. All four are words of the program,
/// never of a customer.
public struct ErrorBody: MessagePart {
    public let code: ErrorCode
    /// An enumerated reason, e.g. `field`; what a log entry calls `why`.
    public let why: String
    /// What to do about it, a sentence fragment in lower case; may be empty.
    public let hint: String
    /// The id of the approval request that was opened, or empty.
    public let request: String

    public init(code: ErrorCode, why: String, hint: String = "", request: String = "") {
        self.code = code
        self.why = why
        self.hint = hint
        self.request = request
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        code = try members.parsed("code") { ErrorCode(rawValue: $0) }
        why = try members.text("why")
        hint = try members.text("hint", most: 1_024)
        request = try members.text("request")
    }

    public func write(to members: inout MessageWriter) {
        members.put("code", code.rawValue)
        members.put("why", why)
        members.put("hint", hint)
        members.put("request", request)
    }

    /// Reads the canonical JSON of a whole reply body.
    public init(canonical bytes: [UInt8]) throws(MessageError) {
        var members = try MessageReader(bytes, most: WireLimits.bodyBytes)
        self = try members.part("error", of: ErrorBody.self)
        try members.finish()
    }

    public func encode() -> [UInt8] {
        var members = MessageWriter()
        members.put("error", self)
        return members.value.encode()
    }
}
