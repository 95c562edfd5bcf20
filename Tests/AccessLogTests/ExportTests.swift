import AccessLog
import Authority
import Foundation
import Host
import Primitives
import Testing
import VaultModel

struct ExportTests {
    @Test func `an export has the layout of the format`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(260)
        let export = try log.export(to: scratch, proofs: [3, 264], previous: log.note(of: 9))
        let fixed = export.files.filter { !$0.hasPrefix("blocks/") && !$0.hasPrefix("policies/") }
        #expect(
            fixed == [
                "VERIFY.txt", "checkpoint", "consistency.txt", "manifest.json", "old.checkpoint",
                "parts/core.jsonl", "parts/evidence.jsonl", "parts/subject.jsonl", "proofs/264.tlog-proof",
                "proofs/3.tlog-proof", "report.csv", "tile/0/000", "tile/0/001.p/9", "tile/1/000.p/1",
                "tile/entries/000", "tile/entries/001.p/9", "tlog-policy",
            ])
        #expect(export.files.count { $0.hasPrefix("blocks/") } == 5)
        #expect(export.files.contains("policies/" + log.policy + ".yaml"))
        let policy = try WitnessPolicy(parsing: export.read("tlog-policy"))
        #expect(policy.logs == [log.key])
        #expect(try export.read("parts/core.jsonl").split(separator: 0x0A).count == 265)
    }

    @Test func `what is served must be what was signed, and a refusal leaves nothing`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(4)
        let entries = log.entries.map(\.exported)
        func write(_ entries: [ExportedEntry], bend: (inout ExportStatement) -> Void = { _ in }) throws {
            var writer = try ExportWriter(scratch.path + "/out", checkpoint: log.note(), key: log.key)
            for entry in entries { try writer.append(entry) }
            var statement = ExportStatement(
                id: "x_0123456789", authority: log.authority.kid, vault: log.vault, checkpoint: writer.checkpoint,
                made: 0, filter: ExportFilter(), withheld: WithheldParts())
            bend(&statement)
            try writer.finish(statement: statement.sealed(by: log.key) { log.log.sign($0) }, proofs: [])
        }
        var edited = entries
        edited[5].core = .shown(Array("{}".utf8))
        #expect(throws: ExportError.part(index: 5)) { try write(edited) }
        #expect(throws: ExportError.tree) { try write(Array(entries.dropLast())) }
        #expect(throws: ExportError.tree) { try write(entries + [entries[0]]) }
        var swapped = entries
        swapped.swapAt(6, 7)
        #expect(throws: ExportError.tree) { try write(swapped) }
        var hidden = entries
        hidden[5].subject = .withheld
        #expect(throws: ExportError.statement) { try write(hidden) }
        #expect(throws: ExportError.statement) {
            try write(entries) {
                $0.checkpoint = Checkpoint(origin: log.key.name, size: 1, root: log.entries[0].leaf.hash)
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [])
        try write(entries)
        #expect(throws: ExportError.self) { try write(entries) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["out"])
    }

    @Test func `a checkpoint of another key, or of nothing, starts no export`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        let other = try #require(VerifierKey(name: log.key.name, key: log.clerk.key.publicKey))
        #expect(throws: ExportError.checkpoint(.signature)) {
            _ = try ExportWriter(scratch.path + "/out", checkpoint: log.note(), key: other)
        }
        #expect(throws: ExportError.empty) {
            _ = try ExportWriter(scratch.path + "/out", checkpoint: log.note(of: 0), key: log.key)
        }
    }

    @Test func `proofs are for entries of the tree, and from trees that are not larger`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        #expect(throws: ExportError.proof) { try log.export(to: scratch, proofs: [5]) }
        log.read(2)
        #expect(throws: ExportError.proof) { try log.export(to: scratch, count: 6, previous: log.note()) }
        let same = try log.export(to: scratch, previous: log.note())
        #expect(try same.read("consistency.txt") == [])
        #expect(same.verify().ok)
    }

    @Test func `the statement's digest is what the export's own entry names`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        var digest = ""
        let export = try log.export(to: scratch) { digest = $0.digest }
        let manifest = try ExportManifest(parsing: export.read("manifest.json"))
        #expect(digest == Hex.encode(SHA256.hash(manifest.statement.payload)))
        let statement = try ExportStatement.open(manifest.statement, key: log.key)
        #expect(statement.digest == digest)
        #expect(statement.id == "x_0123456789" && statement.authority == log.authority.kid)
        var draft = EntryDraft(kind: .export, decision: .allow, why: .granted, object: digest, xid: statement.id)
        draft.evidence = EntryEvidence(base: "x", signature: Base64.encode([UInt8](repeating: 0, count: 64)))
        draft.kid = log.officer.kid
        try draft.check()
    }

    @Test func `a manifest leads nowhere out of the export`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        let export = try log.export(to: scratch)
        let text = String(decoding: try export.read("manifest.json"), as: UTF8.self)
        for path in ["../secret", "/etc/passwd", "tile//0", "./VERIFY.txt", "VERIFY.txt\u{0}", "a b"] {
            let bad = text.replacing("\"VERIFY.txt\"", with: "\"" + path + "\"")
            #expect(bad != text)
            #expect(throws: ExportManifest.Problem.self) { try ExportManifest(parsing: Array(bad.utf8)) }
        }
        #expect(throws: ExportManifest.Problem.self) { try ExportManifest(parsing: Array((text + "\n").utf8)) }
        #expect(throws: ExportManifest.Problem.self) { try ExportManifest(parsing: Array((" " + text).utf8)) }
    }

    @Test func `index ranges have one spelling`() throws {
        var ranges = IndexRanges()
        for index: UInt64 in [0, 1, 2, 5, 9, 10] { ranges.append(index) }
        #expect(ranges.texts == ["0-2", "5", "9-10"])
        #expect(IndexRanges(texts: ranges.texts) == ranges)
        #expect(ranges.count == 6)
        for index: UInt64 in 0..<12 { #expect(ranges.contains(index) == [0, 1, 2, 5, 9, 10].contains(index)) }
        for bad in [
            ["0-2", "3"], ["5", "0-2"], ["2-0"], ["5-5"], ["01"], ["-1"], ["1-"], ["1-2-3"], [""], ["5", "5"],
        ] {
            #expect(IndexRanges(texts: bad) == nil)
        }
        #expect(IndexRanges(texts: [])?.isEmpty == true)
    }
}
