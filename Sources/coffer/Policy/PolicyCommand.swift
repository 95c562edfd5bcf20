import ArgumentParser
import CanonicalJSON
import Console
import Host
import Policy

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Check, explain, try out and apply the policy.",
        subcommands: [
            PolicyCheckCommand.self, PolicyExplainCommand.self, PolicySimulateCommand.self, PolicyApplyCommand.self,
        ])
}

struct PolicyCheckCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a policy file; every mistake is shown with its line.",
        discussion: "Works without a broker. Exit code 1 when there are mistakes.\n\n"
            + "Example: coffer policy check policies/takeout.yaml")

    @Argument(help: ArgumentHelp("The policy file.", valueName: "file"), completion: .file(extensions: ["yaml"]))
    var file: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let problems: [PolicyProblem]
        switch PolicyDocument.parse(try PolicyFile.read(file), file: file) {
        case .success: problems = []
        case .failure(let refused): problems = refused.problems
        }
        output.answer([
            "ok": .bool(problems.isEmpty),
            "problems": .array(
                problems.map { problem in
                    [
                        "column": .count(problem.column), "hint": .string(problem.hint), "line": .count(problem.line),
                        "problem": .string(problem.problem),
                    ]
                }),
        ]) {
            if problems.isEmpty { return output.paint(.good, "ok") + "\n" }
            return problems.map { TerminalText.safe($0.description) + "\n" }.joined()
        }
        guard problems.isEmpty else { throw EndedWith.failedCheck }
    }
}

/// Policy files on disk.
enum PolicyFile {
    /// Far above what fits into a request; a larger file is another file.
    private static let limitBytes = 1_024 * 1_024

    static func read(_ path: String) throws(Failure) -> [UInt8] {
        do throws(HostError) { return try DurableFile.read(path, limit: limitBytes) } catch {
            throw .file(error, "the policy file", why: "policy-file")
        }
    }

    /// A policy that is to be used, not only checked: mistakes end the command.
    static func parse(_ path: String, _ output: Output) throws(Failure) -> PolicyDocument {
        switch PolicyDocument.parse(try read(path), file: path) {
        case .success(let document): return document
        case .failure(let refused):
            refused.problems.forEach { output.note($0.description) }
            throw .usage(
                "the policy has \(refused.problems.count) mistake\(refused.problems.count == 1 ? "" : "s")",
                hint: "coffer policy check FILE", why: "policy")
        }
    }
}

extension Failure {
    /// A file that could not be read or written. The path is the person's own words and is not repeated.
    static func file(_ error: HostError, _ subject: String, why: String) -> Failure {
        if error.isFullDisk {
            return Failure(
                code: "unavailable", why: why, message: "\(subject): \(error.reason.lowercased())",
                hint: "make room on that disk, then try again", exitCode: 5)
        }
        return .usage("\(subject): \(error.reason.lowercased())", hint: "check the path and its permissions", why: why)
    }
}
