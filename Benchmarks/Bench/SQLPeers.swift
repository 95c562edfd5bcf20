import Foundation

/// The same rows into a table of plain SQLite and of SQLCipher, in batches as Coffer commits them, by the same program:
/// without a key SQLCipher is plain SQLite.
struct SQLPeers {
    private let folder: String
    private let rows: Int

    init(_ bench: Workbench, rows: Int) throws {
        folder = bench.folder
        self.rows = rows
        var script = "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, phone TEXT, address TEXT, email TEXT, "
        script += "preferences TEXT, source TEXT, consent TEXT);\nCREATE INDEX by_phone ON customer (phone);\n"
        script += "CREATE INDEX by_email ON customer (email);\n"
        for index in 0..<rows {
            if index % 100 == 0 { script += "BEGIN IMMEDIATE;\n" }
            script += "INSERT INTO customer VALUES (NULL, '客户\(index)', '+86\(Workbench.phone(index))', "
            script += "'杭州市西湖区文三路 \(index) 号 2 幢 301 室', 'c\(index)@example.com', '少辣', 'walk-in', 'no');\n"
            if index % 100 == 99 || index == rows - 1 { script += "COMMIT;\n" }
        }
        try Data(script.utf8).write(to: URL(fileURLWithPath: folder + "/rows.sql"))
    }

    /// Rows a second. Includes parsing the SQL, as Coffer's figure includes parsing the CSV.
    func run() throws -> (plain: Double, cipher: Double) {
        (
            try time("plain.db", "PRAGMA journal_mode=WAL;"),
            try time("cipher.db", "PRAGMA key='benchmark'; PRAGMA journal_mode=WAL;")
        )
    }

    private func time(_ file: String, _ opening: String) throws -> Double {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlcipher")
        process.arguments = [
            folder + "/" + file, "-cmd", opening + " PRAGMA synchronous=FULL;", ".read \(folder)/rows.sql",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let start = monotonicSeconds()
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Workbench.Failed(description: "sqlcipher") }
        return Double(rows) / (monotonicSeconds() - start)
    }
}
