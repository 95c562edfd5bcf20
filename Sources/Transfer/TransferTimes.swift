/// How long a server may take. What blocks is over after these times, whatever the server does.
public struct TransferTimes: Hashable, Sendable {
    /// To connect, prove who both are, and be ready.
    public var connectSeconds = 20
    /// Without a byte in either direction.
    public var stallSeconds = 30
    /// One exchange, on top of what its bytes take.
    public var exchangeSeconds = 60
    /// The slowest line that is waited for: 8 MiB take 8½ minutes at most.
    public var slowestBytesPerSecond = 16 << 10
    /// How long to wait before each repetition of an exchange that may be repeated; there are as many repetitions.
    public var pausesMilliseconds = [500, 2_000, 8_000]

    public init() {}

    func limitMilliseconds(bytes: Int) -> Int { (exchangeSeconds + bytes / max(slowestBytesPerSecond, 1)) * 1_000 }
}
