import AccessLog
import Authority
import CanonicalJSON
import Client
import Console
import Host
import VaultModel
import Wire

/// What a leaver has seen, gathered from the whole log.
struct SeenReport {
    private(set) var seen: [ListSeen.Seen] = []
    private(set) var denied: UInt64 = 0
    private(set) var purged: UInt64 = 0
    /// The last 90 days, oldest first.
    private(set) var days: [ListSeen.Day] = []

    /// Days that stand out: more than three times the usual day's records (and at least ten), or five refusals.
    var unusual: [ListSeen.Day] {
        let shown = days.map(\.shown).sorted()
        guard !shown.isEmpty else { return [] }
        let usual = shown[shown.count / 2]
        return days.filter { $0.shown > max(9, usual * 3) || $0.denied >= 5 }
    }

    var customers: Int { Set(seen.map(\.customer)).count }

    /// Asks the broker stretch by stretch. Each question is an entry of its own.
    static func gather(_ person: PersonID, _ session: Session) async throws(Failure) -> SeenReport {
        var report = SeenReport()
        var byPlace: [String: ListSeen.Seen] = [:]
        var from: UInt64 = 0
        while true {
            let reply = try await session.call(ListSeen.self, .init(person: person, from: from)).message
            for item in reply.seen {
                let place = item.customer.text + item.form.rawValue
                byPlace[place] = byPlace[place].map { $0.merging(item) } ?? item
            }
            for day in reply.days {
                report.days =
                    report.days.filter { $0.day != day.day }
                    + [report.days.first { $0.day == day.day }.map { $0.adding(day) } ?? day]
            }
            report.denied += reply.denied
            report.purged += reply.purged
            guard reply.next > from, reply.next < reply.size else { break }
            from = reply.next
        }
        report.days.sort { $0.day < $1.day }
        report.seen = byPlace.values.sorted { ($0.customer.text, $0.form) < ($1.customer.text, $1.form) }
        return report
    }
}

extension ListSeen.Day {
    fileprivate func adding(_ other: ListSeen.Day) -> ListSeen.Day {
        ListSeen.Day(
            day: day, shown: shown + other.shown, lookups: lookups + other.lookups, changes: changes + other.changes,
            denied: denied + other.denied)
    }

    /// As a row of a table.
    var cells: [String] {
        [String(Moment.iso(day * 86_400_000).prefix(10)), "\(shown)", "\(lookups)", "\(changes)", "\(denied)"]
    }
}

extension ListSeen.Seen {
    fileprivate func merging(_ other: ListSeen.Seen) -> ListSeen.Seen {
        ListSeen.Seen(
            customer: customer, form: form, fields: Set(fields + other.fields).sorted(), reads: reads + other.reads,
            last: max(last, other.last))
    }
}

/// The receipt of somebody's leaving: for the file as JSON, whose statement verifies without broker or vault, and as a
/// page to print.
struct OffboardingReceipt {
    struct Adopted {
        let old: String
        let to: String
        let new: String
    }

    let name: String
    let roles: [String]
    let reply: Answer<OffboardStaff.Reply>
    let adopted: [Adopted]
    let seen: SeenReport

    /// Members of the answer.
    var members: [String: JSONValue] {
        [
            "adopted": .array(
                adopted.map { ["old": .string($0.old), "new": .string($0.new), "to": .string($0.to)] }),
            "chains_killed": .count(reply.message.ended),
            "connections_cut": .count(reply.message.connections),
            "name": .string(name), "open_tasks": .strings(reply.message.tasks),
            "requests_withdrawn": .count(reply.message.withdrawn), "revoked_at_entry": .count(reply.entry),
            "seen_customers": .integer(Int64(seen.customers)),
        ]
    }

