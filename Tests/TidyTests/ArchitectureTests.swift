import Testing

/// The tables of `docs/architecture.md` against `Package.swift` and every import.
@Suite("The architecture") struct ArchitectureTests {
    private let rules: ArchitectureRules

    init() throws {
        rules = ArchitectureRules(
            table: Architecture(markdown: try Checkout.text("docs/architecture.md")),
            manifest: Manifest(try Checkout.text("Package.swift")))
    }

    @Test func `both tables and the manifest are read, or the other tests would compare nothing`() {
        #expect(rules.table.order.first == "CSodium")
        #expect(rules.table.order.contains("coffer"))
        #expect(rules.table.allowed["Turnstile"]?.contains("Storage") == true)
        #expect(rules.table.importers["CSodium"] == ["Primitives"])
        #expect(rules.table.importers["GRDB"] == ["Storage"])
        #expect(rules.manifest.targets.first { $0.name == "Storage" }?.dependencies.contains("GRDB") == true)
    }

    @Test func `every folder of Sources is a target of the table`() {
        let folders = Set(
            Checkout.files(under: "Sources/", endingIn: ["swift", "c", "cpp", "h", "modulemap"])
                .compactMap { $0.path.split(separator: "/").dropFirst().first.map(String.init) })
        #expect(folders.subtracting(rules.table.order) == [])
    }

    @Test func `Package swift depends on what the table allows`() {
        #expect(rules.manifestViolations() == [])
    }

    @Test func `every import is one that the tables allow`() {
        for target in rules.manifest.targets where target.kind != "testTarget" {
            let files = Checkout.files(under: target.path + "/", endingIn: ["swift", "c", "cpp", "h", "modulemap"])
            #expect(!files.isEmpty, "\(target.name) has no files in \(target.path)")
            let found = files.filter { $0.path.hasSuffix(".swift") }.flatMap { file in
                rules.violations(target: target.name, source: file.swift, path: file.path)
            }
            #expect(found == [])
        }
    }

    @Test func `only Turnstile can import what opens an envelope`() {
        let importers = Checkout.files(under: "Sources/", endingIn: ["swift"]).filter { file in
            ImportStatement.all(in: file.swift).contains { $0.spi == "Turnstile" }
        }
        #expect(importers.allSatisfy { $0.path.hasPrefix("Sources/Turnstile/") })
    }
}
