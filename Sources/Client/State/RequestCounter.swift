import Wire

/// The counter each key keeps of its requests (`ctr`). A number is reserved, durably, before the request that carries it
/// is sent: a gap in the log is then a request that never arrived, and no number is ever used twice.
///
/// The file beside the identity holds the last number reserved, sixteen digits and a line feed, under an flock.
public struct RequestCounter: Sendable {
    public let path: String
    private static let digits = 16

    /// - Parameter path: the identity's path with `.counter` appended.
    public init(path: String) { self.path = path }

    public init(besideIdentity identity: String) { self.init(path: identity + ".counter") }

    /// Reserves the next `count` numbers; the first reservation ever starts at 1.
    public func reserve(_ count: UInt64 = 1) throws(StateError) -> ClosedRange<UInt64> {
        precondition(count > 0, "at least one number is reserved")
        let file = try LockedFile(path)
        let last = try Self.parse(try file.read(limit: Self.digits + 1))
        let most = UInt64(WireLimits.maximumInteger)
        guard count <= most - last else { throw .exhausted }
        try file.overwrite(Self.text(last + count))
        return last + 1...last + count
    }

    /// Lifts the counter to at least `number`: after an identity was copied to another device, the broker says how far
    /// the counting has come.
    public func advance(to number: UInt64) throws(StateError) {
        let file = try LockedFile(path)
        let last = try Self.parse(try file.read(limit: Self.digits + 1))
        guard number <= UInt64(WireLimits.maximumInteger) else { throw .exhausted }
        if number > last { try file.overwrite(Self.text(number)) }
    }

    private static func parse(_ bytes: [UInt8]) throws(StateError) -> UInt64 {
        if bytes.isEmpty { return 0 }
        guard bytes.count == digits + 1, bytes.last == 0x0A,
            bytes.dropLast().allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt64(String(decoding: bytes.dropLast(), as: UTF8.self)),
            number <= UInt64(WireLimits.maximumInteger)
        else { throw .form }
        return number
    }

    private static func text(_ number: UInt64) -> [UInt8] {
        let text = String(number)
        return Array((String(repeating: "0", count: digits - text.utf8.count) + text + "\n").utf8)
    }
}
