import Testing
import VaultModel

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Region CN, which most values in these tests are read in.
let china = Region.mainlandChina

/// The bytes of a text, for comparisons that must not be lenient about Unicode.
func utf8(_ text: String) -> [UInt8] { Array(text.utf8) }

/// What a call threw, or nil.
func failure<T>(_ body: () throws(FieldValueError) -> T) -> FieldValueError? {
    do throws(FieldValueError) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}

/// Sample files of invented people: `COFFER_DATA`, else `shared/data` beside the package.
enum SampleData {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["COFFER_DATA"] { return URL(filePath: path) }
        return URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/data")
    }()

    static let isThere: Bool = {
        let found = FileManager.default.fileExists(atPath: folder.appending(path: "shoecare-members.csv").path)
        if !found { print("skipped: no sample files in \(folder.path); set COFFER_DATA to their folder") }
        return found
    }()

    /// The rows of a UTF-8 file by header. Quoted cells may hold commas, quotes and line ends.
    static func rows(_ file: String) throws -> [[String: String]] {
        let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        var rows: [[String]] = [[]]
        var cell = String.UnicodeScalarView()
        var isQuoted = false
        var scalars = text.unicodeScalars.drop { $0 == "\u{FEFF}" }
        func end(of cell: inout String.UnicodeScalarView) {
            rows[rows.count - 1].append(String(cell))
            cell.removeAll()
        }
        while let scalar = scalars.popFirst() {
            switch (scalar, isQuoted) {
            case ("\"", true) where scalars.first == "\"":
                cell.append("\"")
                scalars.removeFirst()
            case ("\"", _): isQuoted.toggle()
            case (",", false): end(of: &cell)
            case ("\r", false): break
            case ("\n", false):
                end(of: &cell)
                rows.append([])
            default: cell.append(scalar)
            }
        }
        if !cell.isEmpty { end(of: &cell) }
        let header = try #require(rows.first)
        return rows.dropFirst().filter { $0.count == header.count }.map { cells in
            Dictionary(zip(header, cells)) { first, _ in first }
        }
    }
}
