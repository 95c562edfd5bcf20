/// Holds the imports of sources and the dependencies of targets against the tables.
struct ArchitectureRules {
    let table: Architecture
    let manifest: Manifest

    /// Modules that come with the system and the toolchain: everybody may import them.
    static let system: Set = [
        "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Swift", "Synchronization", "_StringProcessing",
    ]

    /// What is wrong with the imports of one file.
    func violations(target: String, source: SwiftLines, path: String) -> [Finding] {
        guard let allowed = table.allowed[target] else {
            return [Finding(path: path, line: 1, what: "\(target) is not in the table of targets")]
        }
        let declared = Set(manifest.targets.first { $0.name == target }?.dependencies ?? [])
        var found: [Finding] = []
        for statement in ImportStatement.all(in: source) {
            func add(_ what: String) { found.append(Finding(path: path, line: statement.line, what: what)) }
            let module = statement.module
            if module == target || Self.system.contains(module) { continue }
            if statement.spi == "Turnstile" && target != "Turnstile" { add("imports the SPI that opens envelopes") }
            if !declared.contains(module) { add("imports \(module), which Package.swift does not list") }
            if let importers = table.importers[module] {
                if !importers.contains(target) { add("imports \(module), reserved to others") }
            } else if table.allowed[module] != nil {
                if !allowed.contains(module) { add("imports \(module), which the table does not allow") }
            } else {
                add("imports \(module), which no table mentions")
            }
        }
        return found
    }

    /// What is wrong between Package.swift and the table.
    func manifestViolations() -> [String] {
        var found: [String] = []
        let library = manifest.targets.filter { $0.kind != "testTarget" }
        for target in library {
            guard let allowed = table.allowed[target.name] else {
                found.append("\(target.name) is a target but not in the table")
                continue
            }
            for dependency in target.dependencies where !allowed.contains(dependency) {
                if let importers = table.importers[dependency] {
                    if !importers.contains(target.name) { found.append("\(target.name) depends on \(dependency)") }
                } else {
                    found.append("\(target.name) depends on \(dependency), which the table does not allow")
                }
            }
        }
        for name in table.order where !library.contains(where: { $0.name == name }) {
            found.append("\(name) is in the table but no target")
        }
        for (index, name) in table.order.enumerated() {
            let above = Set(table.order[..<index])
            for below in (table.allowed[name] ?? []).subtracting(above).sorted() {
                found.append("\(name) may import \(below), which does not stand above it")
            }
        }
        return found
    }
}
