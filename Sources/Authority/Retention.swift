/// A hold in the log.
public struct RegisteredHold: Equatable, Sendable {
    public let id: BlockID
    public let block: HoldBlock
    public let index: UInt64
}

/// An order to destroy parts of entries, in the log.
public struct RegisteredPurge: Equatable, Sendable {
    public let id: BlockID
    public let block: PurgeBlock
    public let index: UInt64
    /// Milliseconds since 1970 of its entry.
    public let milliseconds: Int64
}

extension AuthorityState {
    /// The holds in force at `now`, seconds since 1970.
    public func holds(at now: Int64) -> [RegisteredHold] { holds.filter { now < $0.block.until } }

    /// Whether an order covers the core of an entry: it may be gone, and nobody need ask where it went.
    public func isPurged(coreOf index: UInt64) -> Bool {
        purges.contains { purge in
            index < purge.index && purge.block.parts.contains(PurgeBlock.core)
                && purge.block.ranges.contains { $0.contains(Int64(clamping: index)) }
        }
    }
}
