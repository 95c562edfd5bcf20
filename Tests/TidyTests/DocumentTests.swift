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

    @Test func `the session of the README is part of the demo`() throws {
        let demo = try Checkout.text("Examples/demo.sh")
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
        #expect(packages.count > 10)
        for package in packages {
            #expect(reasons.contains("| \(package) |"), "\(package) has no line")
        }
    }

    @Test func `every place that the README's layout names is there`() throws {
        let readme = try Checkout.text("README.md")
        let places = readme.matches(of: /^\| `([A-Za-z\/]+\/)` \|/.anchorsMatchLineEndings()).map { String($0.1) }
        #expect(places.count > 5)
        for place in places {
            #expect(Checkout.files.contains { $0.path.hasPrefix(place) }, "\(place) is empty")
        }
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
}
