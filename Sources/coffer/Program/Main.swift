private import ArgumentParser
private import Console
private import Glibc
private import Host

/// `coffer`: what the staff, the compliance officer and the owner type.
@main
enum Main {
    static func main() async {
        let arguments = LeadingOptions.moved(
            Array(CommandLine.arguments.dropFirst()), flags: GlobalOptions.flags, valued: GlobalOptions.valued,
            groups: Coffer.groups)
        // Before the arguments are understood: a usage error must be an object, too, where a script asked for one.
        let output = Output(isJSON: arguments.prefix { $0 != "--" }.contains("--json"))
        let code = await status(arguments, output)
        do throws(Failure) {
            try await OpenSessions.close()
        } catch {
            // What was seen of the log could not be kept. A refusal that was told already is the better answer.
            guard code == 0 else { exit(code) }
            output.fail(error)
            exit(error.exitCode)
        }
        exit(code)
    }

    /// Runs a command and says what it exits with.
    private static func status(_ arguments: [String], _ output: Output) async -> Int32 {
        do {
            try ProcessHardening.apply()
            var command = try Coffer.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch let failure as Failure {
            output.fail(failure)
            return failure.exitCode
        } catch let end as EndedWith {
            return end.exitCode
        } catch {
            return status(of: error, arguments, output)
        }
    }

    /// Help and the version are answers; everything else the parser throws is a usage error.
    private static func status(of error: any Error, _ arguments: [String], _ output: Output) -> Int32 {
        let code = Coffer.exitCode(for: error)
        if code == .success {
            output.data(Coffer.fullMessage(for: error) + "\n")
            return 0
        }
        guard code == .validationFailure else {
            // The error is not described: it may hold a value.
            let failure = Failure(
                code: "internal", why: "internal", message: "an error that should not happen",
                hint: "please report it with the command, without its values", exitCode: 70)
            output.fail(failure)
            return failure.exitCode
        }
        let failure = UsageError.failure(Coffer.message(for: error), arguments: arguments, groups: Coffer.groups)
        output.fail(failure)
        return failure.exitCode
    }
}

/// The command has said all it has to say, and ends with this code.
struct EndedWith: Error {
    let exitCode: Int32

    /// A check found something.
    static let failedCheck = EndedWith(exitCode: 1)
}
