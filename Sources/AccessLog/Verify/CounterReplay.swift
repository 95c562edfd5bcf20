import Primitives
import VaultModel

/// Request counters, per key: a counter used for two requests is a forgery or a broker that replays, a gap is a request
/// that never arrived, or one that was left out.
struct CounterReplay {
    private struct Use {
        let base: [UInt8]?
        var released: Bool
    }

    private struct Key {
        /// The counters above `floor`; those below have been looked at.
        var uses: [UInt64: Use] = [:]
        var highest: UInt64 = 0
    }

    /// Counters further than this below the highest are refused by the broker and need not be remembered.
    private static let window: UInt64 = 4096

    private var keys: [KeyID: Key] = [:]

    enum Outcome: Equatable {
        case fresh, repeated, gap
    }

    /// Takes an entry that a key signed for. An entry refused for its counter or as a replay used none up.
    ///
    /// One request may leave several entries, a beginning and an end: they repeat its counter with the same base, and
    /// one of them at most releases values.
    mutating func take(_ core: EntryCore, base: [UInt8]?) -> Outcome {
        guard let kid = core.kid, core.counter > 0, core.why != .replay, core.why != .counter else { return .fresh }
        var key = keys[kid] ?? Key()
        defer { keys[kid] = key }
        let digest = base.map(SHA256.hash)
        if var use = key.uses[core.counter] {
            let sameRequest = use.base == nil || digest == nil || use.base == digest
            let releasedTwice = use.released && core.releasesFields
            use.released = use.released || core.releasesFields
            key.uses[core.counter] = use
            return sameRequest && !releasedTwice ? .fresh : .repeated
        }
        key.uses[core.counter] = Use(base: digest, released: core.releasesFields)
        let before = key.highest
        key.highest = max(before, core.counter)
        if key.uses.count > 2 * Int(Self.window) {
            let floor = key.highest - min(key.highest, Self.window)
            key.uses = key.uses.filter { $0.key >= floor }
        }
        return before > 0 && core.counter > before + 1 ? .gap : .fresh
    }
}
