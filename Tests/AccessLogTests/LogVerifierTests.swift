import AccessLog
import Primitives
import Testing
import VaultModel

struct LogVerifierTests {
    @Test func `an honest export has no findings, and every entry and signature was looked at`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(300)
        log.append(EntryDraft(kind: .startup, decision: .allow, why: .granted, policy: log.policy))
        let export = try log.export(to: scratch, proofs: [0, 255, 256, 305], previous: log.note(of: 200))
        let report = export.verify()
        #expect(report.findings == [])
        #expect(report.notes == [])
        #expect(report.ok)
        #expect(report.scope == .full)
        #expect(report.entries == 306)
        #expect(report.covered == 306)
        #expect(report.signaturesVerified == 305)
        #expect(report.signaturesNotChecked == 0)
        #expect(report.checkpoint?.size == 306)
        #expect(report.authority == log.authority.kid)
    }

    @Test(arguments: [1, 2, 3, 8]) func `the number of threads changes nothing`(threads: Int) throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(70)
        log.append(SampleRequest(customers: SampleLog.customers), by: log.stranger)
        var options = VerifyOptions()
        options.threads = threads
        let report = try log.export(to: scratch).verify(options)
        #expect(report.findings == [LogFinding(index: 75, part: .signature, problem: .notEnrolled)])
    }

    /// One flipped byte anywhere in any file is found, however little the file matters.
    @Test func `a flipped byte is found in every file`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(260)
        let honest = try log.export(to: scratch, proofs: [7], previous: log.note(of: 100))
        #expect(honest.verify().ok)
        #expect(honest.files.count > 20)
        for file in honest.files {
            let size = try honest.read(file).count
            for offset in [0, size - 1] {
                let bytes = try honest.read(file)
                var bad = bytes
                bad[offset] ^= 1
                try honest.write(file, bad)
                #expect(!honest.verify().ok, "\(file) at \(offset)")
                try honest.write(file, bytes)
            }
        }
        #expect(honest.verify().ok)
    }

    /// Whoever tampers also mends the hashes in the manifest, which nobody signs.
    @Test(arguments: [
        "checkpoint", "parts/core.jsonl", "parts/subject.jsonl", "parts/evidence.jsonl", "tile/0/000",
        "tile/0/001.p/9", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/9", "proofs/7.tlog-proof",
        "consistency.txt", "old.checkpoint",
    ])
    func `a flipped byte is found by the evidence itself, with the manifest mended`(file: String) throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(260)
        let export = try log.export(to: scratch, proofs: [7], previous: log.note(of: 100))
        #expect(export.verify().ok)
        try export.tamper(file) { $0[$0.count / 2] ^= 1 }
        let report = export.verify()
        #expect(!report.ok)
        #expect(!report.findings.contains { $0.part == .file && $0.problem == .hash })
    }

    @Test func `blocks and policies bear their hashes as names`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(1)
        let export = try log.export(to: scratch)
        let block = try #require(export.files.first { $0.hasPrefix("blocks/") })
        let policy = try #require(export.files.first { $0.hasPrefix("policies/") })
        let files = [(block, LogPart.block), (policy, LogPart.policy)]
        for (file, part) in files {
            let bytes = try export.read(file)
            try export.tamper(file) { $0[$0.count / 2] ^= 1 }
            #expect(export.verify().findings.contains { $0.part == part })
            try export.remove(file)
            try export.updateManifest()
            #expect(export.verify().findings.contains { $0.part == part && $0.problem == .missing })
            try export.write(file, bytes)
            try export.updateManifest()
        }
        #expect(export.verify().ok)
    }

    @Test func `another key of the right name, and the right key of another name, are refused`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        let export = try log.export(to: scratch)
        let other = try #require(VerifierKey(name: log.key.name, key: log.stranger.key.publicKey))
        let wrong = LogVerifier.verify(directory: export.path, key: other)
        #expect(wrong.findings == [LogFinding(part: .checkpoint, problem: .notSigned, file: "checkpoint")])
        #expect(wrong.checkpoint == nil)
        let renamed = try #require(VerifierKey(name: "coffer/other/1", key: log.log.key.publicKey))
        #expect(LogVerifier.verify(directory: export.path, key: renamed).findings.map(\.problem) == [.otherLog])
    }

    @Test func `a key laid into the export is not used, it is a stray file`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        let export = try log.export(to: scratch)
        try export.write("keys.txt", Array(log.key.description.utf8))
        let finding = LogFinding(part: .file, problem: .unexpected, file: "keys.txt")
        #expect(export.verify().findings == [finding])
    }

    @Test func `a folder that is not there, and one that is empty, are findings and not crashes`() throws {
        let scratch = try Scratch()
        let key = SampleLog().key
        let missing = LogVerifier.verify(directory: scratch.path + "/none", key: key)
        #expect(missing.findings.map(\.problem) == [.unreadable])
        let empty = LogVerifier.verify(directory: scratch.path, key: key)
        #expect(empty.findings.map(\.problem) == [.missing])
    }

    @Test func `links in an export are not followed unnoticed`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        let export = try log.export(to: scratch)
        try Shell.link(export.path + "/checkpoint", as: export.path + "/proofs-link")
        #expect(export.verify().findings.contains(LogFinding(part: .file, problem: .unexpected, file: "proofs-link")))
    }

    @Test func `a file name from the folder does not speak to a terminal`() throws {
        let scratch = try Scratch()
        let export = try SampleLog.ready().export(to: scratch)
        try export.write("a\u{1B}[2Jb\u{E9}", [])
        #expect(export.verify().findings.map(\.file) == ["a?[2Jb??"])
    }

    @Test func `progress reaches the end`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(300)
        let export = try log.export(to: scratch)
        var seen: [UInt64] = []
        let report = LogVerifier.verify(directory: export.path, key: log.key) { done, total in
            seen.append(done)
            #expect(total == 305)
        }
        #expect(report.ok)
        #expect(seen == [256, 305])
    }
}
