/// The `typ` of a block. Each kind has a payload type of its own inside the signature, so that a statement of one kind
/// can never be taken for another.
public enum BlockKind: String, CaseIterable, Hashable, Sendable {
    case capability = "cap"
    case enrol, revoke, policy, approve, purge, hold, clock, recover

    /// `application/vnd.coffer.<typ>.v1+json`.
    public var payloadType: String { Self.prefix + rawValue + Self.suffix }

    /// Returns nil for a payload type that is not one of ours, exactly as written.
    public init?(payloadType: String) {
        guard payloadType.hasPrefix(Self.prefix), payloadType.hasSuffix(Self.suffix),
            payloadType.utf8.count > Self.prefix.utf8.count + Self.suffix.utf8.count
        else { return nil }
        let name = payloadType.utf8.dropFirst(Self.prefix.utf8.count).dropLast(Self.suffix.utf8.count)
        self.init(rawValue: String(Substring(name)))
    }

    private static let prefix = "application/vnd.coffer."
    private static let suffix = ".v1+json"
}
