internal import CHost

/// Where the time comes from: injected, so that a test can set it.
public protocol WallClock: Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    func nowMilliseconds() -> Int64
}

/// The host's real-time clock. It may jump; the log decides whether a jump is believed.
public struct SystemClock: WallClock {
    public init() {}
    public func nowMilliseconds() -> Int64 { coffer_now_milliseconds() }
}

extension WallClock {
    /// Whole seconds since 1970, the unit of blocks and signatures.
    public func nowSeconds() -> Int64 { nowMilliseconds() / 1_000 }
}
