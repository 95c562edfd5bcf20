public import AccessLog
import Console
import Primitives
import VaultModel

/// The report of a month as one page: no script, nothing fetched, for a screen of any width and for A4.
public struct ReportPage: Sendable {
    let report: LogReport
    let words: Words
    let clock: PageClock
    private let names: [String: String]
    private let isFromExport: Bool

    /// - Parameters:
    ///   - names: names of persons by their opaque ids, as far as they are known; the others are shown by their ids.
    ///   - isFromExport: whether the entries came from a folder instead of a broker.
    public init(
        _ report: LogReport, language: PageLanguage, names: [String: String], clock: PageClock, isFromExport: Bool
    ) {
        self.report = report
        words = Words(language: language)
        self.names = names
        self.clock = clock
        self.isFromExport = isFromExport
    }

    /// The whole file, UTF-8.
    public var html: String {
        let body = [
            header, remarkable, times, people, purposes, refusals, special, overdue, erasures, archives, coverage,
        ]
        return Style.page(words, title: "\(words[.reportTitle]), \(month)", body: body.joined(separator: "\n"))
    }

    // MARK: - Parts

    private var month: String { words.month(CivilDay(daysSince1970: report.firstDay)) }

    private var header: Markup {
        let figures: [(Word, UInt64, Bool)] = [
            (.reads, report.total.reads, false), (.lookups, report.total.lookups, false),
            (.records, report.total.records, false), (.customers, report.customers, false),
            (.people, UInt64(report.people.count { !$0.counts.isEmpty }), false),
            (.refused, report.total.refused, false), (.remarkable, report.remarkable, report.remarkable > 0),
        ]
        let tiles = figures.map { word, value, isMarked -> Markup in
            """
            <div\(isMarked ? " class=\"mark\"" : "" as Markup)><dt>\(words[word])</dt>\
            <dd title="\(words.number(value))">\(value < 10_000_000 ? words.number(value) : words.short(value))</dd></div>
            """
        }
        return """
            <header>
            <h1>\(words[.reportTitle]): \(month)</h1>
            <p class="faint">\(words(.reportLead, month))</p>
            <dl class="figures">
            \(tiles.joined())
            </dl>
            </header>
            """
    }

    func section(_ title: Word, lead: String = "", _ parts: [Markup]) -> Markup {
        let lead: Markup = lead.isEmpty ? "" : "<p class=\"faint\">\(lead)</p>\n"
        return """
            <section>
            <h2>\(words[title])</h2>
            \(lead)\(parts.joined())
            </section>
            """
    }

    /// Charts beside their table, each with a legend of its one or two parts.
    func pair(_ charts: [(Word, Markup)], _ table: Markup, legend: [Word] = [.reads, .lookups]) -> Markup {
        let figures = charts.map { title, chart -> Markup in
            "<figure><figcaption>\(words[title])</figcaption>\n\(self.legend(legend))\(chart)</figure>"
        }
        return "<div class=\"pair\"><div>\n\(figures.joined())\n</div>\n<div>\n\(table)\n</div></div>"
    }

    private func legend(_ parts: [Word]) -> Markup {
        guard !parts.isEmpty else { return .empty }
        let marks: [Markup] = ["<i></i>", "<i class=\"b\"></i>"]
        let items = zip(marks, parts).map { mark, word -> Markup in "<li>\(mark)\(words[word])</li>" }
        return "<ul class=\"legend\">\(items.joined(separator: ""))</ul>\n"
    }

    // MARK: - Values

    /// A person's name where it is known, else the beginning of her opaque id.
    func name(_ actor: LogReport.Actor) -> String {
        if let name = names[actor.person], !name.isEmpty { return name }
        if actor.isAuthority { return words[.authority] }
        let id = actor.person.isEmpty ? actor.kid : actor.person
        return id.count > 12 ? id.prefix(10) + "…" : id
    }

    /// Name and role, the whole id where the name is not known.
    func fullName(_ actor: LogReport.Actor) -> String {
        let name = names[actor.person] ?? (actor.person.isEmpty ? actor.kid : actor.person)
        return [actor.isAuthority ? words[.authority] : name, words.role(actor.role)].filter { !$0.isEmpty }.joined(
            separator: ", ")
    }

    /// Of a day in the period.
    func day(_ place: Int) -> CivilDay { CivilDay(daysSince1970: report.firstDay).adding(days: Int64(place)) }

    private var coverage: Markup {
        let coverage = report.coverage
        var facts: [(Word, String)] = [
            (.source, words[isFromExport ? .sourceExport : .sourceBroker]),
            (.made, clock.text(report.made)), (.clock, words(.clockZone, clock.zone(at: report.since))),
            (.vault, report.vault), (.origin, coverage.origin),
            (
                .entriesOfMonth,
                coverage.indices.map {
                    words(
                        .fromTo, String($0.lowerBound), String($0.upperBound), words.number(coverage.entries))
                } ?? words[.none]
            ),
        ]
        var gaps: [String] = []
        if coverage.purged > 0 { gaps.append(words(.purgedGap, words.number(coverage.purged))) }
        if coverage.withheld > 0 { gaps.append(words(.withheldGap, words.number(coverage.withheld))) }
        facts.append((.gaps, gaps.isEmpty ? words[.noGaps] : gaps.joined(separator: "; ")))
        if coverage.withoutSubject > 0 {
            facts.append((.withoutSubject, words(.withoutSubjectMeaning, words.number(coverage.withoutSubject))))
        }
        facts.append((.skipped, words(.skippedMeaning, words.number(coverage.skippedNumbers))))
        facts.append((.starts, words.number(coverage.starts)))
        facts.append((.checkpoint, words(.checkpointText, words.number(coverage.size), coverage.rootText)))
        facts.append(
            (
                .witness,
                report.witnessed.map {
                    words(.witnessText, $0.name, words.number($0.size), clock.text($0.time))
                } ?? words[.noWitness]
            ))
        facts.append((.policy, report.policy.isEmpty ? words[.none] : report.policy))
        let hashes: Set<Word> = [.vault, .origin, .checkpoint, .policy]
        let list = facts.map { word, text -> Markup in
            let value: Markup = hashes.contains(word) ? "<code>\(text)</code>" : "\(text)"
            return "<dt>\(words[word])</dt><dd>\(value)</dd>"
        }
        return section(
            .coverage, lead: words[.coverageLead],
            [
                "<dl class=\"facts\">\n\(list.joined())\n</dl>", "<p class=\"note\">\(words[.howCounted])</p>",
            ])
    }
}

extension LogReport.Coverage {
    /// The root as the checkpoint writes it.
    var rootText: String { Base64.encode(root) }
}
