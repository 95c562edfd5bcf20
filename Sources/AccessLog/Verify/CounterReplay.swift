import Primitives
import VaultModel

/// Request counters, per key: a counter used for two requests is a forgery or a broker that replays, a gap is a request
/// that never arrived, or one that was left out.
struct CounterReplay {
    private struct Use {
        let index: UInt64
        let base: [UInt8]?
        var released: Bool
    }

    private struct Key {
        /// The counters from `floor` on.
        var uses: [UInt64: Use] = [:]
        /// Counters below this one have been looked at; the broker would refuse them by now.
        var floor: UInt64 = 0
    }

    /// Counters kept of one key; the broker refuses those further than 64 below the highest.
    private static let window = 4096

    private var keys: [KeyID: Key] = [:]

    /// Takes an entry that a key signed for; false when its counter served another request before. An entry refused
    /// for its counter or as a replay used none up.
    ///
    /// One request may leave several entries, a beginning and an end: they repeat its counter with the same base, and
    /// one of them at most releases values.
    mutating func take(_ core: EntryCore, base: [UInt8]?, notes: inout FindingList) -> Bool {
        guard let kid = core.kid, core.counter > 0, core.why != .replay, core.why != .counter else { return true }
        // In place: a copy of the window for each entry would be the most expensive part of a verification.
        return Self.take(core, base.map(SHA256.hash), &keys[kid, default: Key()], &notes)
    }

    private static func take(
        _ core: EntryCore, _ digest: [UInt8]?, _ key: inout Key, _ notes: inout FindingList
    ) -> Bool {
        guard core.counter >= key.floor else { return false }
        guard let use = key.uses[core.counter] else {
            key.uses[core.counter] = Use(index: core.seq, base: digest, released: core.releasesFields)
            if key.uses.count >= 2 * window { settle(&key, keeping: window, &notes) }
            return true
        }
        key.uses[core.counter]?.released = use.released || core.releasesFields
        let isSameRequest = use.base == nil || digest == nil || use.base == digest
        return isSameRequest && !(use.released && core.releasesFields)
    }

    /// Notes the gaps that are left when no more entries come.
    mutating func finish(notes: inout FindingList) {
        for kid in keys.keys.sorted(by: { $0.text < $1.text }) {
            guard var key = keys[kid] else { continue }
            Self.settle(&key, keeping: 0, &notes)
            keys[kid] = key
        }
    }

    /// Looks for gaps in all but the highest counters, which may still arrive out of order, and forgets the rest.
    private static func settle(_ key: inout Key, keeping count: Int, _ notes: inout FindingList) {
        let counters = key.uses.keys.sorted()
        for (place, counter) in counters.enumerated().prefix(counters.count - count) {
            let before = place > 0 ? counters[place - 1] : key.floor > 0 ? key.floor - 1 : counter - 1
            if counter > before + 1, let use = key.uses[counter] { notes.add(.counter, .gap, at: use.index) }
            key.uses[counter] = nil
            key.floor = counter + 1
        }
    }
}
