/// Which counters of a key have been seen: everything up to 64 below the highest. A counter is accepted once, in any
/// order within the window; gaps are notes for the verifier.
struct CounterWindow: Equatable, Sendable {
    /// Counters this far below the highest are refused.
    static let width: UInt64 = 64

    private(set) var highest: UInt64
    /// Bit i says that `highest - i` has been seen.
    private(set) var seen: UInt64

    /// A key that has not been used yet.
    init() { (highest, seen) = (0, 0) }

    init(highest: UInt64, seen: UInt64) { (self.highest, self.seen) = (highest, seen) }

    /// Takes note of a counter; false when it has been seen or is too old. Zero is no counter.
    mutating func accept(_ counter: UInt64) -> Bool {
        guard counter > 0 else { return false }
        if counter > highest {
            let step = counter - highest
            seen = step >= Self.width ? 1 : seen << step | 1
            highest = counter
            return true
        }
        let age = highest - counter
        guard age < Self.width, seen >> age & 1 == 0 else { return false }
        seen |= 1 << age
        return true
    }
}
