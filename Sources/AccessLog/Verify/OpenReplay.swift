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

    private var openings: [PersonID: [Opening]] = [:]

    /// Takes an allowed entry; false when the limits did not leave room for it.
    mutating func take(_ core: EntryCore, of person: PersonID, _ limits: RoleLimits?) -> Bool {
        switch core.kind {
        case .read, .lookup, .export, .breakglass: break
        default: return true
        }
        guard core.released > 0 else { return true }
        var recent = openings[person, default: []].filter { $0.time > core.time - Self.day }
        recent.append(Opening(time: core.time, count: core.released))
        openings[person] = recent
        // What others approved or will review counts, and is not stopped.
        guard let limits, core.kind == .read || core.kind == .lookup else { return true }
        let lately = recent.reduce(0) { $0 + ($1.time > core.time - Self.tenMinutes ? $1.count : 0) }
        return lately <= limits.opensPer10Minutes && recent.reduce(0) { $0 + $1.count } <= limits.opensPerDay
    }
}
