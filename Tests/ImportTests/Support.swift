import Foundation
import Testing

@testable import Import

/// A folder of a test's own, removed with it.
final class Scratch {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "coffer-import-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    func write(_ bytes: [UInt8], _ name: String = "source.csv") throws -> String {
        try Data(bytes).write(to: folder.appending(path: name))
        return path(name)
    }

    func write(_ text: String, _ name: String = "source.csv") throws -> String {
        try write(Array(text.utf8), name)
    }
}

enum Sample {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func map(_ name: String) throws -> MappingFile {
        let file = root.appending(path: "policies/maps/\(name).yaml")
        return try MappingFile.parse([UInt8](Data(contentsOf: file)), file: name)
    }

    static func bytes(_ path: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: root.appending(path: path))) }

    static let smallMap = """
        version: 1
        record: customer
        columns:
          - {header: 姓名, aliases: [name], field: name}
          - {header: 手机号, aliases: [phone], field: phone, split: ["/"]}
          - {header: 生日, field: birthday, optional: true, dates: ["%Y-%m-%d", "%Y年%m月%d日"]}
          - {header: 营销同意, field: marketing_consent, optional: true, values: {是: "yes", 否: "no"}}
          - {header: 备注, ignore: true, optional: true}

        """

    static func small() throws -> MappingFile { try MappingFile.parse(Array(smallMap.utf8), file: "small") }
}

/// The shop files that lie beside the repository: `COFFER_VECTORS` names the folder of vectors, its sibling `data`
/// holds them. A checkout without them runs the same tests over `Examples` and the files the tests make.
enum SharedData {
    static let folder: URL = {
        if let vectors = ProcessInfo.processInfo.environment["COFFER_VECTORS"] {
            return URL(filePath: vectors).deletingLastPathComponent().appending(path: "data")
        }
        return Sample.root.deletingLastPathComponent().appending(path: "shared/data")
    }()

    static let isPresent: Bool = {
        let isPresent = FileManager.default.fileExists(atPath: folder.appending(path: "takeout-customers.csv").path)
        if !isPresent { print("skipped: no sample shop files at \(folder.path); set COFFER_VECTORS") }
        return isPresent
    }()

    static func path(_ name: String) -> String { folder.appending(path: name).path }
}

/// Everything a reader gives until its end.
func rows(_ path: String, as encoding: TextEncoding? = nil) throws -> [CSVRow] {
    let reader = try CSVReader(SourceFile.survey(path, as: encoding))
    var rows: [CSVRow] = []
    while let row = try reader.next() { rows.append(row) }
    return rows
}

/// Everything a source gives until its end.
func items(_ source: ImportSource) throws -> [ImportItem] {
    var items: [ImportItem] = []
    while let item = try source.next() { items.append(item) }
    return items
}
