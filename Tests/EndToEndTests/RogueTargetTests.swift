import Foundation
import Testing

extension EndToEnd {
    /// Releasing without logging does not compile: small programs that try are handed to the compiler.
    @Suite(.serialized) struct RogueTargetTests {
        @Test func `a program that keeps to the rules compiles`() throws {
            let outcome = try compile("Lawful")
            #expect(outcome.code == 0, "\(outcome.errorText)")
        }

        @Test(arguments: [
            ("ForgedGrant", "'LoggedGrant' initializer is inaccessible"),
            ("DirectOpen", "'open' is inaccessible due to '@_spi'"),
            ("ForgedRequest", "'VerifiedRequest' initializer is inaccessible"),
            ("DecisionIsNoGrant", "cannot convert value of type 'Decision' to expected argument type 'LoggedGrant'"),
        ])
        func `a program that goes around the log does not compile`(_ program: String, _ expected: String) throws {
            let outcome = try compile(program)
            #expect(outcome.code != 0)
            #expect(outcome.errorText.contains(expected), "\(outcome.errorText)")
        }

        private func compile(_ program: String) throws -> Outcome {
            let build = Sandbox.binaries
            let root = Sandbox.root
            var arguments = ["swiftc", "-typecheck", "-swift-version", "6", "-I", build + "/Modules"]
            arguments += ["-I", root + "/Sources/CSodium", "-I", root + "/Sources/CSQLite"]
            arguments += ["-I", root + "/.build/checkouts/GRDB.swift/Sources/GRDBSQLite"]
            var maps = ["CDigest", "CHost", "CPhoneNumber", "CCSV"].map { build + "/\($0).build/module.modulemap" }
            if let files = FileManager.default.enumerator(atPath: root + "/.build/checkouts") {
                for case let file as String in files where file.hasSuffix("/include/module.modulemap") {
                    maps.append(root + "/.build/checkouts/" + file)
                }
            }
            for map in maps { arguments += ["-Xcc", "-fmodule-map-file=" + map] }
            arguments.append(root + "/Tests/EndToEndTests/Rogue/\(program).swift")
            let sandbox = try Sandbox()
            // The compiler is where the person's own PATH has it.
            return try sandbox.run(
                "/usr/bin/env", arguments, in: ProcessInfo.processInfo.environment)
        }
    }
}
