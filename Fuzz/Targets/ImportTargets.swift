import Policy

@testable import Import

enum ImportTargets {
    private struct Reading: Equatable {
        var rows: [CSVRow] = []
        var error: ImportError?
    }

    /// The whole text, in pieces of `size` bytes.
    private static func read(_ bytes: [UInt8], _ encoding: TextEncoding, size: Int) -> Reading {
        var decoder = TextDecoder(encoding)
        var parser = CSVParser()
        var reading = Reading()
        do throws(ImportError) {
            var start = 0
            while start < bytes.count {
                let piece = Array(bytes[start..<min(start + size, bytes.count)])
                start += piece.count
                let text = try decoder.decode(piece)
                guard !text.isEmpty else { continue }
                parser.append(text)
                while let row = try parser.next() { reading.rows.append(row) }
            }
            try decoder.finish()
            parser.finish()
            while let row = try parser.next() { reading.rows.append(row) }
        } catch {
            reading.error = error
        }
        return reading
    }

    /// The first byte names the encoding, the second the size of the pieces. Where a file is cut makes no difference;
    /// rows written with quotes come back.
    static func csv(_ bytes: [UInt8]) {
        guard bytes.count > 2 else { return }
        let encoding = TextEncoding.allCases[Int(bytes[0]) % TextEncoding.allCases.count]
        let text = Array(bytes[2...])
        let whole = read(text, encoding, size: text.count)
        let pieces = read(text, encoding, size: Int(bytes[1]) + 1)
        // A piece that cannot be decoded hides rows that stand before the fault in it; whole and pieces agree on the rest.
        let common = min(whole.rows.count, pieces.rows.count)
        expect(whole.rows.prefix(common) == pieces.rows.prefix(common), "rows depend on how a file is cut")
        guard case .encoding = whole.error else {
            expect(whole == pieces, "rows or errors depend on how a file is cut")
            if whole.error == nil { writeAgain(whole.rows) }
            return
        }
        // The grammar may fail before the encoding does, in an earlier piece; without a failure nothing passes.
        expect(pieces.error != nil, "whether text is valid depends on how a file is cut")
    }

    private static func writeAgain(_ rows: [CSVRow]) {
        let lines = rows.map { row in
            row.cells.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",")
        }
        let again = read(Array(lines.joined(separator: "\n").utf8), .utf8, size: 4_096)
        let cells = rows.map(\.cells)
        expect(again.error == nil && again.rows.map(\.cells) == cells, "rows written with quotes do not come back")
    }

    static func mapping(_ bytes: [UInt8]) {
        do throws(MappingRefusal) {
            let mapping = try MappingFile.parse(bytes, file: "map")
            expect(!mapping.columns.isEmpty && mapping.sha256.count == 32, "a map has columns")
        } catch {
            expect(!error.problems.isEmpty, "a refusal says why")
            expect(error.problems.allSatisfy { $0.line > 0 && $0.column > 0 }, "a problem has a place")
        }
    }
}

enum PolicyTargets {
    static func policy(_ bytes: [UInt8]) {
        switch PolicyDocument.parse(bytes, file: "policy") {
        case .success(let policy):
            expect(policy.bytes == bytes, "a policy is its bytes")
            for role in policy.roles { expect(policy.role(role.name) != nil, "each role is found") }
        case .failure(let refusal):
            expect(!refusal.problems.isEmpty, "a refusal says why")
            expect(refusal.problems.allSatisfy { $0.line > 0 && $0.column > 0 }, "a problem has a place")
        }
    }
}
