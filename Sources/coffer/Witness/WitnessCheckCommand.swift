import ArgumentParser
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct WitnessCheckCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Show the log to its witnesses and keep their cosignatures.",
        discussion: """
            A witness that has seen more, or another history, is asked for the note it cosigned last. If the log's own key \
            signed that and the log does not contain it, the vault's files were put back or replaced: the broker seals \
            itself, and the exit code is 6. A witness that only says so, or does not answer, seals nothing: exit code 5. \
            Run it from cron, at least once a week.

            Members of --json: witnesses[{name, state, size, time}], entry. state is cosigned, unreachable, not-served or \
            unproved; size and time are those of a cosignature, 0 and an empty text without one.

            Example: coffer witness check
            """)

    @Argument(help: ArgumentHelp("Only this witness.", valueName: "name"))
    var name: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let name = try name.map(Arguments.witness)
        let session = try await Session.open(options, output)
        let act = try await session.witnessAct()
        let client = WitnessClient()
        let findings: Findings
        do throws(Failure) {
            findings = try await ask(name, session, by: act, client)
            await client.shutdown()
        } catch {
            await client.shutdown()
            // This device itself has seen more than the broker shows, or another history: it is a witness too.
            guard WitnessRound.isOfOtherLog(error), !session.rememberedCheckpoint.isEmpty,
                (try? await WitnessRound.raise(Array(session.rememberedCheckpoint.utf8), session, by: act)) == true
            else { throw error }
            throw Self.alarm(error.message, why: error.why, error.hint)
        }
        try show(findings, output)
    }

    /// What came of a round.
    private struct Findings {
        var list: [(name: String, finding: WitnessRound.Finding)] = []
        var stored: Answer<StoreCosigned.Reply>?
    }

    private func ask(
        _ name: String?, _ session: Session, by act: Act, _ client: WitnessClient
    ) async throws(Failure) -> Findings {
        var witnesses = try await session.listedWitnesses(by: act).message.witnesses
        if let name { witnesses = [try WitnessRemoveCommand.witness(name, in: witnesses)] }
        guard !witnesses.isEmpty else {
            throw Failure(
                code: "not-found", why: "witness", message: "no witness is named yet",
                hint: "coffer witness add NAME URL --key VKEY", exitCode: 4)
        }
        var round = try await WitnessRound(session, by: act, client)
        var findings = Findings()
        for witness in witnesses {
            let finding = try await round.ask(witness)
            findings.list.append((witness.name, finding))
            // A sealed broker answers nothing more.
            if case .alarm = finding { return findings }
        }
        findings.stored = try await round.store()
        return findings
    }

    private func show(_ findings: Findings, _ output: Output) throws {
        for case (let name, .alarm(let seen, let shown)) in findings.list {
            throw seen > shown
                ? Self.alarm(
                    "the access log was rolled back: witness \(name) has seen \(seen) entries, the broker has \(shown)",
                    why: "rollback")
                : Self.alarm(
                    "the access log has two histories: witness \(name) has seen another one of its first \(seen) entries",
                    why: "fork")
        }
        let members: [String: JSONValue] = ["witnesses": .array(findings.list.map(Self.json))]
        output.answer(findings.stored?.members(members) ?? members) {
            var list = LabelList()
            for (name, finding) in findings.list {
                let (text, ink) = Self.text(finding)
                list.add(name, text, ink: ink)
            }
            return list.rendered(paint: output.paint)
        }
        if let stored = findings.stored { output.entry(stored.entry) }
        guard let (name, finding) = findings.list.first(where: { !$0.finding.isGood }) else { return }
        let failure = Self.failure(name, finding)
        // A script has its object already.
        guard !output.isJSON else {
            output.warning(failure.message)
            throw EndedWith(exitCode: failure.exitCode)
        }
        throw failure
    }

    private static func alarm(_ message: String, why: String, _ hint: String = "") -> Failure {
        let remedy =
            "somebody put back or replaced the vault's files: keep a copy of the folder, then find the newest one"
        return Failure(
            code: ErrorCode.integrity.rawValue, why: why, message: message + "; the broker has sealed itself",
            hint: hint.isEmpty ? remedy : hint + "; " + remedy, exitCode: 6)
    }

    private static func failure(_ name: String, _ finding: WitnessRound.Finding) -> Failure {
        let (text, _) = text(finding)
        let hint =
            switch finding {
            case .notServed: "on the witness: coffer witness serve … --log LOGKEY"
            case .unproved: "nothing was sealed, because anybody could say that; ask the owner of the witness"
            default: "see that it runs, and that its URL is right: coffer witness list"
            }
        return Failure(
            code: ErrorCode.unavailable.rawValue, why: finding.state, message: "witness \(name): \(text)", hint: hint,
            exitCode: 5)
    }

    private static func text(_ finding: WitnessRound.Finding) -> (String, Ink) {
        switch finding {
        case .cosigned(let size, let time): ("cosigned \(size) entries, \(Moment.local(time * 1_000))", .good)
        case .unreachable: ("does not answer", .error)
        case .notServed: ("does not know this log", .error)
        case .unproved: ("says that the log is not what it was, and shows no proof", .error)
        case .alarm: ("has seen another log", .error)
        }
    }

    private static func json(_ item: (name: String, finding: WitnessRound.Finding)) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(item.name), "size": 0, "state": .string(item.finding.state), "time": "",
        ]
        if case .cosigned(let size, let time) = item.finding {
            members["size"] = .count(size)
            members["time"] = .string(Moment.iso(time * 1_000))
        }
        return .object(members)
    }
}

extension WitnessRound.Finding {
    fileprivate var isGood: Bool { if case .cosigned = self { true } else { false } }

    /// The word for scripts.
    fileprivate var state: String {
        switch self {
        case .cosigned: "cosigned"
        case .unreachable: "unreachable"
        case .notServed: "not-served"
        case .unproved: "unproved"
        case .alarm: "alarm"
        }
    }
}
