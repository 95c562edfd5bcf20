import CanonicalJSON
import Console
import Wire

/// How much could be brought back, and how fast, in words: for `backup status`, `status` and `doctor`.
struct Restorability {
    let state: ArchiveState
    /// Milliseconds since 1970.
    let now: Int64

    /// Whether anybody ever brought an archive back.
    var isShown: Bool { state.structure > 0 || state.cards > 0 }

    /// `T3 2 d ago, T4 41 d ago`.
    var verified: String {
        let tiers = [("T3", state.structure), ("T4", state.cards)].filter { $0.1 > 0 }
        return tiers.isEmpty ? "never" : tiers.map { "\($0.0) \(Self.span(now - $0.1)) ago" }.joined(separator: ", ")
    }

    /// What would be lost now: what came after the newest archive that arrived; milliseconds, nil for everything.
    var lost: Int64? { state.stored == 0 ? nil : max(0, now - state.made) }

    /// What bringing it back took the last time, milliseconds; nil where nobody ever did. With the cards, if that was ever done:
    /// a drill key brings less than everything.
    var took: Int64? {
        guard isShown else { return nil }
        return state.cards > 0 ? state.cardsTook : state.structureTook
    }

    func add(to list: inout LabelList) {
        list.add("last verified restorable", verified)
        list.add("lost, if it were now", lost.map { "what came in the last " + Self.span($0) } ?? "everything")
        if let took { list.add("the last drill took", Self.seconds(took) + (state.cards > 0 ? " (T4)" : " (T3)")) }
    }

    /// Members of `--json`; what is not known is left out.
    var members: [String: JSONValue] {
        func time(_ milliseconds: Int64) -> JSONValue { .string(milliseconds == 0 ? "" : Moment.iso(milliseconds)) }
        var members: [String: JSONValue] = [
            "t3": time(state.structure), "t3_took_ms": .integer(state.structureTook), "t4": time(state.cards),
            "t4_took_ms": .integer(state.cardsTook),
        ]
        if let lost { members["rpo_s"] = .integer(lost / 1_000) }
        if let took { members["rto_ms"] = .integer(took) }
        return members
    }

    static func seconds(_ milliseconds: Int64) -> String { "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100) s" }

    /// In days, hours or minutes, rounded down.
    static func span(_ milliseconds: Int64) -> String {
        let minutes = max(0, milliseconds) / 60_000
        if minutes >= 48 * 60 { return "\(minutes / 1_440) d" }
        return minutes >= 120 ? "\(minutes / 60) h" : "\(minutes) min"
    }
}
