import AccessLog
import Foundation
import Primitives
import Testing

/// The independent gate: exports judged by Go's checksum-database code.
@Suite(.enabled(if: GoVerify.program != nil, "Go or golang-golang-x-mod-dev is not installed"))
struct GoVerifyTests {
    private func judge(_ export: SampleExport) throws -> Shell.Result {
        try Shell.run(try #require(GoVerify.program), [export.path, export.key.description])
    }

    @Test(arguments: [1, 4, 251, 252, 507, 600]) func `honest exports of every shape pass`(reads: Int) throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(reads)
        let size = UInt64(reads + 5)
        let export = try log.export(to: scratch, proofs: [0, size / 2, size - 1], previous: log.note(of: 5))
        let verdict = try judge(export)
        #expect(verdict.status == 0)
        #expect(verdict.output == "OK: \(size) entries, \(3 * size) parts, \(size) signatures, 3 proofs\n")
        #expect(export.verify().ok)
    }

    @Test func `a filtered export passes`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(20)
        var filter = ExportFilter()
        filter.redactSubject = true
        let verdict = try judge(try log.export(to: scratch, filter: filter))
        #expect(verdict.output == "OK: 25 entries, 35 parts, 5 signatures, 0 proofs\n")
    }

    @Test func `a byte flipped in any file is refused`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(260)
        let export = try log.export(to: scratch, proofs: [7], previous: log.note(of: 100))
        #expect(try judge(export).status == 0)
        for file in export.files {
            let bytes = try export.read(file)
            var bad = bytes
            bad[bytes.count / 2] ^= 1
            try export.write(file, bad)
            let verdict = try judge(export)
            #expect(verdict.status == 1 && verdict.output.hasPrefix("FAIL: "), "\(file)")
            try export.write(file, bytes)
        }
        #expect(try judge(export).status == 0)
    }

    @Test(arguments: [
        "checkpoint", "parts/core.jsonl", "parts/subject.jsonl", "parts/evidence.jsonl", "tile/0/000",
        "tile/0/001.p/9", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/9", "proofs/7.tlog-proof",
        "consistency.txt", "old.checkpoint",
    ])
    func `a byte flipped with the manifest mended is refused`(file: String) throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(260)
        let export = try log.export(to: scratch, proofs: [7], previous: log.note(of: 100))
        try export.tamper(file) { $0[$0.count / 2] ^= 1 }
        let verdict = try judge(export)
        #expect(verdict.status == 1 && verdict.output.hasPrefix("FAIL: "))
    }

    @Test func `the cosignature of a witness is one for Go too, on the checkpoint and on the earlier one`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(20)
        let signer = Signer(40)
        let witness = try #require(
            VerifierKey(name: "officer.example", algorithm: .cosignature, key: signer.key.publicKey))
        var earlier = try SignedNote(parsing: log.note(of: 9))
        let signature = signer.sign(Cosignature.message(text: earlier.text, timeSeconds: 1_790_000_000))
        earlier.append(
            signature: Cosignature.bytes(timeSeconds: 1_790_000_000, signature: signature), by: witness)
        func judge(_ export: SampleExport) throws -> Shell.Result {
            let program = try #require(GoVerify.program)
            return try Shell.run(program, [export.path, export.key.description, witness.description])
        }
        let plain = try log.export(to: scratch, "plain")
        #expect(try judge(plain).output == "FAIL: witness officer.example: no valid cosignature\n")
        let continued = try log.export(to: scratch, "continued", previous: earlier.bytes)
        #expect(try judge(continued).status == 0)
        var options = VerifyOptions()
        let policy = WitnessPolicy.text(log: log.key, witnesses: [witness], threshold: 1)
        options.witnesses = try WitnessPolicy(parsing: Array(policy.utf8))
        #expect(continued.verify(options).findings == [])
        #expect(plain.verify(options).findings.map(\.problem) == [.notWitnessed])
        options.witnessedSince = 1_790_000_001
        #expect(continued.verify(options).findings.map(\.problem) == [.notWitnessed])
        // One bit of the cosignature: the log's own signature holds still.
        options.witnessedSince = 0
        try continued.tamper("old.checkpoint") { $0[$0.count - 20] ^= 1 }
        #expect(try judge(continued).status == 1)
        #expect(continued.verify(options).findings.contains { $0.problem == .notWitnessed })
    }

    @Test func `a forged signature is refused`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.append(SampleRequest(customers: SampleLog.customers), by: log.stranger) { $0.kid = log.clerk.kid }
        let verdict = try judge(try log.export(to: scratch))
        #expect(verdict.output == "FAIL: entry 5: the signature is not valid\n")
    }
}

/// Builds the Go program once, outside the checkout.
enum GoVerify {
    static let program: String? = {
        guard let go = Shell.find("go") else { return nil }
        let library = "/usr/share/gocode"
        guard FileManager.default.fileExists(atPath: library + "/src/golang.org/x/mod/sumdb/tlog") else {
            print("SKIPPED: golang-golang-x-mod-dev is not installed")
            return nil
        }
        let tests = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("goverify-" + UUID().uuidString)
        let target = folder.appendingPathComponent("goverify").path
        let result = try? Shell.run(
            go, ["build", "-o", target, "."], in: tests.appendingPathComponent("GoVerify").path,
            environment: [
                "GO111MODULE": "off", "GOPATH": library, "GOCACHE": folder.appendingPathComponent("cache").path,
                "GOFLAGS": "",
            ])
        guard result?.status == 0 else {
            // Go is there, so a program that does not build is a defect and not a reason to skip.
            Issue.record("GoVerify does not build: \(result?.output ?? "")")
            return nil
        }
        return target
    }()
}
