/// The two tables of `docs/architecture.md`, which are the rule; the sources and `Package.swift` are held to them.
struct Architecture {
    /// What each target may import of ours, the basics included.
    private(set) var allowed: [String: Set<String>] = [:]
    /// The targets in the order of the table.
    private(set) var order: [String] = []
    /// Modules from outside and the only targets that import them.
    private(set) var importers: [String: Set<String>] = [:]

    /// May be imported by every target below them in the table.
    static let basics = ["Primitives", "CanonicalJSON", "VaultModel", "Host"]

    init(markdown: String) {
        for table in Self.tables(markdown) {
            guard let header = table.first, header.count >= 2 else { continue }
            if header[0] == "target", let column = header.firstIndex(of: "may import (of ours)") {
                for row in table.dropFirst() where row.count > column { addTargets(row, column) }
            }
            if header[0] == "module", header[1] == "imported only by" {
                for row in table.dropFirst() where row.count >= 2 {
                    for module in Self.names(row[0]) { importers[module] = Set(Self.names(row[1])) }
                }
            }
        }
    }

    private mutating func addTargets(_ row: [String], _ column: Int) {
        let targets = Self.names(row[0])
        let above = Set(Self.basics.filter { order.contains($0) })
        for target in targets { allowed[target] = above.union(Self.names(row[column])) }
        order += targets
    }

    /// The names in a cell: words between backquotes, or plain words between commas.
    private static func names(_ cell: String) -> [String] {
        cell.split { $0 == "," || $0 == "`" || $0 == " " }.map(String.init).filter { $0.first?.isLetter == true }
    }

    /// The tables of a document, each a list of rows, each a list of cells; the line of dashes left out.
    private static func tables(_ markdown: String) -> [[[String]]] {
        var tables: [[[String]]] = [[]]
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("|") else {
                if tables[tables.count - 1].isEmpty == false { tables.append([]) }
                continue
            }
            let cells = line.dropFirst().split(separator: "|", omittingEmptySubsequences: false).dropLast()
                .map { $0.trimmingPrefix { $0 == " " } }.map { String($0.reversed().drop { $0 == " " }.reversed()) }
            if cells.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0 == "-" || $0 == ":" } }) { continue }
            tables[tables.count - 1].append(cells)
        }
        return tables.filter { !$0.isEmpty }
    }
}

/// The targets of `Package.swift`, read as text.
struct Manifest {
    struct Target: Equatable {
        let name: String
        let kind: String
        let dependencies: [String]
        /// Its folder.
        let path: String
    }

    private(set) var targets: [Target] = []

    init(_ source: String) {
        let products = Dictionary(
            source.matches(of: /let (\w+) = Target\.Dependency\.product\(\s*name: "([^"]+)"/)
                .map { (String($0.1), String($0.2)) }, uniquingKeysWith: { first, _ in first })
        for match in source.matches(of: /\.(target|executableTarget|testTarget|systemLibrary)\(/) {
            let body = Self.balanced(source[match.range.upperBound...])
            guard let name = body.firstMatch(of: /^\s*name: "([^"]+)"/) else { continue }
            var dependencies: [String] = []
            if let start = body.firstMatch(of: /dependencies: \[/) {
                let list = body[start.range.upperBound...].prefix { $0 != "]" }
                    .replacing(/\.product\(\s*name: ("[^"]+"), package: "[^"]+"\)/) { $0.1 }
                dependencies = list.matches(of: /"([^"]+)"|\b([a-zA-Z]\w*)\b/).map { match in
                    match.1.map(String.init) ?? products[String(match.2 ?? "")] ?? String(match.2 ?? "")
                }
            }
            let path = body.firstMatch(of: /\bpath: "([^"]+)"/).map { String($0.1) } ?? "Sources/\(name.1)"
            // Fuzz targets test the insides of modules as test targets do; what tests share is no library either.
            let isOfTests = path.hasPrefix("Fuzz/") || path.hasPrefix("Tests/")
            let kind = isOfTests ? "testTarget" : String(match.1)
            targets.append(Target(name: String(name.1), kind: kind, dependencies: dependencies, path: path))
        }
    }

    /// Up to the parenthesis that closes one opened just before.
    private static func balanced(_ text: Substring) -> Substring {
        var depth = 1
        for index in text.indices {
            if text[index] == "(" { depth += 1 }
            if text[index] == ")" { depth -= 1 }
            if depth == 0 { return text[..<index] }
        }
        return text
    }
}
