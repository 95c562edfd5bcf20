import Primitives
import Testing

@testable import Import

@Suite("Mapping files") struct MappingFileTests {
    @Test func `a map lists its columns in order, with aliases, transforms and separators`() throws {
        let map = try Sample.small()
        #expect(map.record == "customer")
        #expect(map.sha256 == SHA256.hash(Array(Sample.smallMap.utf8)))
        #expect(
            map.columns == [
                .init(
                    header: "姓名", aliases: ["name"], isOptional: false, use: .field("name", .text, separators: [])),
                .init(
                    header: "手机号", aliases: ["phone"], isOptional: false,
                    use: .field("phone", .text, separators: ["/"])),
                .init(
                    header: "生日", aliases: [], isOptional: true,
                    use: .field("birthday", .date(["%Y-%m-%d", "%Y年%m月%d日"]), separators: [])),
                .init(
                    header: "营销同意", aliases: [], isOptional: true,
                    use: .field("marketing_consent", .values(["是": "yes", "否": "no"]), separators: [])),
                .init(header: "备注", aliases: [], isOptional: true, use: .ignore),
            ])
    }

    @Test(arguments: ["takeout-customers", "takeout-orders", "shoecare-members"])
    func `the maps that ship are good`(name: String) throws {
        #expect(try !Sample.map(name).columns.isEmpty)
    }

    @Test(arguments: [
        ("takeout-customers", "takeout"), ("takeout-orders", "takeout"), ("shoecare-members", "shoe-care"),
    ])
    func `the maps that ship name fields that their policy has`(map: String, policy: String) throws {
        let map = try Sample.map(map)
        let policy = try String(decoding: Sample.bytes("policies/\(policy).yaml"), as: UTF8.self)
        for case .field(let field, let transform, _) in map.columns.map(\.use) {
            let name = field.contains(".") ? field : map.record + "." + field
            let parts = name.split(separator: ".")
            let record = try #require(policy.split(separator: "\n  \(parts[0]):\n").dropFirst().first)
            let line = try #require(
                record.split(separator: "\n").first { $0.hasPrefix("      \(parts[1]):") }, "\(name) is in no policy")
            guard case .values(let values) = transform, !line.contains("type: consent") else { continue }
            for value in values.values { #expect(line.firstMatch(of: try Regex("\\b\(value)\\b")) != nil) }
        }
    }

    struct Bad: CustomTestStringConvertible {
        let yaml: String
        let line: Int
        let column: Int
        let problem: String
        var testDescription: String { problem }

        /// A map whose only column is `column`; the column begins at line 4, column 5.
        static func inColumn(_ text: String, _ column: Int, _ problem: String) -> Bad {
            Bad(yaml: head + "  - \(text)\n", line: 4, column: column, problem: problem)
        }
        private static let head = "version: 1\nrecord: customer\ncolumns:\n"
    }

    @Test(arguments: [
        Bad(yaml: "", line: 1, column: 1, problem: "the file is empty"),
        Bad(yaml: "- a\n", line: 1, column: 1, problem: "not a mapping"),
        Bad(
            yaml: "version: 2\nrecord: a\ncolumns: [{header: x, field: y}]", line: 1, column: 10,
            problem: "unknown version"),
        Bad(yaml: "version: 1\ncolumns: [{header: x, field: y}]", line: 1, column: 1, problem: "record is missing"),
        Bad(yaml: "version: 1\nrecord: a\ncolumns: []", line: 1, column: 1, problem: "no columns"),
        Bad(yaml: "version: 1\nrecord: a\ncolumns: x", line: 3, column: 10, problem: "columns is not a list"),
        Bad(
            yaml: "version: 1\nrecord: Cust\ncolumns: [{header: x, field: y}]", line: 2, column: 9,
            problem: "not a record's name"),
        Bad(yaml: "version: 1\nrecord: a\nversion: 1\n", line: 1, column: 1, problem: "repeated member: version"),
        Bad(yaml: "version: 1\nrecord: [a\n", line: 3, column: 1, problem: "did not find expected ',' or ']'"),
        Bad(
            yaml: "version: 1\nrecord: a\ncolumns: [{header: x, field: y}]\n---\nversion: 1\n", line: 4, column: 1,
            problem: "but found another document"),
        .inColumn("{header: x, field: y, colour: z}", 27, "unknown member"),
        .inColumn("{header: x, field: y, <<: {a: b}}", 27, "unknown member"),
        .inColumn("{field: y}", 5, "header is missing"),
        .inColumn("{header: x}", 5, "field is missing"),
        .inColumn("{header: x, field: a.b.c}", 24, "not a field's name"),
        .inColumn("{header: x, field: Name}", 24, "not a field's name"),
        .inColumn("{header: x, field: y, ignore: maybe}", 35, "ignore is neither true nor false"),
        .inColumn("{header: x, ignore: true, field: y}", 38, "field of an ignored column"),
        .inColumn("{header: x, field: y, dates: []}", 34, "not a list"),
        .inColumn("{header: x, field: y, dates: [\"%Y-%m\"]}", 34, "the date format \"%Y-%m\" lacks a part"),
        .inColumn(
            "{header: x, field: y, dates: [\"%Y-%m-%d %s\"]}", 34,
            "the date format \"%Y-%m-%d %s\" has a part that is not known here"),
        .inColumn(
            "{header: x, field: y, dates: [\"%Y-%m-%d-%d\"]}", 34,
            "the date format \"%Y-%m-%d-%d\" has a part twice"),
        .inColumn("{header: x, field: y, values: {a: [b]}}", 35, "values has something that is not a text"),
        .inColumn("{header: x, field: y, values: a}", 35, "values is not a mapping"),
        .inColumn(
            "{header: x, field: y, values: {a: b}, dates: [\"%Y%m%d\"]}", 35,
            "two ways to read the same cell"),
        .inColumn("{header: x, field: y, split: [\"ab\"]}", 34, "a separator is one sign, no letter and no digit"),
        .inColumn("{header: x, field: y, split: [a]}", 34, "a separator is one sign, no letter and no digit"),
        .inColumn("{header: x, aliases: [x], field: y}", 5, "the header \"x\" stands twice"),
        .inColumn("&a {header: x, field: y}", 5, "anchors and aliases are not allowed"),
        .inColumn("{header: &a x, field: *a}", 14, "anchors and aliases are not allowed"),
    ])
    func `a bad map is refused where it is wrong`(bad: Bad) {
        let refusal = #expect(throws: MappingRefusal.self) {
            try MappingFile.parse(Array(bad.yaml.utf8), file: "bad.yaml")
        }
        #expect(refusal?.file == "bad.yaml")
        #expect(refusal?.problems.first?.problem == bad.problem)
        #expect(refusal?.problems.first?.line == bad.line)
        #expect(refusal?.problems.first?.column == bad.column)
        #expect(refusal?.problems.first?.hint.isEmpty == false)
    }

    @Test func `all problems of a map are told at once, in order`() {
        let yaml = """
            version: 1
            record: customer
            columns:
              - {header: a}
              - {header: b, field: B}
              - {header: c, field: c, typo: 1}
            """
        let refusal = #expect(throws: MappingRefusal.self) {
            try MappingFile.parse(Array(yaml.utf8), file: "bad.yaml")
        }
        #expect(refusal?.problems.map(\.line) == [4, 5, 6])
    }

    @Test func `two columns may fill one field only when it has many values`() throws {
        func parse(_ a: String, _ b: String) throws -> MappingFile {
            let yaml = "version: 1\nrecord: r\ncolumns:\n  - {header: a, field: f\(a)}\n  - {header: b, field: f\(b)}\n"
            return try MappingFile.parse(Array(yaml.utf8), file: "m")
        }
        let split = ", split: [\";\"]"
        #expect(try parse(split, split).columns.count == 2)
        #expect(throws: MappingRefusal.self) { try parse("", "") }
        #expect(throws: MappingRefusal.self) { try parse(split, "") }
        #expect(throws: MappingRefusal.self) { try parse("", split) }
    }

    @Test func `deep, large and binary files are refused, not followed`() {
        let deep = Array(String(repeating: "[", count: 60_000).utf8)
        let large = Array(repeating: UInt8(ascii: "#"), count: ImportLimits.mappingBytes + 1)
        for bytes in [deep, large, [0xFF, 0xFE, 0x00]] {
            #expect(throws: MappingRefusal.self) { try MappingFile.parse(bytes, file: "m") }
        }
    }

    @Test func `every cut and every changed byte of a map is parsed or refused, never followed into a crash`() {
        let good = Array(Sample.smallMap.utf8)
        var accepted = 0
        for index in good.indices {
            var changed = good
            changed[index] ^= 0x15
            for bytes in [Array(good[..<index]), changed]
            where (try? MappingFile.parse(bytes, file: "m")) != nil { accepted += 1 }
        }
        // Some changes only alter a header or a value.
        #expect(accepted > 0 && accepted < good.count)
    }
}
