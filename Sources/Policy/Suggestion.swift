/// "did you mean": the declared name nearest to a mistyped one.
enum Suggestion {
    /// A hint: the nearest of `candidates`, else all of them, else empty.
    static func hint(for name: String, among candidates: [String]) -> String {
        if let nearest = nearest(to: name, among: candidates) { return "did you mean \(quoted(nearest))?" }
        if candidates.isEmpty { return "" }
        if candidates.count > 24 { return "" }
        return "one of: " + candidates.joined(separator: ", ")
    }

    /// The candidate that is fewest edits away, if that is few for its length; the first of equals. A name written
    /// with the other kind of hyphen counts as one edit.
    static func nearest(to name: String, among candidates: [String]) -> String? {
        let typed = Array(name.lowercased().utf8.prefix(64))
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(typed, Array(candidate.utf8))
            if distance <= max(1, candidate.utf8.count / 3), distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        return best?.name
    }

    /// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var rows = [Array(0...b.count)]
        for i in 1...a.count {
            var row = [i]
            for j in 1...b.count {
                let cost = a[i - 1] == b[j - 1] ? 0 : 1
                var least = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + cost)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    least = min(least, rows[i - 2][j - 2] + 1)
                }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
