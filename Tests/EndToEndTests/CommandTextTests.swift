import Foundation
import Testing

extension EndToEnd {
    /// A hint that names a command nobody can run sends a person away in the moment she needs help.
    @Suite struct CommandTextTests {
        @Test func `every command and option that a text or a hint names is there`() throws {
            let texts = try Self.texts()
            #expect(texts.count > 200, "sources, documents and policies are looked at")
            var helps = Helps(sandbox: try Sandbox())
            var named = 0
            for (path, text) in texts {
                for match in text.matches(
                    of: /(?:^|[^\w.\/\-])coffer((?: [a-z][a-z-]*)+)((?: (?:--[a-z-]+|[\w.\/=:…]+))*)/)
                {
                    let words = match.1.split(separator: " ").map(String.init)
                    let (command, help) = try helps.longest(words)
                    // "coffer" is also a user, a folder and a word of a sentence.
                    guard !command.isEmpty else { continue }
                    named += 1
                    #expect(
                        command.count == words.count || !help.contains("SUBCOMMANDS:"),
                        "\(path): there is no \"\(match.0)\"")
                    for option in match.2.split(separator: " ") where option.hasPrefix("--") {
                        #expect(help.contains(option), "\(path): \(command) has no \(option)")
                    }
                }
            }
            #expect(named > 150, "the pattern finds what it looks for")
        }

        private static func texts() throws -> [(String, String)] {
            let suffixes = [".swift", ".md", ".yaml", ".service", ".timer", ".py"]
            var found: [(String, String)] = []
            for folder in ["Sources", "docs", "packaging", "policies", "keys"] {
                for file in try BackupShop.files(Sandbox.root + "/" + folder)
                where suffixes.contains(where: file.hasSuffix) {
                    let path = "\(folder)/\(file)"
                    found.append((path, try String(contentsOfFile: Sandbox.root + "/" + path, encoding: .utf8)))
                }
            }
            for path in ["README.md", "SECURITY.md"] {
                found.append((path, try String(contentsOfFile: Sandbox.root + "/" + path, encoding: .utf8)))
            }
            return found
        }

        /// The help of each command, asked once.
        private struct Helps {
            let sandbox: Sandbox
            private var known: [[String]: String] = [:]

            init(sandbox: Sandbox) { self.sandbox = sandbox }

            /// How many of the words are a command, and its help.
            mutating func longest(_ words: [String]) throws -> (command: [String], help: String) {
                var command: [String] = []
                var help = try help(of: command)
                for word in words {
                    guard help.contains("SUBCOMMANDS:"), help.contains("\n  \(word) ") else { break }
                    command.append(word)
                    help = try self.help(of: command)
                }
                return (command, help)
            }

            private mutating func help(of command: [String]) throws -> String {
                if let help = known[command] { return help }
                let outcome = try sandbox.run(Sandbox.binaries + "/coffer", command + ["--help"])
                try #require(outcome.code == 0)
                known[command] = outcome.text
                return outcome.text
            }
        }
    }
}
