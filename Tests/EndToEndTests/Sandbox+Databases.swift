import Foundation
import Testing

/// Somebody with another program at the vault's databases.
extension Sandbox {
    /// The rows of a query, as texts. Reads only; the broker may run.
    func sql(_ file: String, _ query: String) throws -> [[String]] {
        let outcome = try python(
            """
            import json, sqlite3, sys
            c = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True, timeout=20)
            print(json.dumps([[str(v) for v in row] for row in c.execute(sys.argv[2])]))
            """, file, query)
        return try #require(try JSONSerialization.jsonObject(with: Data(outcome.out)) as? [[String]])
    }

    /// The one number that a query gives.
    func count(_ file: String, _ query: String) throws -> Int {
        let rows = try sql(file, query)
        return try #require(rows.first?.first.flatMap { Int($0) }, "\(rows)")
    }

    /// Runs statements behind the broker's back; it may run.
    func edit(_ file: String, _ statements: String) throws {
        _ = try python(
            """
            import sqlite3, sys
            c = sqlite3.connect(sys.argv[1], timeout=20)
            c.executescript(sys.argv[2])
            c.commit()
            """, file, statements)
    }

    private func python(_ script: String, _ file: String, _ sql: String) throws -> Outcome {
        let outcome = try run("/usr/bin/env", ["python3", "-c", script, vault + "/" + file, sql])
        try #require(outcome.code == 0, "\(sql): \(outcome.errorText)")
        return outcome
    }
}
