import Foundation
import Testing

/// What every file of this checkout is held to.
@Suite("The sources") struct SourceTests {
    private static let swift = Checkout.files(under: "Sources/", endingIn: ["swift"])
    private static let tests = Checkout.files(under: "Tests/", endingIn: ["swift"])

    @Test func `the checkout is found, or the other tests would look at nothing`() {
        #expect(Self.swift.count > 50)
        #expect(Self.tests.count > 20)
        #expect(Checkout.files.contains { $0.path == "Package.swift" && $0.isTracked })
    }

    @Test func `no source file has more than 400 lines`() {
        let endings = ["swift", "c", "cc", "cpp", "h", "py", "sh", "go"]
        let files = Checkout.files(under: "", endingIn: endings)
        let long = files.filter { $0.lines.count > 401 }.map { "\($0.path): \($0.lines.count - 1) lines" }
        #expect(long == [])
    }

    @Test func `what the compiler cannot check has a reason beside it`() {
        let found = (Self.swift + Self.tests).flatMap {
            SourceScanner.withoutReason($0.swift, path: $0.path)
        }
        #expect(found == [])
    }

    @Test func `libraries do not print`() {
        let executables = ["Sources/coffer/", "Sources/cofferd/"]
        let found = Self.swift.filter { file in !executables.contains { file.path.hasPrefix($0) } }
            .flatMap { SourceScanner.prints($0.swift, path: $0.path) }
        #expect(found == [])
    }

    @Test func `nothing lets the database be erased when its schema changes`() {
        #expect(Self.swift.flatMap { SourceScanner.erasures($0.swift, path: $0.path) } == [])
    }

    @Test func `no test is switched off or cannot fail`() {
        #expect(Self.tests.flatMap { SourceScanner.emptyExpectations($0.swift, path: $0.path) } == [])
    }

    @Test func `every test is run: none is written for XCTest`() {
        let found = Self.tests.filter { file in ImportStatement.all(in: file.swift).contains { $0.module == "XCTest" } }
        #expect(found.map(\.path) == [])
    }

    @Test func `no secret is committed`() {
        #expect(Checkout.files.flatMap { TextScanner.secrets($0.text ?? "", path: $0.path) } == [])
    }

    @Test func `no path of one machine and no number of a tracker is mentioned`() {
        let files = Checkout.files.filter { !$0.path.hasPrefix("Tests/TidyTests/") }
        #expect(files.flatMap { TextScanner.machinePaths($0.text ?? "", path: $0.path) } == [])
        let prose = files.filter { file in ["swift", "md", "sh", "py"].contains { file.path.hasSuffix("." + $0) } }
        #expect(prose.flatMap { TextScanner.trackerNumbers($0.text ?? "", path: $0.path) } == [])
    }

    @Test func `what the build writes is not tracked`() {
        let built = Checkout.files.filter { file in
            file.isTracked && (file.path == "Package.resolved" || file.path.hasPrefix(".build"))
        }
        #expect(built.map(\.path) == [])
    }

    @Test func `every shell script parses`() throws {
        let scripts = Checkout.files.filter { file in
            file.path.hasSuffix(".sh") || file.lines.first?.firstMatch(of: /^#!.*\b(ba)?sh\b/) != nil
        }
        #expect(scripts.contains { $0.path == ".ci/run" })
        for script in scripts {
            let result = Command.run("bash", ["-n", Checkout.root.appending(path: script.path).path])
            #expect(result.status == 0, "\(script.path): \(result.output)")
            #expect(script.lines.contains { $0.hasPrefix("set -euo pipefail") }, "\(script.path) is not strict")
        }
    }
}
