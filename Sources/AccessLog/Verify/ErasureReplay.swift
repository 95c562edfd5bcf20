import Policy
import VaultModel

/// Erasures, replayed: who was frozen when, what was taken back, and whether what was carried out had been asked for
/// and had waited. `xid` ties the entries of one erasure together.
struct ErasureReplay {
    private struct Request {
        /// Nil where the subject is not shown.
        let customers: [String]?
        /// Milliseconds since 1970; nil where the policy of that time is not known.
        let due: Int64?
        var hasBegun = false
        /// When it was carried out, milliseconds since 1970; nil while it is carried out again.
        var done: Int64?
    }

    private var requests: [String: Request] = [:]
    /// Times of requests, oldest first.
    private var times: [Int64] = []
    private var beyondLimit: Set<UInt64> = []
    private var hasMissed = false
    /// What operators reported: the latest of the times after which all archives of keys were made.
    private var archivesSince: Int64 = 0

    /// An entry of which nothing is known: it may have been the request of an erasure.
    mutating func miss() { hasMissed = true }

    /// Whether the request in this entry, which has been taken, was one too many for its day.
    func isBeyondLimit(_ index: UInt64) -> Bool { beyondLimit.contains(index) }

    /// Takes the next entry and says what is wrong with it. `rules` are those of the policy it names.
    mutating func take(_ core: EntryCore, _ subject: EntrySubject?, _ rules: ErasureRules?) -> LogProblem? {
        guard core.decision == .allow else { return nil }
        switch core.kind {
        case .eraseRequest:
            request(core, subject, rules)
            return nil
        case .eraseUndo:
            guard requests[core.xid]?.hasBegun != true else { return .erasedWithoutRequest }
            return requests.removeValue(forKey: core.xid) == nil ? unknown : nil
        case .erase:
            guard let request = requests[core.xid] else { return unknown }
            requests[core.xid]?.hasBegun = true
            requests[core.xid]?.done = nil
            if let subject, let asked = request.customers, asked != subject.customers { return .erasedOther }
            if let due = request.due, core.time < due { return .erasedEarly }
            return nil
        case .eraseDone:
            guard let request = requests[core.xid] else { return unknown }
            requests[core.xid]?.done = core.time
            return request.hasBegun || hasMissed ? nil : .erasedWithoutRequest
        case .eraseArchives:
            guard let request = requests[core.xid] else { return unknown }
            guard let done = request.done else { return unknown }
            if let subject, let asked = request.customers, asked != subject.customers { return .erasedOther }
            return archivesSince > done || hasMissed ? nil : .erasedUnreported
        case .backup:
            // One from the future proves nothing; it is found where reports are judged.
            if let oldest = KeysNote(core.xid)?.oldest, oldest <= core.time {
                archivesSince = max(archivesSince, oldest)
            }
            return nil
        case .restore:
            let erased = requests.values.filter(\.hasBegun).flatMap { $0.customers ?? [] }
            return Set(erased).isDisjoint(with: subject?.customers ?? []) ? nil : .erasedRestored
        default: return nil
        }
    }

    private var unknown: LogProblem? { hasMissed ? nil : .erasedWithoutRequest }

    private mutating func request(_ core: EntryCore, _ subject: EntrySubject?, _ rules: ErasureRules?) {
        let start = core.time - ErasureRules.dayMilliseconds
        times.removeAll { $0 <= start }
        // Requests that are not shown would count too: what is known is a lower bound.
        let isBeyond = times.count >= rules?.dailyLimit ?? .max
        times.append(core.time)
        if isBeyond { beyondLimit.insert(core.seq) }
        let due = rules.map { rules in
            core.time
                + rules.wait(
                    isNow: ErasureOrder(digest: core.object)?.isNow ?? false, isBeyondLimit: isBeyond)
        }
        requests[core.xid] = Request(customers: subject?.customers, due: due)
    }
}
