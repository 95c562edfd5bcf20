import AccessLog
import Authority
import Foundation
import Primitives
import Testing
import VaultModel

/// A folder that goes when the test is over.
final class Scratch {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("accesslog-" + UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// An export on disk, and ways to tamper with it.
struct SampleExport {
    let path: String
    let key: VerifierKey

    func read(_ file: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + file))) }

    func write(_ file: String, _ bytes: [UInt8]) throws {
        let url = URL(fileURLWithPath: path + "/" + file)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    /// Writes a file whose old version may be read-only.
    func replace(_ file: String, _ bytes: [UInt8]) throws {
        try remove(file)
        try write(file, bytes)
    }

    func remove(_ file: String) throws { try FileManager.default.removeItem(atPath: path + "/" + file) }

    var files: [String] {
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return names.filter { name in
            let values = try? URL(fileURLWithPath: path + "/" + name).resourceValues(forKeys: [.isRegularFileKey])
            return values?.isRegularFile == true
        }.sorted()
    }

    func copy(to scratch: Scratch, _ name: String) throws -> SampleExport {
        let target = scratch.path + "/" + name
        try FileManager.default.copyItem(atPath: path, toPath: target)
        return SampleExport(path: target, key: key)
    }

    /// Changes a file and gives the manifest its new hash, as whoever tampers would.
    func tamper(_ file: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = try read(file)
        change(&bytes)
        try write(file, bytes)
        try updateManifest()
    }

    func updateManifest() throws {
        var manifest = try ExportManifest(parsing: read(ExportManifest.fileName))
        manifest.files = [:]
        for file in files where file != ExportManifest.fileName {
            manifest.files[file] = Hex.encode(SHA256.hash(try read(file)))
        }
        try write(ExportManifest.fileName, manifest.encode())
    }

    func verify(_ options: VerifyOptions = VerifyOptions()) -> VerifyReport {
        LogVerifier.verify(directory: path, key: key, options: options)
    }
}

extension SampleLog {
    /// Writes an export of the first `count` entries.
    func export(
        to scratch: Scratch, _ name: String = "export", count: Int? = nil, filter: ExportFilter = ExportFilter(),
        proofs: [UInt64] = [], previous: [UInt8]? = nil, bend: (inout ExportStatement) -> Void = { _ in }
    ) throws -> SampleExport {
        let path = scratch.path + "/" + name
        let shown = entries.prefix(count ?? entries.count).map { filter.isEmpty ? $0.exported : $0.filtered(filter) }
        var writer = try ExportWriter(path, checkpoint: note(of: count), key: key)
        var withheld = WithheldParts()
        for (index, entry) in shown.enumerated() {
            try writer.append(entry)
            withheld.note(UInt64(index), shown: entry.visible)
        }
        for block in blocks { try writer.add(block: block) }
        for policy in policies { try writer.add(policy: policy) }
        var statement = ExportStatement(
            id: "x_0123456789", authority: authority.kid, vault: vault, checkpoint: writer.checkpoint, made: time,
            filter: filter, withheld: withheld)
        bend(&statement)
        let signed = statement.sealed(by: key) { log.sign($0) }
        try writer.finish(statement: signed, proofs: proofs, previous: previous)
        return SampleExport(path: path, key: key)
    }
}

extension SampleLog.Entry {
    func filtered(_ filter: ExportFilter) -> ExportedEntry {
        var entry = exported
        guard case .shown(let bytes) = core, let parsed = try? EntryCore(parsing: bytes) else { return entry }
        var known: EntrySubject?
        if case .shown(let bytes) = subject { known = try? EntrySubject(parsing: bytes) }
        let parts = filter.parts(of: parsed, subject: known)
        if !parts.contains(.core) { entry.core = .withheld }
        if !parts.contains(.subject) { entry.subject = .withheld }
        if !parts.contains(.evidence) { entry.evidence = .withheld }
        return entry
    }
}

extension ExportedEntry {
    var visible: EntryParts {
        var parts: EntryParts = []
        if core != .withheld { parts.insert(.core) }
        if subject != .withheld { parts.insert(.subject) }
        if evidence != .withheld { parts.insert(.evidence) }
        return parts
    }
}
