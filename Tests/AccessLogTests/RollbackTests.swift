import AccessLog
import Authority
import Primitives
import Testing
import VaultModel

/// Entries that are swapped, inserted, deleted; logs that are cut, restored or forked. Some by whoever holds the disk,
/// some by whoever holds the log's key too.
struct RollbackTests {
    private func lines(_ export: SampleExport, _ part: String) throws -> [Substring] {
        String(decoding: try export.read("parts/\(part).jsonl"), as: UTF8.self).split(separator: "\n")
    }

    private func put(_ export: SampleExport, _ part: String, _ lines: [Substring]) throws {
        try export.tamper("parts/\(part).jsonl") { $0 = Array((lines.joined(separator: "\n") + "\n").utf8) }
    }

    @Test func `swapped, inserted and deleted lines are found`() throws {
        let log = SampleLog.ready()
        log.read(6)
        let changes: [(inout [Substring]) -> Void] = [
            { $0.swapAt(6, 7) }, { $0.insert($0[6], at: 6) }, { $0.remove(at: 6) }, { $0.removeLast() },
            { $0.append($0[6]) },
        ]
        for change in changes {
            let scratch = try Scratch()
            let export = try log.export(to: scratch)
            for part in ["core", "subject", "evidence"] {
                var changed = try lines(export, part)
                change(&changed)
                try put(export, part, changed)
            }
            #expect(!export.verify().ok)
        }
    }

    @Test func `entries behind the checkpoint are not covered`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(6)
        let export = try log.export(to: scratch, count: 8)
        #expect(export.verify().ok)
        for (part, bytes) in [("core", log.entries[8].core), ("subject", log.entries[8].subject)] {
            guard case .shown(let text) = bytes else { continue }
            try put(export, part, try lines(export, part) + [Substring(String(decoding: text, as: UTF8.self))])
        }
        let report = export.verify()
        #expect(report.findings == [LogFinding(index: 8, part: .core, problem: .notCovered)])
        #expect(report.covered == 8)
        #expect(report.entries == 9)
        try export.write("tile/entries/001.p/1", [0, 0])
        #expect(export.verify().findings.contains { $0.part == .tile && $0.problem == .notCovered })
    }

    @Test func `a body edited together with its leaf no longer leads to the root`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(3)
        let note = log.note()
        let export = try log.export(to: scratch)
        // The same history but for one entry, with tiles, bundles and all, and the honest checkpoint put over it.
        log.edit(6) { entry in
            guard case .shown(let bytes) = entry.core else { return }
            let text = String(decoding: bytes, as: UTF8.self).replacing("\"n\":1", with: "\"n\":0")
            entry.core = .shown(Array(text.utf8))
            entry.leaf = Leaf(hashing: Array(text.utf8), subject: [], evidence: [])
        }
        log.edit(6) { entry in
            guard case .shown(let core) = entry.core, case .shown(let subject) = entry.subject,
                case .shown(let evidence) = entry.evidence
            else { return }
            entry.leaf = Leaf(hashing: core, subject: subject, evidence: evidence)
        }
        let forged = try log.export(to: scratch, "forged")
        #expect(forged.verify().ok == false || forged.verify().checkpoint != export.verify().checkpoint)
        try forged.tamper("checkpoint") { $0 = note }
        #expect(!forged.verify().ok)
        // Even with the manifest of the honest export over it.
        var manifest = try ExportManifest(parsing: export.read(ExportManifest.fileName))
        manifest.files = try ExportManifest(parsing: forged.read(ExportManifest.fileName)).files
        try forged.write(ExportManifest.fileName, manifest.encode())
        #expect(forged.verify().findings.contains(LogFinding(part: .checkpoint, problem: .root)))
    }

    @Test func `a tail deleted and re-signed with the real key does not continue a known checkpoint`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(6)
        var options = VerifyOptions()
        options.previous = log.note()
        log.removeLast(2)
        let cut = try log.export(to: scratch, "cut")
        #expect(cut.verify().ok)
        #expect(cut.verify(options).findings == [LogFinding(part: .consistency, problem: .rolledBack)])
        // A backup restored and then grown has the size again, and another history.
        log.read(2)
        let grown = try log.export(to: scratch, "grown")
        #expect(grown.verify().ok)
        #expect(grown.verify(options).findings == [LogFinding(part: .consistency, problem: .forked)])
        log.read(300)
        let larger = try log.export(to: scratch, "larger")
        #expect(larger.verify(options).findings == [LogFinding(part: .consistency, problem: .forked)])
        options.previous = grown.path.isEmpty ? nil : try grown.read("checkpoint")
        #expect(larger.verify(options).ok)
    }

    @Test func `a known checkpoint of another log is not this log's`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        let other = SampleLog.ready()
        var options = VerifyOptions()
        options.previous = other.note()
        let found = try log.export(to: scratch).verify(options).findings
        #expect(found == [LogFinding(part: .consistency, problem: .otherLog)])
    }

    @Test func `a bundle with a bad length prefix is refused`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        let export = try log.export(to: scratch)
        let bundle = "tile/entries/000.p/5"
        let honest = try export.read(bundle)
        for (offset, value) in [(0, UInt8(1)), (1, 208), (1, 210), (211, 255)] {
            try export.tamper(bundle) { $0[offset] = value }
            #expect(export.verify().findings.contains { $0.part == .leaf && $0.problem == .malformed })
            try export.tamper(bundle) { $0 = honest }
        }
        try export.tamper(bundle) { $0.append(0) }
        #expect(!export.verify().ok)
        try export.tamper(bundle) { $0 = Array(honest.dropLast()) }
        #expect(!export.verify().ok)
    }

    @Test func `a statement about another tree, another vault or by another key is refused`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(2)
        let export = try log.export(to: scratch)
        let older = try log.export(to: scratch, "older", count: 6)
        var manifest = try ExportManifest(parsing: export.read(ExportManifest.fileName))
        let honest = manifest
        manifest.statement = try ExportManifest(parsing: older.read(ExportManifest.fileName)).statement
        try export.write(ExportManifest.fileName, manifest.encode())
        #expect(export.verify().findings.map(\.problem) == [.otherLog])
        let said = try ExportStatement.open(honest.statement, key: log.key)
        let other = try #require(VerifierKey(name: log.key.name, key: log.stranger.key.publicKey))
        manifest.statement = said.sealed(by: other) { log.stranger.sign($0) }
        try export.write(ExportManifest.fileName, manifest.encode())
        #expect(export.verify().findings.map(\.problem) == [.notSigned])
        var elsewhere = said
        elsewhere.vault = VaultID.random()
        manifest.statement = elsewhere.sealed(by: log.key) { log.log.sign($0) }
        try export.write(ExportManifest.fileName, manifest.encode())
        #expect(export.verify().findings.map(\.problem) == [.otherLog])
        // A checkpoint's signature is none over a statement: the texts begin differently.
        let note = try SignedNote(parsing: log.note())
        let pasted = DSSEEnvelope(
            payloadType: ExportStatement.payloadType, payload: said.encode(), keyid: KeyID(log.key.key),
            signature: note.signatures[0].bytes)
        #expect(throws: StatementProblem.signature) { try ExportStatement.open(pasted, key: log.key) }
    }
}
