internal import Wire

/// How far a scrub has come, and what it has found.
struct ScrubProgress {
    var done = 0
    var total = 0
    var opened = 0
    var repaired = 0
    var orphans = 0
    var findings: [ScrubStatus.Finding] = []
}
