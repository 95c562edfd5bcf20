import Testing

/// The rules on a small architecture, kept and broken.
@Suite("The rules of the architecture") struct ArchitectureRuleTests {
    private static let markdown = """
        # A

        | target | responsibility | may import (of ours) |
        |---|---|---|
        | `CSodium`, `CHost` | shims | – |
        | `Primitives` | the one | `CSodium` |
        | `Keys` | keys | – |
        | `Turnstile` | opens | `Keys` |

        | module | imported only by | why |
        |---|---|---|
        | `CSodium` | `Primitives` | one place |
        | `GRDB`, `Yams` | `Keys` | x |
        """

    private static let package = """
        let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
        let package = Package(
            name: "p", products: [.executable(name: "x", targets: ["x"])],
            targets: [
                .systemLibrary(name: "CSodium", providers: [.apt(["libsodium-dev"])]),
                .target(name: "CHost", path: "Elsewhere/Host"),
                .target(name: "Primitives", dependencies: ["CSodium"]),
                .target(
                    name: "Keys",
                    dependencies: ["Primitives", grdb, .product(name: "Yams", package: "Yams")],
                    linkerSettings: [.linkedLibrary("z")]),
                .target(name: "Turnstile", dependencies: ["Keys", "Primitives"]),
                .testTarget(name: "KeysTests", dependencies: ["Keys"]),
            ])
        """

    private func rules(
        _ change: (String) -> String = { $0 }, package: (String) -> String = { $0 }
    ) -> ArchitectureRules {
        ArchitectureRules(
            table: Architecture(markdown: change(Self.markdown)), manifest: Manifest(package(Self.package)))
    }

    @Test func `tables and manifest are read`() {
        let rules = rules()
        #expect(rules.table.order == ["CSodium", "CHost", "Primitives", "Keys", "Turnstile"])
        #expect(rules.table.allowed["Primitives"] == ["CSodium"])
        #expect(rules.table.allowed["Turnstile"] == ["Keys", "Primitives"])
        #expect(rules.table.importers == ["CSodium": ["Primitives"], "GRDB": ["Keys"], "Yams": ["Keys"]])
        #expect(rules.manifest.targets.map(\.name).last == "KeysTests")
        #expect(rules.manifest.targets.map(\.path).prefix(2) == ["Sources/CSodium", "Elsewhere/Host"])
        #expect(rules.manifest.targets[3].dependencies.contains("GRDB"))
        #expect(rules.manifest.targets[3].dependencies.contains("Yams"))
    }

    @Test func `a tree that keeps the rules has no violations`() {
        let rules = rules()
        #expect(rules.manifestViolations() == [])
        let good = "import Glibc\nimport GRDB\npublic import Primitives\n"
        #expect(rules.violations(target: "Keys", source: SwiftLines(good), path: "a") == [])
        let opening = "@_spi(Turnstile) internal import Keys"
        #expect(rules.violations(target: "Turnstile", source: SwiftLines(opening), path: "a") == [])
    }

    @Test(arguments: [
        ("Keys", "import Turnstile"), ("Keys", "import CSodium"), ("Keys", "import SwiftNIO"),
        ("Turnstile", "import GRDB"), ("Turnstile", "import CHost"), ("Keys", "@_spi(Turnstile) import Primitives"),
        ("Elsewhere", ""),
    ])
    func `a forbidden import is found`(target: String, source: String) {
        let found = rules().violations(target: target, source: SwiftLines(source), path: "a.swift")
        #expect(found.count >= 1)
        #expect(found.allSatisfy { $0.path == "a.swift" && $0.line == 1 })
    }

    @Test func `a manifest that strays from the table is found`() {
        func stray(_ from: String, _ to: String) -> [String] {
            rules(package: { $0.replacing(from, with: to) }).manifestViolations()
        }
        #expect(stray("\"Keys\", \"Primitives\"]", "\"Keys\", \"Primitives\", \"CHost\"]").count == 1)
        #expect(stray("\"Keys\", \"Primitives\"]", "\"Keys\", grdb]").count == 1)
        #expect(stray(".target(name: \"CHost\", path: \"Elsewhere/Host\"),", "").count == 1)
        #expect(
            stray(
                ".target(name: \"CHost\", path: \"Elsewhere/Host\"),",
                ".target(name: \"CHost\", path: \"Elsewhere/Host\"), .target(name: \"New\"),"
            ).count == 1)
    }

    @Test func `a table whose arrows point down is found`() {
        let turned = rules({ $0.replacing("| keys | – |", with: "| keys | `Turnstile` |") })
        #expect(turned.manifestViolations() == ["Keys may import Turnstile, which does not stand above it"])
    }
}
