import Testing

@testable import Import

@Suite("Import source") struct ImportSourceTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func source(_ text: String, skipping: Int = 0) throws -> ImportSource {
        try ImportSource(scratch.write(text), mapping: Sample.small(), skipping: skipping)
    }

    @Test func `cells become fields, trimmed, in ASCII digits, mapped and split`() throws {
        let source = try source(
            """
            phone,姓名,营销同意,生日,备注
            １３８ 0000/ 139 , 张伟\u{3000},是,１９９０年5月17日,x
            138,李四,no,,
            """)
        #expect(source.header == ["phone", "姓名", "营销同意", "生日", "备注"])
        #expect(
            try items(source) == [
                .row(
                    ImportRow(
                        line: 2,
                        fields: [
                            "phone": ["138 0000", "139"], "name": ["张伟"], "marketing_consent": ["yes"],
                            "birthday": ["1990-05-17"],
                        ], cells: ["１３８ 0000/ 139", "张伟\u{3000}", "是", "１９９０年5月17日", "x"])),
                .row(
                    ImportRow(
                        line: 3, fields: ["phone": ["138"], "name": ["李四"], "marketing_consent": ["no"]],
                        cells: ["138", "李四", "no", "", ""])),
            ])
        #expect(source.rowsRead == 2)
        #expect(source.bytesRead == source.file.sizeBytes)
    }

    @Test(
        arguments: [
            ("甲,1,,,\n", nil),
            ("甲,1,,\n", RowProblem.columnCount(expected: 5, found: 4)),
            ("甲,1,,,,\n", .columnCount(expected: 5, found: 6)),
            ("甲,1,maybe,,\n", .unknownValue(field: "marketing_consent")),
            ("甲,1,,1990-02-30,\n", .badDate(field: "birthday")),
            ("甲,1,,0090-02-03,\n", .badDate(field: "birthday")),
            ("甲,1,,03/02/1990,\n", .badDate(field: "birthday")),
            ("甲,1,,1990-02-03 noon,\n", .badDate(field: "birthday")),
            ("甲,1,,2000-02-29,\n", nil),
            ("甲,1,,1900-02-29,\n", .badDate(field: "birthday")),
            ("甲,1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/1,,,\n", nil),
            ("甲,1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17,,,\n", .tooManyValues(field: "phone")),
        ] as [(String, RowProblem?)])
    func `a row that cannot be mapped is rejected with its line and reason, the others come through`(
        row: String, problem: RowProblem?
    ) throws {
        let items = try items(source("姓名,手机号,营销同意,生日,备注\n" + row + "乙,2,,,\n"))
        try #require(items.count == 2)
        switch items[0] {
        case .row(let row):
            #expect(problem == nil)
            #expect(row.line == 2)
        case .rejected(let row):
            #expect(row.problem == problem)
            #expect(row.line == 2)
            #expect(row.cells.first == "甲")
            #expect(!row.problem.description.contains("甲"))
        }
        guard case .row(let last) = items[1] else { Issue.record("the next row was lost"); return }
        #expect(last.fields["name"] == ["乙"])
    }

    @Test func `rows of empty cells are passed over and counted`() throws {
        let source = try source("姓名,手机号\n甲,1\n,\n \u{3000},\n乙,2\n,\n")
        #expect(try items(source).count == 2)
        #expect(source.rowsRead == 5)
    }

    @Test func `an import that stopped goes on behind the rows that were taken`() throws {
        let text = "姓名,手机号\n甲,1\n乙\n,\n丙,3\n\"丁\n\",4\n"
        let whole = try items(source(text))
        try #require(whole.count == 4)
        for taken in 0...3 {
            let rest = try source(text, skipping: taken)
            var toPassOver = taken
            let expected = whole.filter { item in
                guard case .row = item, toPassOver > 0 else { return true }
                toPassOver -= 1
                return false
            }
            #expect(try items(rest) == expected)
            #expect(rest.rowsMapped == 3)
            #expect(rest.rowsRead == rest.rowCount)
        }
        #expect(try items(source(text, skipping: 99)).count == 1)
    }

    @Test func `the source says how many rows it has and which fields it can fill`() throws {
        let source = try source("备注,name,手机号\nx,甲,1\n\n,乙,2\n")
        #expect(source.rowCount == 2)
        #expect(source.fieldNames == ["customer.name", "customer.phone"])
    }

    @Test(
        arguments: [
            ("", HeaderProblem.emptyFile),
            ("\n\n", .emptyFile),
            ("张伟,13800000000\n", .notAHeader),
            ("姓名\n", .columns(missing: ["手机号"], unknown: [], repeated: [])),
            ("姓名,手机号,级别\n", .columns(missing: [], unknown: ["级别"], repeated: [])),
            ("姓名,手机号,\n", .columns(missing: [], unknown: [""], repeated: [])),
            ("姓名,手机号,姓名\n", .columns(missing: [], unknown: [], repeated: ["姓名"])),
            ("姓名,name,等级\n", .columns(missing: ["手机号"], unknown: ["等级"], repeated: ["姓名"])),
        ])
    func `a header that does not fit the map is refused by the names of its columns`(
        text: String, problem: HeaderProblem
    ) throws {
        #expect(throws: ImportError.header(problem)) { try source(text) }
        #expect(!problem.hint.isEmpty)
    }

    @Test func `a file without a header does not put a customer into the message`() throws {
        let error = #expect(throws: ImportError.self) { try source("王小明,13912345678\n李四,1380\n") }
        let text = try #require(error.map { $0.message + $0.hint + "\($0)" })
        #expect(!text.contains("王小明") && !text.contains("139"))
    }

    @Test func `header names are shown without control characters and cut short`() throws {
        let long = String(repeating: "很", count: 100)
        let problem = HeaderProblem.columns(missing: [], unknown: ["a\u{1B}[31m\u{202E}b", long, ""], repeated: [])
        let shown = String(repeating: "很", count: 40) + "…"
        #expect(problem.message == "unknown columns: a[31mb, \(shown), (empty)")
    }

    @Test func `a file that breaks at its last row is refused before its first`() throws {
        #expect(throws: ImportError.table(.bareQuote, line: 3)) { try source("姓名,手机号\n甲,1\n乙,2\"\n") }
        let long = "姓名,手机号\n" + String(repeating: "甲,1\n", count: 10_000) + "\"乙"
        #expect(throws: ImportError.table(.unclosedQuote, line: 10_002)) { try source(long) }
    }

    @Test func `no error text repeats a cell`() throws {
        let canary = "机密内容"
        let texts = [
            "姓名,手机号\n\(canary),1\"\n", "姓名,手机号\n\"\(canary),1\n", "\(canary)\n", "姓名,手机号\n\(canary)\0,1\n",
        ]
        for text in texts {
            let error = #expect(throws: ImportError.self) {
                let source = try source(text)
                while try source.next() != nil {}
            }
            #expect(error.map { ($0.message + $0.hint + "\($0)").contains(canary) } == false)
        }
    }

    @Test func `a long file is read piece by piece, never ahead of the rows taken`() throws {
        let row = "张伟," + String(repeating: "1", count: 193) + "\n"
        let path = try scratch.write("姓名,手机号\n" + String(repeating: row, count: 5_000))
        let source = try ImportSource(path, mapping: Sample.small())
        var taken = Int64("姓名,手机号\n".utf8.count)
        while try source.next() != nil {
            taken += Int64(row.utf8.count)
            guard source.bytesRead - taken < Int64(ImportLimits.pieceBytes) else {
                Issue.record("\(source.bytesRead) bytes read for \(taken) bytes of rows")
                return
            }
        }
        #expect(source.rowsRead == 5_000)
        #expect(source.bytesRead == source.file.sizeBytes)
    }
}
