import Foundation
import Testing
import VaultModel

@testable import AccessLog
@testable import Pages

/// Reports as large, as small and as strange as they come.
enum SampleReports {
    static let clock = PageClock(utcOffsetSeconds: { _ in 8 * 3_600 })
    /// 2026-10-31T16:00Z: the first moment of November eight hours ahead of UTC.
    static let since: Int64 = 1_793_462_400_000

    static func empty() throws -> LogReport {
        let day: Int64 = 86_400_000
        let period = ReportPeriod(since: since, until: since + 30 * day, utcOffsetSeconds: { _ in 8 * 3_600 })
        var report = LogReport(
            vault: String(repeating: "0a", count: 16), period: try #require(period), made: since, policy: "")
        report.coverage.origin = "coffer/" + String(repeating: "0a", count: 16) + "/1"
        report.coverage.root = [UInt8](repeating: 7, count: 32)
        return report
    }

    static func actor(_ number: Int, _ role: String = "customer-service") -> LogReport.Actor {
        let digits = String(number)
        return LogReport.Actor(
            person: "p_" + String(repeating: "7", count: 26 - digits.count) + digits, kid: "", role: role,
            isAuthority: false)
    }

    static func counts(_ reads: UInt64, _ lookups: UInt64) -> LogReport.Counts {
        var counts = LogReport.Counts()
        (counts.reads, counts.lookups, counts.records) = (reads, lookups, reads + lookups)
        return counts
    }

    static func event(_ index: UInt64, _ kind: EntryKind, _ reason: Reason = .granted) -> LogReport.Event {
        LogReport.Event(
            index: index, time: since + Int64(index) * 60_000, kind: kind, act: .read,
            decision: reason == .granted ? .allow : .deny, reason: reason, actor: actor(Int(index % 40)),
            purpose: "order", fields: ["customer.name", "customer.phone"].compactMap { FieldName($0) }, customers: 1,
            count: 0)
    }

    /// One read by one person.
    static func single() throws -> LogReport {
        var report = try empty()
        report.total = counts(1, 0)
        report.days[29] = counts(1, 0)
        report.hours[23] = counts(1, 0)
        report.customers = 1
        report.people = [.init(actor: actor(1), counts: counts(1, 0), customers: 1, activeDays: 1, last: since)]
        report.purposes = [.init(name: "order", counts: counts(1, 0))]
        report.coverage.indices = 5...5
        report.coverage.entries = 1
        return report
    }

    /// Every list full, `persons` persons, counts around `scale`.
    static func busy(persons: Int, scale: UInt64) throws -> LogReport {
        var report = try empty()
        for day in report.days.indices { report.days[day] = counts(scale + UInt64(day * 7 % 13), scale / 3) }
        for hour in report.hours.indices { report.hours[hour] = counts(scale * UInt64(hour % 5), scale / 7) }
        report.total = counts(scale * 30, scale * 10)
        report.customers = scale * 4
        report.people = (0..<persons).map { number in
            .init(
                actor: actor(number), counts: counts(scale * UInt64(persons - number), scale),
                customers: scale * UInt64(number), activeDays: 20, last: since + 86_400_000)
        }
        report.purposes = ["order", "support", "a-very-long-label-of-somebody-xx", ""].map {
            .init(name: $0, counts: counts(scale, scale / 2))
        }
        report.denials = Reason.allCases.filter { $0 != .granted }.map {
            .init(reason: $0, count: scale, persons: 3, last: since)
        }
        for remark in LogReport.Remark.allCases {
            report.remarks[remark] = .init(
                count: scale,
                newest: (0..<min(100, scale)).map { event($0, remark == .denied ? .read : .alert, .field) })
        }
        report.emergencies = LogReport.Emergency.State.allCases.map {
            .init(event: event(7, .breakglass), state: $0, reviewed: $0 == .reviewed ? since : nil)
        }
        report.emergencyCount = 4
        report.approvals = .init(asked: scale, given: scale, used: scale)
        report.customerExports = .init(count: 2, newest: [event(8, .export), event(9, .export)])
        report.logExports = .init(count: scale, newest: (0..<min(100, scale)).map { event($0, .export) })
        report.archives.made = scale + 1
        report.archives.carried = scale
        (report.archives.removed, report.archives.drills, report.archives.failed) = (1, 2, 1)
        let set = "b_" + String(repeating: "7", count: 26)
        report.archives.newest = (0..<min(100, scale)).map { .init(event: event($0, .backup), set: set) }
        report.archives.newestDrills = [
            DrillNote(tier: .cards, passed: true, took: 4_260, age: 7_300, set: set),
            DrillNote(tier: .structure, passed: false, took: 90, age: 0, set: ""),
        ].compactMap { $0 }.map { .init(event: event(11, .backup), note: $0) }
        report.erasures = .init(count: 1, newest: [event(10, .erase)])
        report.overdue = [
            .init(actor: actor(3), hasEnded: false, given: since, expires: since + 1),
            .init(actor: actor(4), hasEnded: true, given: since, expires: since + 1),
        ]
        report.coverage.indices = 0...(scale * 40)
        report.coverage.entries = scale * 40
        (report.coverage.purged, report.coverage.withheld, report.coverage.withoutSubject) = (3, 4, 5)
        (report.coverage.size, report.coverage.skippedNumbers) = (scale * 40 + 1, scale)
        return report
    }

    static func page(
        _ report: LogReport, _ language: PageLanguage = .en, names: [String: String] = [:], isFromExport: Bool = false
    ) -> String {
        ReportPage(report, language: language, names: names, clock: clock, isFromExport: isFromExport).html
    }

    /// Names of many shapes for the first forty persons.
    static func names() -> [String: String] {
        let shapes = [
            "李娜", "Maximiliana-Josephine von und zu Hohenfels-Wittgenstein", "王", "WWWWWWWWWWWWWWWWWWWWWWWW", "Al",
        ]
        return Dictionary(
            uniqueKeysWithValues: (0..<40).map { (actor($0).person, shapes[$0 % shapes.count] + " \($0)") })
    }
}

/// The parts of a page that a test looks for.
enum HTMLText {
    /// What stands between tags, with the marks for special characters read back.
    static func visible(_ html: String) -> String {
        let body = html.replacing(/<style>[\s\S]*?<\/style>/, with: "").replacing(/<[^>]*>/, with: " ")
        return body.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
    }

    /// The texts of the drawings, each with where it stands.
    static func drawn(_ html: String) -> [String] {
        html.matches(of: /<text[^>]*>([^<]*)<\/text>/).map { String($0.1) }
    }
}
