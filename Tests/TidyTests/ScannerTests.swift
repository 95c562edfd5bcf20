import Testing

/// The scanners on snippets that are bad: a scanner that finds nothing there finds nothing anywhere.
@Suite("The scanners") struct ScannerTests {
    @Test func `code, comments and texts are told apart`() {
        let force = Words.force
        let source = ##"""
            let a = "\##(force) // no" // \##(force) yes
            /* outer /* inner print( */ still */ let b = 1
            let c = """
                print(1) "quoted" \(f(print(2), "x")) end
                """
            let d = #"raw " \(no) \#(yes)"#
            """##
        let lines = SwiftLines(source).lines
        #expect(lines[0].code == "let a = \"\" ")
        #expect(lines[0].comment == "// \(force) yes")
        #expect(lines[1].code == " let b = 1")
        #expect(lines[1].comment == "/* outer /* inner print( */ still */")
        #expect(lines[3].code == "\\(f(print(2), \"\"))")
        #expect(lines[4].code == "\"\"\"")
        #expect(lines[5].code == "let d = #\"\\#(yes)\"#")
    }

    @Test(
        arguments: [
            ("import Storage", "Storage", nil),
            ("public import Storage", "Storage", nil),
            ("@_spi(Turnstile) internal import Keys", "Keys", "Turnstile"),
            ("@_spi(Turnstile) @testable import Keys", "Keys", "Turnstile"),
            ("private import struct Foundation.Data", "Foundation", nil),
            ("@preconcurrency import GRDB // why", "GRDB", nil),
            ("let x = 1; import CSodium", "CSodium", nil),
        ] as [(String, String, String?)])
    func `imports are found in every form`(source: String, module: String, spi: String?) {
        #expect(
            ImportStatement.all(in: SwiftLines("\n" + source)) == [ImportStatement(module: module, spi: spi, line: 2)])
    }

    @Test(arguments: ["// import Storage", "let a = \"import Storage\"", "importer(Storage)", "let important = 1"])
    func `what only looks like an import is none`(source: String) {
        #expect(ImportStatement.all(in: SwiftLines(source)) == [])
    }

    @Test(arguments: [
        "final class A: \(Words.unchecked) {}", "\(Words.nonisolated) var a = 1", "let a = \(Words.force) f()",
        "let a = \(Words.force) f() // no", "// MARK: - a b c d\nlet a = \(Words.force) f()",
    ])
    func `a missing reason is found`(source: String) {
        #expect(SourceScanner.withoutReason(SwiftLines(source), path: "a").count == 1)
    }

    @Test(arguments: [
        "// The lock guards every member.\nfinal class A: \(Words.unchecked) {}",
        "final class A: \(Words.unchecked) {\n    // The lock guards every member.\n}",
        "let a = \(Words.force) f()  // the literal is well formed", "let a = \"\(Words.force)\"", "// \(Words.force)",
    ])
    func `a reason is accepted before, behind and beside`(source: String) {
        #expect(SourceScanner.withoutReason(SwiftLines(source), path: "a") == [])
    }

    @Test func `prints, erasures and empty expectations are found, their like is not`() {
        #expect(SourceScanner.prints(SwiftLines("print(1)\n  debugPrint(2); dump(3)"), path: "a").count == 3)
        #expect(
            SourceScanner.prints(SwiftLines("fingerprint(1)\nself.print(2)\n// print(3)\n\"print(4)\""), path: "a")
                == [])
        #expect(SourceScanner.erasures(SwiftLines("c.eraseDatabaseOnSchemaChange = true"), path: "a").count == 1)
        #expect(
            SourceScanner.emptyExpectations(
                SwiftLines("\(Words.emptyTests[0])\n@Test(\(Words.emptyTests[3])\"x\"))"), path: "a"
            ).count == 2)
        #expect(SourceScanner.emptyExpectations(SwiftLines("#expect(true == f())"), path: "a") == [])
    }

    @Test func `secrets are found`() {
        let dashes = "-----"
        #expect(TextScanner.secrets("\(dashes)BEGIN PRIVATE KEY\(dashes)", path: "a").count == 1)
        #expect(TextScanner.secrets("x\n\(dashes)BEGIN OPENSSH PRIVATE KEY\(dashes)", path: "a").first?.line == 2)
        #expect(TextScanner.secrets("AGE-SECRET-KEY-" + "1QQQQQQQQQQQQQQQQQQQQQQ", path: "a").count == 1)
        #expect(TextScanner.secrets("begins with AGE-SECRET-KEY-" + "1…", path: "a").count == 1)
        let seed = String(repeating: "0123456789abcdef", count: 4)
        #expect(TextScanner.secrets(seed, path: "keys/a").count == 1)
        #expect(TextScanner.secrets(seed, path: "Sources/a") == [])
        #expect(TextScanner.secrets("", path: "Tests/owner.identity").count == 1)
        #expect(TextScanner.secrets("a private key, BEGIN PUBLIC KEY", path: "a") == [])
    }

    // Put together here, so that the sources hold no such path themselves.
    @Test(arguments: ["see /" + "work/main/x", "\"/" + "root/.cache\"", "`/home/li/a`", "/Users/li/a"])
    func `paths of one machine are found`(text: String) {
        #expect(TextScanner.machinePaths(text, path: "a").count == 1)
    }

    @Test(arguments: [
        "https://example.com/home/page", "network/" + "work/rest", "/workspace", "the /work", "/rooted/a",
    ])
    func `other paths are left alone`(text: String) {
        #expect(TextScanner.machinePaths(text, path: "a") == [])
    }

    @Test func `numbers of a tracker are found, other numbers are not`() {
        for text in ["see issue 12", "Issue #12", "fixes #7", "PR 9", "merged (#3)", "ticket-88"] {
            #expect(TextScanner.trackerNumbers(text, path: "a").count == 1, "\(text)")
        }
        for text in ["issued 2 keys", "colour #a1b2c3", "#if 1", "\\#(x)", "PR9X", "step 4", "UAX #11"] {
            #expect(TextScanner.trackerNumbers(text, path: "a") == [], "\(text)")
        }
    }
}
