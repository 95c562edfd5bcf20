import ArgumentParser
import Client
import Console
import Host
import Pages

/// What every command takes.
struct GlobalOptions: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print one JSON object on standard output.")
    var isJSON = false

    @Option(help: ArgumentHelp("Language of the messages: en so far; of pages: en, zh.", valueName: "tag"))
    var lang: String?

    @Option(
        help: ArgumentHelp("Folder of the vault. Default: $COFFER_DIR, then ~/.local/share/coffer.", valueName: "dir"),
        completion: .directory)
    var dir: String?

    @Option(
        help: ArgumentHelp(
            "Your identity file. Default: $COFFER_IDENTITY, then ~/.config/coffer/identity.", valueName: "file"),
        completion: .file())
    var identity: String?

    @Option(
        help: ArgumentHelp(
            "File whose first line is the passphrase of the identity, instead of a prompt. Default: "
                + "$COFFER_PASSPHRASE_FILE.", valueName: "file"),
        completion: .file())
    var passphraseFile: String?

    /// The options as they are typed; they may stand before the command too.
    static let flags: Set<String> = ["--json"]
    static let valued: Set<String> = ["--lang", "--dir", "--identity", "--passphrase-file"]

    /// Where the command's words go. Refuses a language that is not there yet; pages have more of them than messages.
    func output(writesPages: Bool = false) throws(Failure) -> Output {
        if writesPages {
            _ = try pageLanguage()
        } else if let lang, lang != "en", !lang.hasPrefix("en-"), !lang.hasPrefix("en_") {
            throw .usage("messages are in English only so far", hint: "leave --lang out, or use --lang en", why: "lang")
        }
        return Output(isJSON: isJSON)
    }

    /// The language of a page: of `--lang`, else of the locale, else English.
    func pageLanguage() throws(Failure) -> PageLanguage {
        if let lang {
            guard let language = PageLanguage(tag: lang) else {
                throw .usage("pages are written in English and Chinese", hint: "--lang en or --lang zh", why: "lang")
            }
            return language
        }
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap(Self.environment).first
        return locale.flatMap { PageLanguage(tag: $0) } ?? .en
    }

    var folder: String {
        get throws(Failure) {
            if let dir = dir ?? Self.environment("COFFER_DIR") { return dir }
            if let base = Self.environment("XDG_DATA_HOME"), base.hasPrefix("/") {
                return FilePaths.join(base, "coffer")
            }
            guard let home = Self.environment("HOME"), home.hasPrefix("/") else {
                throw .usage("no folder is named, and there is no home", hint: "--dir DIR", why: "dir")
            }
            return FilePaths.join(home, ".local/share/coffer")
        }
    }

    /// Where the broker listens.
    var socketPath: String {
        get throws(Failure) { FilePaths.join(try folder, "cofferd.sock") }
    }

    var identityPath: String {
        get throws(Failure) {
            if let identity = identity ?? Self.environment("COFFER_IDENTITY") { return identity }
            return try paths.identity
        }
    }

    /// The places of the XDG base directory specification.
    var paths: ClientPaths {
        get throws(Failure) {
            var environment: [String: String] = [:]
            for name in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
                environment[name] = Environment.value(name)
            }
            guard let paths = ClientPaths(environment: environment) else {
                throw .usage("there is no home to keep things in", hint: "set HOME", why: "home")
            }
            return paths
        }
    }

    /// The passphrase of the identity.
    func passphrase(_ output: Output) -> Passphrase {
        Passphrase(file: passphrasePath, output: output)
    }

    var passphrasePath: String? { passphraseFile ?? Self.environment("COFFER_PASSPHRASE_FILE") }

    /// A variable that is set to something.
    private static func environment(_ name: String) -> String? {
        Environment.value(name).flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// A command of ours: it does its work with an `Output`, and what it throws is a `Failure` or `EndedWith`.
protocol CofferCommand: AsyncParsableCommand {
    var options: GlobalOptions { get }
    /// Whether the command writes pages for people, which exist in more languages than messages.
    static var writesPages: Bool { get }
    func perform(_ output: Output) async throws
}

extension CofferCommand {
    static var writesPages: Bool { false }

    mutating func run() async throws { try await perform(try options.output(writesPages: Self.writesPages)) }
}
