public import AccessLog
public import VaultModel

/// What a customer gets when she asks who has seen her data: a page to print and to sign. It names no other customer and
/// no opaque id but the numbers of entries.
public struct SlipPage: Sendable {
    private let number: CustomerNumber
    private let sightings: CustomerSightings
    private let words: Words
    private let clock: PageClock
    private let names: [String: String]?
    private let made: Int64

    /// - Parameters:
    ///   - names: names of the staff by their opaque ids; nil to say their roles alone, because they are persons too.
    ///   - made: milliseconds since 1970 up to which the log was read.
    public init(
        _ number: CustomerNumber, _ sightings: CustomerSightings, language: PageLanguage, names: [String: String]?,
        clock: PageClock, made: Int64
    ) {
        self.number = number
        self.sightings = sightings
        words = Words(language: language)
        self.clock = clock
        self.names = names
        self.made = made
    }

    /// The whole file, UTF-8.
    public var html: String {
        let lead = words(.slipLead, number.text, clock.text(made))
        let footer = words[names == nil ? .slipFooter : .slipFooterNames]
        var body: Markup = """
            <h1>\(words[.slipTitle])</h1>
            <p>\(lead)</p>
            \(facts)
            """
        let groups = sightings.groups(byPerson: names != nil)
        if groups.isEmpty {
            body = body + "\n<p>\(words[.slipNone])</p>"
        } else {
            body = body + "\n<h2>\(words[.slipSummary])</h2>\n" + summary(groups)
            body = body + "\n<h2>\(words[.slipAll])</h2>\n" + all
        }
        if sightings.unknown > 0 {
            body = body + "\n<p class=\"note\">\(words(.slipPurged, words.number(sightings.unknown)))</p>"
        }
        body =
            body + """

                <div class="sign"><p>\(words[.slipSign])</p><p>\(words[.slipReceived])</p></div>
                <footer>\(footer)</footer>
                """
        return Style.page(words, title: words[.slipTitle], body: body)
    }

    private var facts: Markup {
        var facts = [(words[.slipNumber], number.text)]
        if let first = sightings.first, let last = sightings.last {
            facts.append((words[.slipCovers], words(.slipPeriod, clock.text(first), clock.text(last))))
        }
        facts.append((words[.clock], words(.clockZone, clock.zone(at: made))))
        let list = facts.map { name, value -> Markup in "<dt>\(name)</dt><dd>\(value)</dd>" }
        return "<dl class=\"facts\">\n\(list.joined())\n</dl>"
    }

    private func summary(_ groups: [CustomerSightings.Group]) -> Markup {
        var table = HTMLTable(
            "",
            [
                .person(words[.who]), .text(words[.purpose]), .long(words[.what]), .text(words[.form]),
                .text(words[.how]),
                .figure(words[.slipTimes]), .short(words[.newest]),
            ])
        for group in groups {
            let sighting = group.newest
            table.add([
                who(sighting.actor), purpose(sighting), fields(sighting), form(sighting), how(sighting),
                words.number(group.times), clock.text(sighting.time),
            ])
        }
        return table.markup
    }

    private var all: Markup {
        var table = HTMLTable(
            "",
            [
                .figure(words[.entry]), .short(words[.time]), .person(words[.who]), .text(words[.purpose]),
                .long(words[.what]), .text(words[.form]), .text(words[.how]),
            ])
        for sighting in sightings.sightings {
            table.add([
                String(sighting.index), clock.text(sighting.time), who(sighting.actor), purpose(sighting),
                fields(sighting), form(sighting), how(sighting),
            ])
        }
        return table.markup
    }

    // MARK: - Values

    private func who(_ actor: LogReport.Actor) -> String {
        let role = words.role(actor.role)
        guard let name = names?[actor.person], !name.isEmpty else { return role }
        return "\(name), \(role)"
    }

    private func purpose(_ sighting: CustomerSightings.Sighting) -> String {
        sighting.purpose.isEmpty ? words[.noPurpose] : words.purpose(sighting.purpose)
    }

    private func fields(_ sighting: CustomerSightings.Sighting) -> String {
        sighting.fields.map(words.name).joined(separator: words.language == .zh ? "、" : ", ")
    }

    private func form(_ sighting: CustomerSightings.Sighting) -> String { sighting.form.map(words.name) ?? "" }

    private func how(_ sighting: CustomerSightings.Sighting) -> String {
        switch sighting.kind {
        case .lookup: words[.howLookup]
        case .breakglass: words[.howEmergency]
        case .export: words[.howExport]
        case .read: words[sighting.form == .match ? .howCompared : .howRead]
        default: words.name(sighting.kind)
        }
    }
}