    var json: JSONValue {
        var all = members
        all["roles"] = .strings(roles)
        all["killed"] = .strings(reply.message.killed.map(\.capability))
        all["statement"] = reply.message.statement
        if let receipt = reply.receipt, let text = String(validating: receipt.encode(), as: UTF8.self) {
            all["receipt"] = .string(text)
        }
        all["seen"] = .array(seen.seen.map(\.jsonValue))
        all["days"] = .array(seen.days.map(\.jsonValue))
        all["unusual_days"] = .array(seen.unusual.map(\.jsonValue))
        all["refused"] = .count(seen.denied)
        all["unknown"] = .count(seen.purged)
        return .object(all)
    }

    func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        do throws(HostError) { try DurableFile.create(path, with: bytes) } catch {
            throw Failure(
                code: "unavailable", why: "receipt", message: "the receipt could not be written: \(error.reason)",
                hint: "the keys have ended all the same; write it elsewhere with the log export", exitCode: 5)
        }
    }

    // MARK: - The page

    var html: String {
        let killed = reply.message.killed.map { lost in
            [lost.to, lost.order, lost.wasLent ? "lent by the leaver" : "lent to the leaver"]
        }
        let sights = seen.seen.map { item in
            [
                item.customer.text, item.fields.map(\.description).joined(separator: ", "), item.form.rawValue,
                "\(item.reads)", Moment.local(item.last),
            ]
        }
        return """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>Offboarding receipt</title>
            <style>
            :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
            body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
            h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
            table { border-collapse: collapse; width: 100%; font-size: .9rem; }
            th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #8886; vertical-align: top; }
            dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.5rem; } dd { margin: 0; }
            .wide { overflow-x: auto; } .sign { margin-top: 4rem; border-top: 1px solid; width: 20rem; }
            @media print { body { margin: 0; } tr { break-inside: avoid; } }
            </style>
            <h1>Offboarding receipt</h1>
            <dl>
            <dt>Person</dt><dd>\(Self.escaped(name))</dd>
            <dt>Roles</dt><dd>\(Self.escaped(roles.joined(separator: ", ")))</dd>
            <dt>Keys ended</dt><dd>entry \(reply.entry) of the access log</dd>
            <dt>Connections cut</dt><dd>\(reply.message.connections)</dd>
            <dt>Capabilities ended</dt><dd>\(reply.message.ended), \(adopted.count) taken over</dd>
            <dt>Customers seen</dt><dd>\(seen.customers)</dd>
            <dt>Requests refused</dt><dd>\(seen.denied)</dd>
            </dl>
            <h2>Still to be done</h2>
            \(Self.table(["task"], reply.message.tasks.map { [Self.words(task: $0)] }))
            <h2>What ended</h2>
            \(Self.table(["person", "order", "relation"], killed))
            <h2>The last 90 days</h2>
            \(Self.table(["day", "records shown", "look-ups", "changes", "refused"], seen.days.map(\.cells)))
            <h2>Days that stand out</h2>
            <p>More than three times the records of a usual day, or five refusals.</p>
            \(Self.table(["day", "records shown", "look-ups", "changes", "refused"], seen.unusual.map(\.cells)))
            <h2>What the person has seen</h2>
            <p>No revocation undoes this: keep it with the confidentiality agreement. \
            \(seen.purged == 0 ? "" : "\(seen.purged) older entries have been purged; what they showed is not known.")</p>
            \(Self.table(["customer", "fields", "form", "times", "last"], sights))
            <p class="sign">Date, signature</p>
            </html>

            """
    }

    /// What a task asks for.
    static func words(task: String) -> String {
        switch task {
        case "vault-passphrase": "the vault's passphrase was known: change it, and mind copies of the files"
        case "authority-key": "make sure that the authority's key file and its copies are with somebody who stays"
        default: task
        }
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "<p>Nothing.</p>" }
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>" + cells.map { "<\(tag)>\(escaped($0))</\(tag)>" }.joined() + "</tr>"
        }
        return "<div class=\"wide\"><table>\n" + row(head, "th") + "\n"
            + rows.map { row($0, "td") }.joined(separator: "\n") + "\n</table></div>"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
