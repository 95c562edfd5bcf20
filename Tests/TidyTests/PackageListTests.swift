import Testing

@Suite("The list of packages") struct PackageListTests {
    @Test func `every command that tests and scripts call comes with a package of the list`() throws {
        let list = PackageList(try Checkout.text(".ci/packages"))
        var called: Set<String> = []
        let programs = ["Tests/", "Benchmarks/"].flatMap { Checkout.files(under: $0, endingIn: ["swift"]) }
        for file in programs where !file.path.hasPrefix("Tests/TidyTests/Package") {
            called.formUnion(CommandScanner.inSwift(file.text ?? ""))
        }
        for file in Checkout.files where file.path.hasSuffix(".sh") || [".ci/run", "Makefile"].contains(file.path) {
            called.formUnion(CommandScanner.inShell(file.text ?? ""))
        }
        #expect(called.isSuperset(of: ["git", "make", "python3"]))
        #expect(called.subtracting(list.commands) == [])
    }

    @Test func `the list is sound`() throws {
        let list = PackageList(try Checkout.text(".ci/packages"))
        #expect(Set(list.packages).count == list.packages.count)
        #expect(list.packages.contains("libsodium-dev"))
        let names = list.packages.allSatisfy { $0.wholeMatch(of: /[a-z0-9][a-z0-9.+-]+/) != nil }
        #expect(names)
    }

    @Test func `the list is read`() {
        let list = PackageList("# c\n\nlibx-dev   a library\nopenssh  (bench) [ssh-add ssh-agent] keys\n")
        #expect(list.packages == ["libx-dev", "openssh"])
        #expect(list.commands == ["ssh-add", "ssh-agent"])
    }

    @Test func `commands are found in code and scripts`() {
        #expect(CommandScanner.inSwift("run(\"go\", [\"/usr/bin/openssl\", \"gone\", \"a go\"])") == ["go", "openssl"])
        let script = """
            go build
            if ! strace -f x; then jq . ; fi
            x=$(openssl rand 1) | xxd -p
            echo git and make
            \t@sqlite3 x
            """
        #expect(CommandScanner.inShell(script) == ["go", "strace", "jq", "openssl", "xxd", "sqlite3"])
    }
}
