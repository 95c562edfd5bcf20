import AccessLog
import ArgumentParser
import CanonicalJSON
import Client
import Console
import Pages
import VaultModel
import Wire

struct LogWhoReadCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "who-read",
        abstract: "Who has seen a customer's data, when, what for, which fields, how often.",
        discussion: """
            --out writes a slip to print for the customer. It names the staff by their roles, unless --staff name is \
            given and you may list the staff. The question is an entry about this customer itself.

            Example: coffer log who-read C-7K3M-9QXD --out slip.html --lang zh
            """)

    @Argument(help: ArgumentHelp("The customer's number.", valueName: "number"))
    var number: String

    @Option(help: ArgumentHelp("The new page to print for the customer.", valueName: "file"), completion: .file())
    var out: String?

    @Flag(help: "Replace the page if it is there.")
    var replace = false

    @Option(
        help: ArgumentHelp("How the page names the staff: role or name.", valueName: "role|name"),
        completion: .list(["role", "name"]))
    var staff = "role"

    @OptionGroup var options: GlobalOptions

    static let writesPages = true

    func perform(_ output: Output) async throws {
        let number = try Arguments.customer(number)
        guard ["role", "name"].contains(staff) else { throw Failure.usage("--staff is role or name", why: "staff") }
        let language = try options.pageLanguage()
        let file = try out.map { (path) throws(Failure) in try PageFile(path, replaces: replace) }
        let session = try await Session.open(options, output)
        let names = try await session.knownNames()
        guard staff == "role" || !names.isEmpty else {
            throw Failure(
                code: "denied", why: "staff",
                message: "your role may not list the staff, so that their names are not known",
                hint: "leave --staff out: the page says their roles", exitCode: 3)
        }
        let reading = try await BrokerReading.begin(.init(customer: number), session)
        var sightings = CustomerSightings(of: number)
        _ = try await reading.read(output) { sightings.add($0) }
        try await reading.learn(&sightings.staff)
        try await reading.end()
        let page = SlipPage(
            number, sightings, language: language, names: staff == "name" ? names : nil, clock: .here,
            made: reading.made)
        try file?.write(page.html)
        output.answer(Self.members(sightings, names, reading)) { Self.text(sightings, names, output) }
        if !output.isJSON, sightings.unknown > 0 {
            output.warning("\(sightings.unknown) older entries do not say any more whom they were about")
        }
        if let entry = reading.entry { output.entry(entry) }
    }

    private static func members(
        _ sightings: CustomerSightings, _ names: [String: String], _ reading: BrokerReading
    ) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "entries": .array(
                sightings.sightings.map { sighting in
                    .object(
                        sighting.actor.members(names).merging([
                            "fields": .strings(sighting.fields.map(\.description)),
                            "form": .string(sighting.form?.rawValue ?? ""), "index": .count(sighting.index),
                            "kind": .string(sighting.kind.rawValue), "purpose": .string(sighting.purpose),
                            "time": .string(Moment.iso(sighting.time)),
                        ]) { first, _ in first })
                }),
            "refused": .count(sightings.refused), "unknown": .count(sightings.unknown),
        ]
        members["entry"] = reading.entry.map(JSONValue.count)
        return members
    }

    private static func text(_ sightings: CustomerSightings, _ names: [String: String], _ output: Output) -> String {
        let groups = sightings.groups(byPerson: true)
        guard !groups.isEmpty else { return "nobody has opened data of this customer\n" }
        var table = Table([
            .init("times", .trailing), .init("last"), .init("who", canShrink: true), .init("role", canShrink: true),
            .init("purpose", canShrink: true), .init("fields", canShrink: true), .init("form"), .init("kind"),
            .init("entry", .trailing),
        ])
        for group in groups {
            let (sighting, actor) = (group.newest, group.newest.actor)
            table.add([
                "\(group.times)", Moment.local(sighting.time), names[actor.person] ?? actor.shortID, actor.role,
                sighting.purpose, sighting.fields.map(\.description).joined(separator: " "),
                sighting.form?.rawValue ?? "", sighting.kind.rawValue, "\(sighting.index)",
            ])
        }
        return table.rendered(width: output.width, paint: output.paint)
    }
}

extension LogReport.Actor {
    /// The opaque id of the person, or of her key, cut so that a table has room for it.
    var shortID: String {
        let id = person.isEmpty ? kid : person
        return id.count > 14 ? id.prefix(12) + "…" : id
    }
}
