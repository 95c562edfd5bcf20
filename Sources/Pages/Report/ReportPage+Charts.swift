import AccessLog
import Console
import VaultModel

extension ReportPage {
    // MARK: - When

    var times: Markup {
        let days = report.days.enumerated().map { place, counts in
            ColumnChart.Column(
                label: String(day(place).day),
                title: words(
                    .columnTitle, words.day(day(place)), words.number(counts.reads), words.number(counts.lookups)),
                first: counts.reads, second: counts.lookups)
        }
        let hours = report.hours.enumerated().map { hour, counts in
            ColumnChart.Column(
                label: String(hour),
                title: words(.columnTitle, Self.hour(hour), words.number(counts.reads), words.number(counts.lookups)),
                first: counts.reads, second: counts.lookups)
        }
        func most(_ counts: [LogReport.Counts]) -> String {
            words.number(counts.map { $0.reads + $0.lookups }.max() ?? 0)
        }
        let charts: [(Word, Markup)] = [
            (
                .perDay,
                ColumnChart(
                    id: "days", title: words[.perDay],
                    description: words(.perDayDesc, words.number(days.count), most(report.days)), columns: days
                ).svg(words)
            ),
            (
                .perHour,
                ColumnChart(
                    id: "hours", title: words[.perHour], description: words(.perHourDesc, most(report.hours)),
                    columns: hours
                ).svg(words)
            ),
        ]
        var table = HTMLTable(words[.daysTable], [.short(words[.day])] + countColumns)
        for (place, counts) in report.days.enumerated() where !counts.isEmpty {
            table.add([day(place).description] + cells(counts))
        }
        if !table.isEmpty { table.add([words[.total]] + cells(report.total)) }
        var byHour = HTMLTable(words[.hoursTable], [.short(words[.hour])] + countColumns)
        for (hour, counts) in report.hours.enumerated() where !counts.isEmpty {
            byHour.add([Self.hour(hour)] + cells(counts))
        }
        return section(.when, [pair([charts[0]], table.markup), pair([charts[1]], byHour.markup)])
    }

    private static func hour(_ hour: Int) -> String { hour < 10 ? "0\(hour):00" : "\(hour):00" }

    private var countColumns: [HTMLTable.Column] {
        [.reads, .lookups, .records, .changes, .refused].map { .figure(words[$0]) }
    }

    private func cells(_ counts: LogReport.Counts) -> [String] {
        [counts.reads, counts.lookups, counts.records, counts.changes, counts.refused].map(words.number)
    }

    // MARK: - Who

    var people: Markup {
        let reading = report.people.filter { $0.counts.reads + $0.counts.lookups > 0 }
        let wide = report.people.filter { $0.customers > 0 }.sorted {
            ($1.customers, fullName($0.actor)) < ($0.customers, fullName($1.actor))
        }
        let charts: [(Word, Markup)] = [
            (
                .perPerson,
                bars(
                    "people", .perPerson, .perPersonDesc,
                    reading.map { person in
                        BarChart.Bar(
                            name: name(person.actor),
                            title: words(
                                .columnTitle, fullName(person.actor), words.number(person.counts.reads),
                                words.number(person.counts.lookups)),
                            first: person.counts.reads, second: person.counts.lookups)
                    })
            ),
            (
                .breadth,
                bars(
                    "breadth", .breadth, .breadthDesc,
                    wide.map { person in
                        BarChart.Bar(
                            name: name(person.actor),
                            title: words(.barTitle, fullName(person.actor), words.number(person.customers)),
                            first: person.customers, second: 0)
                    })
            ),
        ]
        var table = HTMLTable(
            words[.peopleTable],
            [.person(words[.who]), .text(words[.role])]
                + [.reads, .lookups, .records, .customers, .changes, .refused, .activeDays].map { .figure(words[$0]) }
                + [.short(words[.last])])
        for person in report.people {
            let (counts, few) = (cells(person.counts), words.number(person.customers))
            table.add(
                [name(person.actor), words.role(person.actor.role)] + counts.prefix(3) + [few] + counts.suffix(2)
                    + [words.number(person.activeDays), clock.text(person.last)])
        }
        let figures = [pair([charts[0]], pair([charts[1]], .empty, legend: [.customers]))]
        return section(.whoTitle, figures + [table.markup])
    }

    private func bars(_ id: String, _ title: Word, _ description: Word, _ bars: [BarChart.Bar]) -> Markup {
        let chart = BarChart(
            id: id, title: words[title], description: words(description, words.number(bars.count)), bars: bars
        ).svg(words)
        guard bars.count > BarChart.most else { return chart }
        let note = words(.barsMore, words.number(BarChart.most), words.number(bars.count))
        return chart + "\n<p class=\"note\">\(note)</p>"
    }

    // MARK: - What for, and what was refused

    var purposes: Markup {
        func name(_ purpose: LogReport.Named) -> String {
            purpose.name.isEmpty ? words[.noPurpose] : words.purpose(purpose.name)
        }
        let read = report.purposes.filter { $0.counts.reads + $0.counts.lookups > 0 }
        let chart = bars(
            "purposes", .perPurpose, .perPurposeDesc,
            read.map { purpose in
                BarChart.Bar(
                    name: name(purpose),
                    title: words(
                        .columnTitle, name(purpose), words.number(purpose.counts.reads),
                        words.number(purpose.counts.lookups)),
                    first: purpose.counts.reads, second: purpose.counts.lookups)
            })
        var table = HTMLTable("", [.text(words[.purpose])] + countColumns)
        for purpose in report.purposes { table.add([name(purpose)] + cells(purpose.counts)) }
        return section(.whatFor, [pair([(.perPurpose, chart)], table.markup)])
    }

    var refusals: Markup {
        let chart = bars(
            "refusals", .perReason, .perReasonDesc,
            report.denials.map { denial in
                BarChart.Bar(
                    name: words.name(denial.reason),
                    title: words(.barTitle, words.name(denial.reason), words.number(denial.count)),
                    first: denial.count, second: 0)
            })
        var table = HTMLTable(
            "",
            [.text(words[.reason]), .figure(words[.count]), .figure(words[.persons]), .short(words[.newest])])
        for denial in report.denials {
            table.add([
                words.name(denial.reason), words.number(denial.count), words.number(denial.persons),
                clock.text(denial.last),
            ])
        }
        return section(.refusals, [pair([(.perReason, chart)], table.markup, legend: [])])
    }
}
