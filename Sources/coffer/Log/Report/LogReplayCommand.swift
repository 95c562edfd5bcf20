import AccessLog
import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import Host
import Policy
import VaultModel
import Wire

struct LogReplayCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Which past reads a policy would refuse: the one in force, or one that is not yet.",
        discussion: """
            Replays what a policy decides: role, fields, form, purpose, approvals, and what was lent. Limits and ends of \
            rights are not looked at. Exit code 0 whatever is found.

            Example: coffer log replay --month 2026-11 --policy stricter.yaml
            """)

    @Option(help: ArgumentHelp("Only this month.", valueName: "yyyy-mm"))
    var month: String?

    @Option(help: ArgumentHelp("From this time on.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Before this time.", valueName: "time"))
    var until: String?

    @Option(
        name: .customLong("policy"),
        help: ArgumentHelp("Ask this file instead of the policy in force.", valueName: "file"),
        completion: .file(extensions: ["yaml"]))
    var file: String?

    @OptionGroup var source: LogSourceOptions
    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let (since, until) = try span()
        var policy = try file.map { (path) throws(Failure) in try PolicyFile.parse(path, output) }
        var replay = PolicyReplay(since: since, until: until)
        let reading: any LogReading
        var newest: String?
        if let export = try source.export() {
            reading = export
        } else {
            let session = try await Session.open(options, output)
            if policy == nil { policy = try await session.policy() }
            reading = try await BrokerReading.begin(.init(since: since, until: until, redact: true), session)
        }
        _ = try await reading.read(output) { entry in
            replay.add(entry)
            if let hash = entry.core?.policy, !hash.isEmpty { newest = hash }
        }
        var wanted = replay.wanted
        while !wanted.isEmpty {
            for id in wanted {
                let block = try await reading.block(id)
                guard case .capability = block.block else {
                    throw ExportFetch.damaged("what was lent is no capability")
                }
                replay.learn(block)
            }
            wanted = replay.wanted
        }
        if policy == nil, let newest { policy = try await reading.policy(newest) }
        try await reading.end()
        guard let policy else {
            throw Failure.usage("the log names no policy", hint: "name one: --policy FILE", why: "policy")
        }
        let verdict = replay.verdict(of: policy)
        var members = verdict.members
        members["policy"] = .string(policy.sha256)
        members["entry"] = reading.entry.map(JSONValue.count)
        output.answer(members) { verdict.text(output) }
        if let entry = reading.entry { output.entry(entry) }
    }

    /// Milliseconds since 1970; an end of 0 is none.
    private func span() throws(Failure) -> (since: Int64, until: Int64) {
        if let month {
            guard since == nil, until == nil else {
                throw .usage("--month stands by itself", hint: "leave --since and --until out", why: "month")
            }
            let period = try ReportMonth(month).period(now: SystemClock().nowMilliseconds())
            return (period.since, period.until)
        }
        let (since, until) = (try Arguments.time(since, "--since"), try Arguments.time(until, "--until"))
        guard until == 0 || since < until else {
            throw .usage("--until is before --since", why: "time")
        }
        return (since, until)
    }
}

extension PolicyReplay.Verdict {
    fileprivate var members: [String: JSONValue] {
        [
            "allowed": .count(judged - refused), "judged": .count(judged), "refused": .count(refused),
            "entries": .array(
                groups.flatMap { group in
                    group.indices.map { ["index": .count($0), "why": .string(group.reason.rawValue)] }
                }),
            "groups": .array(
                groups.map { group in
                    [
                        "act": .string(group.act.rawValue), "count": .count(group.count),
                        "detail": .string(group.detail), "entries": .array(group.indices.map(JSONValue.count)),
                        "fields": .strings(group.fields.map(\.description)), "first": .string(Moment.iso(group.first)),
                        "form": .string(group.form?.rawValue ?? ""), "keys": .count(group.keys),
                        "kind": .string(group.kind.rawValue), "last": .string(Moment.iso(group.last)),
                        "lender": .string(group.lender), "purpose": .string(group.purpose),
                        "role": .string(group.role), "why": .string(group.reason.rawValue),
                    ]
                }),
        ]
    }

    fileprivate func text(_ output: Output) -> String {
        var list = LabelList()
        list.add("reads", "\(judged)")
        list.add("allowed", "\(judged - refused)", ink: .good)
        list.add("refused", "\(refused)", ink: refused > 0 ? .warning : .good)
        let sums = list.rendered(paint: output.paint)
        guard !groups.isEmpty else { return sums }
        var table = Table([
            .init("times", .trailing), .init("act"), .init("role", canShrink: true), .init("lent by", canShrink: true),
            .init("purpose", canShrink: true), .init("fields", canShrink: true), .init("form"), .init("why"),
            .init("detail", canShrink: true), .init("first entry", .trailing),
        ])
        for group in groups {
            table.add([
                "\(group.count)", group.act.rawValue, group.role, group.lender, group.purpose,
                group.fields.map(\.description).joined(separator: " "), group.form?.rawValue ?? "",
                group.reason.rawValue, group.detail, group.indices.first.map(String.init) ?? "",
            ])
        }
        return sums + "\n" + table.rendered(width: output.width, paint: output.paint)
    }
}
