import AccessLog
import VaultModel

extension ReportPage {
    /// Rows of each list.
    private static let shown = 20

    /// Archives and restore drills: whether the shop could come back, and how fast.
    var archives: Markup {
        let archives = report.archives
        var sums = HTMLTable("", [.text(words[.remark]), .figure(words[.count])], isNarrow: true)
        let figures: [(Word, UInt64)] = [
            (.archivesMade, archives.made), (.archivesCarried, archives.carried), (.archivesRemoved, archives.removed),
            (.drills, archives.drills), (.drillsFailed, archives.failed),
        ]
        for (word, count) in figures {
            sums.add([words[word], words.number(count)], isMarked: word == .drillsFailed && count > 0)
        }
        var parts = [sums.markup]
        if archives.carried == 0 { parts.append("<p>\(words[.noArchives])</p>") }
        if archives.drills == 0 { parts.append("<p>\(words[.noDrills])</p>") }
        parts += drillList(archives) + carriedList(archives)
        return section(.archives, lead: words[.archivesLead], parts)
    }

    private func drillList(_ archives: LogReport.Archives) -> [Markup] {
        guard !archives.newestDrills.isEmpty else { return [] }
        var table = HTMLTable(
            words[.drills],
            [
                .figure(words[.entry]), .short(words[.time]), .text(words[.drillTier]), .text(words[.drillResult]),
                .figure(words[.drillTook]), .figure(words[.drillAge]), .person(words[.who]),
            ])
        let shown = archives.newestDrills.suffix(Self.shown)
        for drill in shown {
            let note = drill.note
            table.add(
                [
                    String(drill.event.index), clock.text(drill.event.time),
                    words[note.tier == .cards ? .tierCards : .tierStructure],
                    words[note.passed ? .drillPassed : .drillFailed],
                    words(.inSeconds, "\(note.took / 1_000).\(note.took % 1_000 / 100)"),
                    words(.inHours, "\(note.age / 3_600)"), name(drill.event.actor),
                ], isMarked: !note.passed)
        }
        return ["<h3>\(words[.drills])</h3>", table.markup] + rest(archives.drills, shown.count)
    }

    private func carriedList(_ archives: LogReport.Archives) -> [Markup] {
        guard !archives.newest.isEmpty else { return [] }
        var table = HTMLTable(
            words[.archivesCarried],
            [
                .figure(words[.entry]), .short(words[.time]), .text(words[.archiveSet]), .person(words[.who]),
            ])
        let shown = archives.newest.suffix(Self.shown)
        for carried in shown {
            table.add([
                String(carried.event.index), clock.text(carried.event.time), carried.set, name(carried.event.actor),
            ])
        }
        return ["<h3>\(words[.archivesCarried])</h3>", table.markup] + rest(archives.carried, shown.count)
    }

    private func rest(_ all: UInt64, _ shown: Int) -> [Markup] {
        guard all > UInt64(shown) else { return [] }
        return ["<p class=\"note\">\(words(.andMore, words.number(all - UInt64(shown))))</p>"]
    }
}
