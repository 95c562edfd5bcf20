import Policy
import VaultModel

/// How many records each person was shown in any ten minutes and any 24 hours, replayed against the limits of her role.
///
/// The broker counts by the second and by the minute and is never laxer than this; where entries are withheld or purged
/// fewer are seen and nothing false is found.
struct OpenReplay {
    private struct Opening {
        let time: Int64
        let count: Int
    }

    private static let tenMinutes: Int64 = 600_000
    private static let day: Int64 = 86_400_000

    /// What one person was shown in a span of time that moves on.
    private struct Window {
        private var openings: [Opening] = []
        private var first = 0
        private(set) var sum = 0

        /// Adds records shown now and forgets those that are out of the span, each once.
        mutating func add(_ opening: Opening, span: Int64) {
            openings.append(opening)
            sum += opening.count
            while openings[first].time <= opening.time - span {
                sum -= openings[first].count
                first += 1
            }
            if first > 1_024, 2 * first > openings.count {
                openings.removeFirst(first)
                first = 0
            }
        }
    }

    private struct Windows {
        var lately = Window()
        var today = Window()
    }

    private var windows: [PersonID: Windows] = [:]

    /// Takes an allowed entry; false when the limits did not leave room for it.
    mutating func take(_ core: EntryCore, of person: PersonID, _ limits: RoleLimits?) -> Bool {
        switch core.kind {
        case .read, .lookup, .export, .breakglass: break
        default: return true
        }
        guard core.released > 0 else { return true }
        let opening = Opening(time: core.time, count: core.released)
        windows[person, default: Windows()].lately.add(opening, span: Self.tenMinutes)
        windows[person, default: Windows()].today.add(opening, span: Self.day)
        // What others approved or will review counts, and is not stopped.
        guard let limits, core.kind == .read || core.kind == .lookup, let now = windows[person] else { return true }
        return now.lately.sum <= limits.opensPer10Minutes && now.today.sum <= limits.opensPerDay
    }
}
