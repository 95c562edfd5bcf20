import AccessLog
import VaultModel

extension ReportPage {
    /// Rows of a list on the page; the log and `--json` have more.
    private static let listed = 20

    // MARK: - What stands out

    var remarkable: Markup {
        guard report.remarkable > 0 else {
            return section(.standsOut, ["<p>\(words[.nothingStandsOut])</p>"])
        }
        var sums = HTMLTable(
            "",
            [
                .text(words[.remark]), .figure(words[.count]), .short(words[.newest]), .long(words[.meaning]),
            ])
        for remark in LogReport.Remark.allCases {
            guard let events = report.remarks[remark], events.count > 0 else { continue }
            sums.add(
                [
                    words[remark.title], words.number(events.count),
                    events.newest.last.map { clock.text($0.time) } ?? "",
                    words[remark.meaning],
                ], isMarked: remark != .denied && remark != .strangers)
        }
        let all = LogReport.Remark.allCases.flatMap { report.remarks[$0]?.newest ?? [] }
        let newest = all.sorted { $0.index < $1.index }.suffix(Self.listed)
        var parts = [sums.markup, "<h3>\(words[.newestEvents])</h3>", list("", Array(newest))]
        if report.remarkable > UInt64(newest.count) { parts.append(more(report.remarkable - UInt64(newest.count))) }
        return section(.standsOut, lead: words[.standsOutLead], parts)
    }

    private func more(_ count: UInt64) -> Markup { "<p class=\"note\">\(words(.andMore, words.number(count)))</p>" }

    private func list(_ caption: String, _ events: [LogReport.Event]) -> Markup {
        var table = HTMLTable(
            caption,
            [
                .figure(words[.entry]), .short(words[.time]), .text(words[.kind]), .person(words[.who]),
                .text(words[.role]), .text(words[.reason]), .text(words[.purpose]), .text(words[.fields]),
            ])
        for event in events {
            let fields = event.fields.map(\.description).joined(separator: " ")
            table.add([
                String(event.index), clock.text(event.time),
                words.name(event.kind) + (event.count > 0 ? " (\(words.number(event.count)))" : ""), name(event.actor),
                words.role(event.actor.role), event.decision == .deny ? words.name(event.reason) : "",
                words.purpose(event.purpose), fields,
            ])
        }
        return table.markup
    }

    private func list(_ title: Word, _ events: LogReport.Events) -> [Markup] {
        guard events.count > 0 else { return [] }
        let shown = Array(events.newest.suffix(Self.listed))
        let rest = events.count - UInt64(shown.count)
        return ["<h3>\(words[title])</h3>", list("", shown)] + (rest > 0 ? [more(rest)] : [])
    }

    // MARK: - Exports, approvals, emergencies

    var special: Markup {
        var sums = HTMLTable("", [.text(words[.remark]), .figure(words[.count])], isNarrow: true)
        let figures: [(Word, UInt64)] = [
            (.customerExports, report.customerExports.count), (.logExports, report.logExports.count),
            (.logReadings, report.logReadings), (.approvalsAsked, report.approvals.asked),
            (.approvalsGiven, report.approvals.given), (.approvalsUsed, report.approvals.used),
            (.emergencies, report.emergencyCount),
        ]
        for (word, count) in figures { sums.add([words[word], words.number(count)]) }
        var parts = [sums.markup]
        if !report.emergencies.isEmpty {
            var table = HTMLTable(
                words[.emergencyTable],
                [
                    .figure(words[.entry]), .short(words[.time]), .person(words[.who]), .text(words[.role]),
                    .text(words[.fields]), .text(words[.state]), .short(words[.reviewed]),
                ])
            let shown = report.emergencies.suffix(Self.listed)
            for emergency in shown {
                let event = emergency.event
                table.add(
                    [
                        String(event.index), clock.text(event.time), name(event.actor), words.role(event.actor.role),
                        event.fields.map(\.description).joined(separator: " "), words[emergency.state.word],
                        emergency.reviewed.map(clock.text) ?? "",
                    ], isMarked: emergency.state != .reviewed)
            }
            parts.append(table.markup)
            let rest = report.emergencyCount - UInt64(shown.count)
            if rest > 0 { parts.append(more(rest)) }
        }
        parts += list(.customerExports, report.customerExports)
        parts += list(.logExports, report.logExports)
        return section(.especially, parts)
    }

    // MARK: - Reviews and erasures

    var overdue: Markup {
        guard !report.overdue.isEmpty else {
            return section(.overdue, lead: words[.overdueLead], ["<p>\(words[.noOverdue])</p>"])
        }
        var table = HTMLTable(
            words[.overdue],
            [
                .person(words[.who]), .text(words[.role]), .text(words[.state]), .short(words[.given]),
                .short(words[.ends]),
            ])
        for right in report.overdue {
            table.add(
                [
                    name(right.actor), words.role(right.actor.role), words[right.hasEnded ? .ended : .due],
                    clock.text(right.given),
                    clock.text(right.expires),
                ], isMarked: true)
        }
        return section(.overdue, lead: words[.overdueLead], [table.markup])
    }

    var erasures: Markup {
        let list = list(.erasures, report.erasures)
        guard !list.isEmpty else { return section(.erasures, ["<p>\(words[.noErasures])</p>"]) }
        var sums = HTMLTable("", [.text(words[.remark]), .figure(words[.count])], isNarrow: true)
        let counts = report.erasureCounts
        let figures: [(Word, UInt64)] = [
            (.erasuresAsked, counts.asked), (.erasuresUndone, counts.undone), (.erasuresDone, counts.done),
        ]
        for (word, count) in figures { sums.add([words[word], words.number(count)]) }
        return section(.erasures, [sums.markup] + list.dropFirst())
    }
}

extension LogReport.Remark {
    fileprivate var title: Word {
        switch self {
        case .emergency: .remarkEmergency
        case .alert: .remarkAlert
        case .clock: .remarkClock
        case .aborted: .remarkAborted
        case .strangers: .remarkStrangers
        case .denied: .remarkDenied
        case .cards: .remarkCards
        case .drill: .remarkDrill
        }
    }

    fileprivate var meaning: Word {
        switch self {
        case .emergency: .remarkEmergencyMeaning
        case .alert: .remarkAlertMeaning
        case .clock: .remarkClockMeaning
        case .aborted: .remarkAbortedMeaning
        case .strangers: .remarkStrangersMeaning
        case .denied: .remarkDeniedMeaning
        case .cards: .remarkCardsMeaning
        case .drill: .remarkDrillMeaning
        }
    }
}

extension LogReport.Emergency.State {
    fileprivate var word: Word {
        switch self {
        case .reviewed: .reviewed
        case .late: .late
        case .open: .open
        case .overdue: .overdueState
        }
    }
}
