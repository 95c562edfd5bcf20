import Foundation
import Host
import Testing

@testable import Import

@Suite("Rejects file") struct RejectsFileTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func `rows go out with line and reason, quoted, and nobody else may read them`() throws {
        let path = scratch.path("rejects.csv")
        let rejects = try RejectsFile(path, header: ["姓名", "手机号"])
        #expect(!Folder.exists(path))
        try rejects.write(line: 7, reason: "phone: missing", cells: ["张 \"三\",\n", "=1+1"])
        try rejects.sync()
        #expect(rejects.count == 1)
        #expect(try FileIdentity(of: path).permissions == 0o600)
        let text = try String(decoding: DurableFile.read(path, limit: 1_000), as: UTF8.self)
        #expect(
            text == "\u{FEFF}\"rejected_line\",\"rejected_reason\",\"姓名\",\"手机号\"\r\n"
                + "\"7\",\"phone: missing\",\"张 \"\"三\"\",\n\",\"=1+1\"\r\n")
    }

    @Test func `an existing file and a dangling link are not written to`() throws {
        let path = try scratch.write("mine", "rejects.csv")
        let error = #expect(throws: HostError.self) { try RejectsFile(path, header: []) }
        #expect(error?.fileExists == true)
        let link = scratch.path("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: scratch.path("elsewhere"))
        let rejects = try RejectsFile(link, header: ["a"])
        #expect(throws: HostError.self) { try rejects.write(line: 1, reason: "r", cells: ["a"]) }
        #expect(!Folder.exists(scratch.path("elsewhere")))
    }

    @Test func `a corrected rejects file can be imported again`() throws {
        let map = try Sample.small()
        let first = try ImportSource(scratch.write("姓名,手机号,备注\n甲,1\n乙,2,\"x\ny\"\n"), mapping: map)
        let path = scratch.path("rejects.csv")
        let rejects = try RejectsFile(path, header: first.header)
        for item in try items(first) {
            switch item {
            case .row(let row): try rejects.write(line: row.line, reason: "no", cells: row.cells)
            case .rejected(let row): try rejects.write(line: row.line, reason: "\(row.problem)", cells: row.cells)
            }
        }
        let second = try ImportSource(path, mapping: map)
        #expect(second.header == ["姓名", "手机号", "备注"])
        #expect(
            try items(second) == [
                .rejected(
                    RejectedRow(line: 2, problem: .columnCount(expected: 5, found: 4), cells: ["甲", "1"])),
                .row(
                    ImportRow(line: 3, fields: ["name": ["乙"], "phone": ["2"]], cells: ["乙", "2", "x\ny"])),
            ])
    }
}
