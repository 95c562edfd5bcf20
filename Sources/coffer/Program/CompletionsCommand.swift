import ArgumentParser
import CanonicalJSON
import Console

struct CompletionsCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print the completion script for a shell.",
        discussion: "Example: coffer completions bash > /etc/bash_completion.d/coffer")

    @Argument(help: ArgumentHelp("bash, zsh or fish.", valueName: "shell"), completion: .list(["bash", "zsh", "fish"]))
    var shell: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        guard let shell = CompletionShell(rawValue: shell) else {
            throw Failure.usage("there are completions for bash, zsh and fish", why: "shell")
        }
        let script = Coffer.completionScript(for: shell)
        output.answer(["script": .string(script)]) { script.hasSuffix("\n") ? script : script + "\n" }
    }
}
