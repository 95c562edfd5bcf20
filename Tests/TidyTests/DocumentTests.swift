import Testing

/// Documents against the sources they speak of.
@Suite("The documents") struct DocumentTests {
    @Test func `every command that a document names exists`() throws {
        let commands = Set(
            Checkout.files(under: "Sources/coffer/", endingIn: ["swift"]).flatMap { file in
                (file.text ?? "").matches(of: /commandName: "([a-z-]+)"/).map { String($0.1) }
            })
        #expect(commands.isSuperset(of: ["coffer", "import", "find"]))
        for path in ["README.md", "SECURITY.md", "CHANGELOG.md", "keys/README.md"] {
            for call in Documents.calls(try Checkout.text(path)) {
                #expect(commands.isSuperset(of: call), "\(path) names: coffer \(call.joined(separator: " "))")
            }
        }
    }

    @Test func `commands are found in prose and in sessions`() {
        let text = """
            Try `coffer policy check FILE`, or `coffer find --phone P`; the command `coffer` itself, a coffer of gold.
            | a | `coffer log tail`, `coffer lock` |
            owner$   coffer staff invite --name "Lin"
            owner$   coffer staff approve Lin
            """
        #expect(
            Documents.calls(text) == [
                ["policy", "check"], ["find"], ["log", "tail"], ["lock"], ["staff", "invite"], ["staff", "approve"],
            ])
    }

    @Test func `the sessions of the README are part of the demos`() throws {
        let demo = try ["demo", "cards", "disaster", "erasure", "stage"].map { try Checkout.text("Examples/\($0).sh") }
            .joined()
        let readme = try Checkout.text("README.md")
        let session = readme.split(separator: "\n").filter { $0.contains("$ coffer ") }
        #expect(session.count > 5)
        for line in session {
            let words = Documents.calls(String(line)).first ?? []
            let call = words.joined(separator: " ")
            #expect(demo.contains(try Regex("^ *as .*\\b\(call)\\b").anchorsMatchLineEndings()), "coffer \(call)")
        }
    }

    @Test func `every package has its reason in docs dependencies md`() throws {
        let manifest = try Checkout.text("Package.swift")
        let reasons = try Checkout.text("docs/dependencies.md")
        let packages = manifest.matches(of: /\.package\(url: "https:\/\/[^"]*\/([^"\/]+?)(\.git)?"/).map {
            String($0.1)
        }
        #expect(packages.count > 5)
        for package in packages {
            #expect(reasons.contains("| \(package) |"), "\(package) has no line")
        }
    }

    @Test func `every file and folder that a document names is there`() throws {
        var named = 0
        for path in ["README.md", "SECURITY.md", "docs/architecture.md", "docs/decisions.md", "keys/README.md"] {
            for place in Documents.places(try Checkout.text(path)) {
                named += 1
                let isThere = Checkout.files.contains { $0.path == place || $0.path.hasPrefix(place + "/") }
                #expect(isThere, "\(path) names \(place)")
            }
        }
        #expect(named > 15)
    }

    @Test func `places are found between backquotes`() {
        let text = "see `docs/a.md`, `Sources/`, `.ci/packages`, `README.md`, `coffer find`, `x/y`, docs/b.md"
        #expect(Documents.places(text) == ["docs/a.md", "Sources", ".ci/packages", "README.md"])
    }
}

/// Reading documents.
enum Documents {
    /// The subcommands of each call of `coffer`: words behind it up to the first that is no name of a command.
    static func calls(_ text: String) -> [[String]] {
        text.matches(of: /(?:`|^[a-z]+\$ +)coffer((?: [a-z-]+(?=[ `\n]))+)/.anchorsMatchLineEndings()).map { match in
            match.1.split(separator: " ").prefix { !$0.hasPrefix("-") }.map(String.init)
        }
    }

    /// Paths of this repository: they begin with one of its folders, or are a file in capitals at its top.
    static func places(_ text: String) -> [String] {
        let folders = "Sources|Tests|Benchmarks|Examples|docs|policies|keys|scripts|\\.ci"
        guard
            let regex = try? Regex(
                "`((?:\(folders))/[A-Za-z0-9._/-]*|[A-Z]+(?:\\.md)?)`", as: (Substring, Substring).self)
        else { return [] }
        return text.matches(of: regex).map { $0.1.hasSuffix("/") ? String($0.1.dropLast()) : String($0.1) }
            .filter { $0.contains("/") || $0.hasSuffix(".md") || folders.contains($0) || $0 == "LICENSE" }
    }
}
