import Testing

@testable import Import

@Suite("CSV") struct CSVReaderTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func `rows carry the line they begin on, whatever their quoted cells hold`() throws {
        let text = "a,b\n1,\"x\ny\r\nz\"\n\n   \n\"2\",\"say \"\"hi\"\"\"\r\n3,\r4,\"\""
        #expect(
            try rows(scratch.write(text)) == [
                CSVRow(line: 1, cells: ["a", "b"]),
                CSVRow(line: 2, cells: ["1", "x\ny\r\nz"]),
                CSVRow(line: 7, cells: ["2", "say \"hi\""]),
                CSVRow(line: 8, cells: ["3", ""]),
                CSVRow(line: 9, cells: ["4", ""]),
            ])
    }

    @Test func `a line that ends with a line feed counts after one that ends with a carriage return`() throws {
        #expect(try rows(scratch.write("a\rb\nc\r\nd")).map(\.line) == [1, 2, 3, 4])
    }

    @Test func `a last row needs no line end, an empty file has no rows`() throws {
        #expect(try rows(scratch.write("a,b")) == [CSVRow(line: 1, cells: ["a", "b"])])
        #expect(try rows(scratch.write("", "empty.csv")) == [])
        #expect(try rows(scratch.write("\n\r\n\r", "blank.csv")) == [])
        #expect(try rows(scratch.write("a,", "comma.csv")) == [CSVRow(line: 1, cells: ["a", ""])])
    }

    @Test(
        arguments: [
            ("a\n\"b\nc,d\ne\n", TableProblem.unclosedQuote, 2),
            ("a\nb,c\"d\n", .bareQuote, 2),
            ("a\n\"b\"c\n", .bareQuote, 2),
            ("a\n\"x\ny\" z,1\n", .bareQuote, 3),
            ("a\nb\0c\n", .nul, 2),
            ("a\r\nb\r\n\"c\0\"\n", .nul, 3),
            ("a\nb\"", .bareQuote, 2),
            ("a\nb\"c\0\n", .bareQuote, 2),
            ("a\n\"", .unclosedQuote, 2),
        ])
    func `broken grammar is refused with its line`(text: String, problem: TableProblem, line: Int) throws {
        let path = try scratch.write(text)
        #expect(throws: ImportError.table(problem, line: line)) { try rows(path) }
    }

    @Test func `a cell may have 64 KiB and not a byte more`() throws {
        let most = String(repeating: "x", count: ImportLimits.cellBytes)
        #expect(try rows(scratch.write("a\n\(most)\nb"))[1].cells == [most])
        #expect(try rows(scratch.write("a\n\"\(most)\"\nb"))[1].cells == [most])
        let path = try scratch.write("a\n\(most)x\nb")
        #expect(throws: ImportError.table(.longCell, line: 2)) { try rows(path) }
        let quoted = try scratch.write("a\n\"\(most)x\"\nb")
        #expect(throws: ImportError.table(.longCell, line: 2)) { try rows(quoted) }
    }

    @Test func `a missing quote in a long file is named by its own line, not by the end`() throws {
        let tail = String(repeating: "1,2,3,4\n", count: 20_000)
        let path = try scratch.write("a\n\"open\n" + tail)
        #expect(throws: ImportError.table(.unclosedQuote, line: 2)) { try rows(path) }
    }

    @Test func `a row may have 256 columns and not one more`() throws {
        let most = Array(repeating: "x", count: ImportLimits.columns).joined(separator: ",")
        #expect(try rows(scratch.write(most))[0].cells.count == ImportLimits.columns)
        let path = try scratch.write("a\n" + most + ",x\n")
        #expect(throws: ImportError.table(.manyColumns, line: 2)) { try rows(path) }
    }

    @Test func `a row may have one MiB and not much more`() throws {
        let cell = String(repeating: "x", count: ImportLimits.cellBytes)
        let most = Array(repeating: cell, count: ImportLimits.rowBytes / ImportLimits.cellBytes)
        #expect(try rows(scratch.write(most.joined(separator: ",")))[0].cells == most)
        let path = try scratch.write("a\n" + (most + ["x"]).joined(separator: ",") + "\n")
        #expect(throws: ImportError.table(.longRow, line: 2)) { try rows(path) }
    }

    @Test func `the same rows come out wherever the pieces are cut`() throws {
        let row = "\"é你\n\"\"𝒳\",b\r\n"
        let text = String(repeating: row, count: 9_000)
        let whole = try rows(scratch.write(text))
        #expect(whole.count == 9_000)
        #expect(whole.allSatisfy { $0.cells == ["é你\n\"𝒳", "b"] })
        #expect(whole.enumerated().allSatisfy { $0.element.line == 1 + 2 * $0.offset })
        // Cut by hand at every place of one row.
        for cut in 0...row.utf8.count {
            var parser = CSVParser()
            var found: [CSVRow] = []
            for piece in [Array(row.utf8.prefix(cut)), Array(row.utf8.dropFirst(cut))] {
                parser.append(piece)
                while let row = try parser.next() { found.append(row) }
            }
            parser.finish()
            while let row = try parser.next() { found.append(row) }
            #expect(found == [CSVRow(line: 1, cells: ["é你\n\"𝒳", "b"])])
        }
    }

    @Test func `a file that changes after the survey is noticed`() throws {
        let path = try scratch.write("a\n1\n")
        let file = try SourceFile.survey(path)
        _ = try scratch.write("a\n2\n")
        let reader = try CSVReader(file)
        #expect(throws: ImportError.changed) { while try reader.next() != nil {} }
        _ = try scratch.write([0x61, 0x0A, 0xFF, 0x0A])
        let other = try CSVReader(file)
        #expect(throws: ImportError.changed) { while try other.next() != nil {} }
    }
}
