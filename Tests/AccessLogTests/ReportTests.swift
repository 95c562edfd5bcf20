import AccessLog
import Foundation
import Testing
import VaultModel

struct ReportTests {
    /// The cells of a CSV file by the rules of RFC 4180.
    private func cells(_ text: String) -> [[String]] {
        var rows: [[String]] = [[""]]
        var quoted = false
        var scalars = Array(text.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            let row = rows.count - 1
            if quoted {
                guard scalar == "\"" else {
                    rows[row][rows[row].count - 1].unicodeScalars.append(scalar)
                    continue
                }
                if scalars.first == "\"" {
                    rows[row][rows[row].count - 1].unicodeScalars.append("\"")
                    scalars.removeFirst()
                } else {
                    quoted = false
                }
            } else if scalar == "\"" {
                quoted = true
            } else if scalar == "," {
                rows[row].append("")
            } else if scalar == "\r", scalars.first == "\n" {
                scalars.removeFirst()
                rows.append([""])
            } else {
                rows[row][rows[row].count - 1].unicodeScalars.append(scalar)
            }
        }
        return rows.dropLast()
    }

    private func report(_ log: SampleLog, employee: String) throws -> [[String]] {
        let scratch = try Scratch()
        var writer = try ExportWriter(scratch.path + "/out", checkpoint: log.note(), key: log.key) { kid in
            kid == log.clerk.kid ? employee : nil
        }
        for entry in log.entries { try writer.append(entry.exported) }
        let statement = ExportStatement(
            id: "x_0123456789", authority: log.authority.kid, vault: log.vault, checkpoint: writer.checkpoint, made: 0,
            filter: ExportFilter(), withheld: WithheldParts())
        try writer.finish(statement: statement.sealed(by: log.key) { log.log.sign($0) }, proofs: [])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/out/report.csv"))
        return cells(String(decoding: bytes, as: UTF8.self))
    }

    @Test func `a row says who read what of whom, when and why`() throws {
        let log = SampleLog.ready()
        log.time = 1_790_000_004_250
        log.append(SampleRequest(customers: SampleLog.customers), by: log.clerk)
        let rows = try report(log, employee: "Lin")
        #expect(
            rows[0] == [
                "time", "employee", "role", "purpose", "decision", "reason", "record", "fields", "form", "count",
                "customer number", "order", "capability", "entry index",
            ])
        #expect(
            rows[6] == [
                "2026-09-21T14:13:25.250Z", "Lin", "clerk", "order", "allow", "granted", "customer", "name phone",
                "full",
                "1", SampleLog.customers[0], "", "", "5",
            ])
        #expect(rows.count == 7)
    }

    @Test(arguments: [
        "=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "=HYPERLINK(\"http://x\",\"y\")", "=a\r\nb", "＠x", "－x",
        "＋x",
    ])
    func `a cell that a spreadsheet would run is text`(name: String) throws {
        let log = SampleLog.ready()
        log.append(SampleRequest(customers: SampleLog.customers), by: log.clerk)
        let rows = try report(log, employee: name)
        #expect(rows.count == 7)
        #expect(rows[6].count == 14)
        #expect(Array(rows[6][1].utf8) == Array(("'" + name).utf8))
    }

    @Test(arguments: ["a,b", "a\"b", "a\nb", "a\r\nb", "\"", "林晓"])
    func `a cell is read back as it was`(name: String) throws {
        let log = SampleLog.ready()
        log.append(SampleRequest(customers: SampleLog.customers), by: log.clerk)
        let rows = try report(log, employee: name)
        #expect(Array(rows[6][1].utf8) == Array(name.utf8))
    }
}
