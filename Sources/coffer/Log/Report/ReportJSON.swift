import AccessLog
import CanonicalJSON
import Console
import Primitives
import VaultModel

extension LogReport {
    /// The figures of the page, for scripts.
    func members(_ names: [String: String]) -> [String: JSONValue] {
        var indices: [String: JSONValue] = [:]
        if let range = coverage.indices {
            indices = ["first": .count(range.lowerBound), "last": .count(range.upperBound)]
        }
        return [
            "archives": archives.json(names),
            "approvals": [
                "asked": .count(approvals.asked), "given": .count(approvals.given), "used": .count(approvals.used),
            ],
            "coverage": .object(
                indices.merging([
                    "entries": .count(coverage.entries), "origin": .string(coverage.origin),
                    "purged": .count(coverage.purged), "root": .string(Base64.encode(coverage.root)),
                    "size": .count(coverage.size), "skipped_numbers": .count(coverage.skippedNumbers),
                    "starts": .count(coverage.starts), "withheld": .count(coverage.withheld),
                    "without_subject": .count(coverage.withoutSubject),
                ]) { first, _ in first }),
            "customer_exports": customerExports.json(names), "customers": .count(customers),
            "days": .array(
                days.enumerated().filter { !$0.element.isEmpty }.map { place, counts in
                    let day = CivilDay(daysSince1970: firstDay).adding(days: Int64(place))
                    return .object(counts.members.merging(["day": .string(day.description)]) { first, _ in first })
                }),
            "denials": .array(
                denials.map {
                    [
                        "count": .count($0.count), "last": .string(Moment.iso($0.last)), "persons": .count($0.persons),
                        "why": .string($0.reason.rawValue),
                    ]
                }),
            "emergencies": .array(emergencies.map { $0.json(names) }), "emergency_count": .count(emergencyCount),
            "erasures": erasures.json(names),
            "erasure_counts": [
                "asked": .count(erasureCounts.asked), "done": .count(erasureCounts.done),
                "undone": .count(erasureCounts.undone),
            ],
            "hours": .array(
                hours.enumerated().filter { !$0.element.isEmpty }.map { hour, counts in
                    .object(counts.members.merging(["hour": .count(hour)]) { first, _ in first })
                }),
            "log_exports": logExports.json(names), "log_readings": .count(logReadings),
            "made": .string(Moment.iso(made)),
            "overdue": .array(
                overdue.map { right in
                    .object(
                        right.actor.members(names).merging([
                            "expires": .string(Moment.iso(right.expires)), "given": .string(Moment.iso(right.given)),
                            "state": right.hasEnded ? "ended" : "due",
                        ]) { first, _ in first })
                }),
            "people": .array(
                people.map { person in
                    .object(
                        person.counts.members.merging(person.actor.members(names)) { first, _ in first }.merging([
                            "active_days": .count(person.activeDays), "customers": .count(person.customers),
                            "last": .string(Moment.iso(person.last)),
                        ]) { first, _ in first })
                }),
            "policy": .string(policy),
            "purposes": .array(
                purposes.map { .object($0.counts.members.merging(["purpose": .string($0.name)]) { first, _ in first }) }
            ),
            "remarkable": .count(remarkable),
            "remarks": .object(
                Dictionary(
                    uniqueKeysWithValues: Remark.allCases.map { ($0.member, (remarks[$0] ?? .none).json(names)) })),
            "since": .string(Moment.iso(since)), "total": .object(total.members), "until": .string(Moment.iso(until)),
            "vault": .string(vault),
            "witness": witnessed.map {
                ["name": .string($0.name), "size": .count($0.size), "time": .string(Moment.iso($0.time))]
            } ?? "none",
        ]
    }

    /// The figures that a person wants to see at once.
    func summary(_ output: Output) -> String {
        var list = LabelList()
        list.add("reads", "\(total.reads)")
        list.add("look-ups", "\(total.lookups)")
        list.add("customers", "\(customers)")
        list.add("refused", "\(total.refused)")
        list.add("to look at", "\(remarkable)", ink: remarkable > 0 ? .warning : .good)
        for remark in Remark.allCases {
            guard let count = remarks[remark]?.count, count > 0 else { continue }
            list.add("  " + remark.rawValue, "\(count)")
        }
        list.add(
            "archives",
            "\(archives.carried) arrived, \(archives.drills) restore drills, \(archives.failed) of them failed",
            ink: archives.failed > 0 ? .warning : .good)
        list.add("overdue reviews", "\(overdue.count)", ink: overdue.isEmpty ? .good : .warning)
        return list.rendered(paint: output.paint)
    }
}

extension LogReport.Remark {
    /// As a member of an object.
    fileprivate var member: String { rawValue.replacing("-", with: "_") }
}

extension LogReport.Counts {
    fileprivate var members: [String: JSONValue] {
        [
            "changes": .count(changes), "lookups": .count(lookups), "reads": .count(reads),
            "records": .count(records), "refused": .count(refused),
        ]
    }
}

extension LogReport.Actor {
    func members(_ names: [String: String]) -> [String: JSONValue] {
        [
            "kid": .string(kid), "name": .string(names[person] ?? ""), "person": .string(person), "role": .string(role),
        ]
    }
}

extension LogReport.Events {
    fileprivate func json(_ names: [String: String]) -> JSONValue {
        ["count": .count(count), "newest": .array(newest.map { .object($0.members(names)) })]
    }
}

extension LogReport.Archives {
    fileprivate func json(_ names: [String: String]) -> JSONValue {
        [
            "carried": .count(carried), "drills": .count(drills), "drills_failed": .count(failed),
            "made": .count(made),
            "newest": .array(
                newest.map { carried in
                    .object(
                        carried.event.actor.members(names).merging([
                            "index": .count(carried.event.index), "set": .string(carried.set),
                            "time": .string(Moment.iso(carried.event.time)),
                        ]) { first, _ in first })
                }),
            "newest_drills": .array(
                newestDrills.map { drill in
                    .object(
                        drill.event.actor.members(names).merging([
                            "index": .count(drill.event.index), "passed": .bool(drill.note.passed),
                            "rpo_s": .integer(drill.note.age), "set": .string(drill.note.set),
                            "tier": .string(drill.note.tier.rawValue), "time": .string(Moment.iso(drill.event.time)),
                            "took_ms": .integer(drill.note.took),
                        ]) { first, _ in first })
                }),
            "removed": .count(removed),
        ]
    }
}

extension LogReport.Emergency {
    fileprivate func json(_ names: [String: String]) -> JSONValue {
        var members = event.members(names)
        members["state"] = .string(state.rawValue)
        members["reviewed"] = reviewed.map { .string(Moment.iso($0)) }
        return .object(members)
    }
}

extension LogReport.Event {
    fileprivate func members(_ names: [String: String]) -> [String: JSONValue] {
        actor.members(names).merging([
            "act": .string(act?.rawValue ?? ""), "count": .count(count), "customers": .count(customers),
            "decision": .string(decision.rawValue), "fields": .strings(fields.map(\.description)),
            "index": .count(index), "kind": .string(kind.rawValue), "purpose": .string(purpose),
            "time": .string(Moment.iso(time)), "why": .string(reason.rawValue),
        ]) { first, _ in first }
    }
}
