import Foundation
import Primitives
import Testing

@testable import Import

@Suite("Sample files") struct SampleFileTests {
    /// What another program, Python's csv module, reads from a file: rows, the line of the last row, and the SHA-256
    /// of the cells, U+001F behind each but the last of a row and U+001E behind a row.
    struct Reading: CustomTestStringConvertible {
        let name: String
        let encoding: TextEncoding
        let rows: Int
        let lastLine: Int
        let cells: String
        var testDescription: String { name }
    }

    @Test(
        .enabled(if: SharedData.isPresent, "the sample shop files are not beside this checkout"),
        arguments: [
            Reading(
                name: "takeout-customers.csv", encoding: .utf8, rows: 2041, lastLine: 2546,
                cells: "9ca494a2bbdc03abdeececbdfe4b112ccbf42c117484ca6b6760a42abdb21315"),
            Reading(
                name: "takeout-customers-bom.csv", encoding: .utf8, rows: 41, lastLine: 50,
                cells: "9d1a7bf7319fef3e95154835e4d3341a074ce1492e7f7b2adf33bf6e5174d1de"),
            Reading(
                name: "takeout-customers-excel.csv", encoding: .gb18030, rows: 62, lastLine: 82,
                cells: "758980072efdc4a07b834187de4ee13b13864ab8dd9472616d5e10e7906202a8"),
            Reading(
                name: "shoecare-members.csv", encoding: .utf8, rows: 801, lastLine: 801,
                cells: "f5d18fef65742b9743cb1875bf7af34395366dc386e2d211e2da3b3cfc35773b"),
            Reading(
                name: "takeout-orders.csv", encoding: .utf8, rows: 6001, lastLine: 6001,
                cells: "c0f9312e50a34295bc183a020742bfb57a918f03d0ed47d80aef4842b71af465"),
        ])
    func `the shop files are read as another program reads them`(reading: Reading) throws {
        let file = try SourceFile.survey(SharedData.path(reading.name))
        #expect(file.encoding == reading.encoding)
        let found = try rows(file.path)
        #expect(found.count == reading.rows)
        #expect(found.last?.line == reading.lastLine)
        var hash = SHA256.Stream()
        for row in found { hash.update(Array((row.cells.joined(separator: "\u{1F}") + "\u{1E}").utf8)) }
        #expect(Hex.encode(hash.finish()) == reading.cells)
    }

    @Test(
        .enabled(if: SharedData.isPresent, "the sample shop files are not beside this checkout"),
        arguments: [
            ("takeout-customers", "takeout-customers", 2040), ("takeout-customers", "takeout-customers-bom", 40),
            ("takeout-customers", "takeout-customers-excel", 61), ("takeout-orders", "takeout-orders", 6000),
            ("shoecare-members", "shoecare-members", 800),
        ])
    func `the maps that ship fit the shop files`(map: String, file: String, count: Int) throws {
        let source = try ImportSource(SharedData.path(file + ".csv"), mapping: Sample.map(map))
        let items = try items(source)
        #expect(items.count == count)
        for item in items {
            guard case .row(let row) = item else { Issue.record("a row was rejected"); return }
            #expect(row.cells.count == source.header.count)
            #expect(!row.fields.keys.contains(""))
        }
    }

    @Test func `the example is untidy in the ways a real export is`() throws {
        let path = Sample.root.appending(path: "Examples/takeout-customers.csv").path
        let source = try ImportSource(path, mapping: Sample.map("takeout-customers"))
        var good: [ImportRow] = []
        var bad: [RejectedRow] = []
        for item in try items(source) {
            switch item {
            case .row(let row): good.append(row)
            case .rejected(let row): bad.append(row)
            }
        }
        #expect(good.count == 312)
        #expect(
            Set(bad.map(\.problem.description)) == [
                "7 cells, but the header has 8", "source: none of the values that the map lists",
                "marketing_consent: none of the values that the map lists",
            ])
        #expect(good.allSatisfy { !($0.fields["phone"]?.first ?? "").contains("１") })
        #expect(good.contains { $0.cells[1].contains("１") })
        #expect(good.contains { ($0.fields["address"]?.first ?? "").contains("\n") })
        #expect(Set(good.compactMap { $0.fields["marketing_consent"]?.first }) == ["yes", "no"])
        #expect(
            good.allSatisfy { ["meituan", "eleme", "phone", "event", "walk-in"].contains($0.fields["source"]?[0]) })
    }

    @Test func `the example is what its script writes`() throws {
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/env")
        python.arguments = ["python3", Sample.root.appending(path: "Examples/make-sample.py").path, "--stdout"]
        let output = Pipe()
        python.standardOutput = output
        try python.run()
        let written = try output.fileHandleForReading.readToEnd().map { [UInt8]($0) }
        python.waitUntilExit()
        #expect(python.terminationStatus == 0)
        #expect(try written == Sample.bytes("Examples/takeout-customers.csv"))
    }
}
