import AccessLog
import ArgumentParser
import Authority
import CanonicalJSON
import Console
import Host
import VaultModel

struct LogVerifyCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify an exported log: every part, proof, signature and right.",
        discussion: """
            Works without a broker, a vault or a network. The key must come another way than the export: `coffer init` \
            prints it. Exit code 1 when anything is wrong.

            Example: coffer log verify export-2026-11 --key "$(cat log-key.txt)"
            """)

    @Argument(help: ArgumentHelp("The export's folder.", valueName: "dir"), completion: .directory)
    var folder: String

    @Option(help: ArgumentHelp("The log's key, or a file that holds it.", valueName: "logkey"))
    var key: String

    @Option(
        help: ArgumentHelp("File with a checkpoint known from before, which the log must continue.", valueName: "file"),
        completion: .file())
    var since: String?

    @Option(
        help: ArgumentHelp(
            "File that says which witnesses must have cosigned the log, in the form of an export's tlog-policy.",
            valueName: "file"),
        completion: .file())
    var witnessPolicy: String?

    @Option(help: ArgumentHelp("Only cosignatures from this time on count.", valueName: "time"))
    var witnessedSince: String?

    @Option(help: ArgumentHelp("The key that signs the vault's blocks, as init printed it.", valueName: "kid"))
    var authority: String?

    @Option(
        help: ArgumentHelp(
            "The recovery quorum's fingerprint, as on the cards: for the log of a vault that was brought back or has a new "
                + "authority.", valueName: "fingerprint"))
    var quorum: String?

    @OptionGroup var options: GlobalOptions

    private static let checkpointBytes = 64 * 1_024

    func perform(_ output: Output) async throws {
        let key = try Arguments.logKey(key, option: "--key")
        var options = VerifyOptions()
        if let since {
            do throws(HostError) { options.previous = try DurableFile.read(since, limit: Self.checkpointBytes) } catch {
                throw Failure.file(error, "the checkpoint cannot be read", why: "since")
            }
        }
        if let authority {
            guard let kid = KeyID(authority) else { throw Failure.usage("this is not a key's id", why: "authority") }
            options.authority = kid
        }
        options.quorum = quorum?.lowercased()
        try readWitnesses(into: &options, log: key)
        guard Folder.exists(folder) else {
            throw Failure.usage("there is no such folder", hint: "name the folder of an export", why: "dir")
        }
        var progress = Progress("verify", unit: .things("entries"), output: output)
        let report = LogVerifier.verify(directory: folder, key: key, options: options) { done, total in
            progress.show(done: Int64(clamping: done), of: Int64(clamping: total))
        }
        progress.finish()
        show(report, output)
        guard report.ok else {
            if quorum == nil, report.findings.contains(where: { $0.part == .block && $0.problem == .refused }) {
                output.hint(
                    "if the vault was brought back from archives or has a new authority: --quorum, from the cards")
            }
            throw EndedWith.failedCheck
        }
    }

    private func readWitnesses(into options: inout VerifyOptions, log key: VerifierKey) throws(Failure) {
        guard let witnessPolicy else {
            guard witnessedSince == nil else {
                throw .usage(
                    "a time without witnesses says nothing", hint: "name them: --witness-policy FILE",
                    why: "witness-policy")
            }
            return
        }
        let bytes: [UInt8]
        do throws(HostError) { bytes = try DurableFile.read(witnessPolicy, limit: Self.checkpointBytes) } catch {
            throw .file(error, "the witness policy cannot be read", why: "witness-policy")
        }
        let policy: WitnessPolicy
        do throws(WitnessPolicy.Problem) { policy = try WitnessPolicy(parsing: bytes) } catch {
            throw .usage(
                "this is not a witness policy" + Self.place(error), hint: "its form is C2SP tlog-policy",
                why: "witness-policy")
        }
        guard policy.logs.isEmpty || policy.logs.contains(where: { $0.key == key.key }) else {
            throw .usage("the witness policy is about other logs", why: "witness-policy")
        }
        options.witnesses = policy
        guard let witnessedSince else { return }
        guard let time = Moment.parse(witnessedSince), time >= 0 else {
            throw .usage(
                "--witnessed-since is not a time", hint: "2026-11-21 or 2026-11-21T08:00+08:00", why: "time")
        }
        options.witnessedSince = UInt64(time / 1_000)
    }

    private static func place(_ problem: WitnessPolicy.Problem) -> String {
        switch problem {
        case .line(let line), .duplicate(let line), .undefined(let line): ": line \(line)"
        case .quorum: ": it needs one quorum"
        case .tooLong, .control: ""
        }
    }

    private func show(_ report: VerifyReport, _ output: Output) {
        output.answer([
            "authority": .string(report.authority?.text ?? ""), "covered": .count(report.covered),
            "entries": .count(report.entries), "findings": .array(report.findings.map(Self.json)),
            "notes": .array(report.notes.map(Self.json)), "ok": .bool(report.ok),
            "recoveries": .array(
                report.recoveries.map { recovery in
                    [
                        "entry": .integer(Int64(clamping: recovery.index)),
                        "incarnation": .integer(recovery.block.incarnation),
                        "quorum": .string(Fingerprint.quorum(recovery.block.issuer)),
                    ]
                }),
            "scope": .string(report.scope.rawValue), "signatures_not_checked": .count(report.signaturesNotChecked),
            "signatures_ok": .count(report.signaturesVerified),
        ]) {
            var list = LabelList()
            list.add("result", report.ok ? "ok" : "findings", ink: report.ok ? .good : .error)
            list.add("scope", report.scope.rawValue)
            list.add("entries", "\(report.entries), \(report.covered) covered by the checkpoint")
            list.add(
                "signatures", "\(report.signaturesVerified) verified, \(report.signaturesNotChecked) not to be checked")
            for recovery in report.recoveries {
                list.add("recovered", "entry \(recovery.index), quorum " + Fingerprint.quorum(recovery.block.issuer))
            }
            let gaps = report.notes.filter { $0.problem == .gap }.count
            if gaps > 0 {
                list.add("counters", "\(gaps) gap\(gaps == 1 ? "" : "s"): questions without an entry, or never arrived")
            }
            return list.rendered(paint: output.paint) + Self.table(report.findings, output)
                + Self.table(report.notes.filter { $0.problem != .gap }, output)
        }
    }

    private static func table(_ findings: [LogFinding], _ output: Output) -> String {
        guard !findings.isEmpty else { return "" }
        var table = Table([
            .init("entry", .trailing), .init("part"), .init("problem"), .init("meaning", canShrink: true),
        ])
        for finding in findings {
            table.add([
                finding.index.map(String.init) ?? "", finding.file ?? finding.part.rawValue, finding.problem.rawValue,
                finding.problem.explanation,
            ])
        }
        return "\n" + table.rendered(width: output.width, paint: output.paint)
    }

    private static func json(_ finding: LogFinding) -> JSONValue {
        var members: [String: JSONValue] = [
            "part": .string(finding.part.rawValue), "problem": .string(finding.problem.rawValue),
        ]
        members["index"] = finding.index.map(JSONValue.count)
        members["file"] = finding.file.map(JSONValue.string)
        return .object(members)
    }
}
