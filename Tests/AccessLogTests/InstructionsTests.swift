import AccessLog
import Foundation
import Primitives
import Testing

/// `VERIFY.txt` is run as it stands: every line that begins with four spaces.
@Suite(
    .enabled(
        if: ["openssl", "sha256sum", "sh", "awk", "base64"].allSatisfy { Shell.find($0) != nil },
        "openssl or coreutils are not installed"))
struct InstructionsTests {
    private func follow(_ export: SampleExport, key: String? = nil) throws -> Shell.Result {
        let text = String(decoding: try export.read("VERIFY.txt"), as: UTF8.self)
        let commands = text.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { $0.hasPrefix("    ") }.map { String($0.dropFirst(4)) }
        #expect(commands.count > 15)
        let script = commands.joined(separator: "\n")
        return try Shell.run(
            try #require(Shell.find("sh")), ["-eu", "-c", script], in: export.path,
            environment: ["KEY": key ?? export.key.description])
    }

    @Test(arguments: [0, 251, 300]) func `the commands verify the signature and an entry`(reads: Int) throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(reads)
        let last = reads + 4
        let result = try follow(try log.export(to: scratch))
        #expect(result.status == 0)
        #expect(result.output.contains("Signature Verified Successfully"))
        for part in ["core", "subject", "evidence"] {
            #expect(result.output.contains("\(part) of entry \(last) is in the leaf"))
        }
        #expect(result.output.contains("entry \(last) is in the tree"))
    }

    @Test func `they fail on a changed checkpoint, another key and a changed tile`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.read(3)
        let export = try log.export(to: scratch)
        let other = try #require(VerifierKey(name: log.key.name, key: log.clerk.key.publicKey))
        #expect(try follow(export, key: other.description).status != 0)
        let honest = try export.read("checkpoint")
        let text = String(decoding: honest, as: UTF8.self)
        try export.write("checkpoint", Array(text.replacing("\n8\n", with: "\n9\n").utf8))
        #expect(try follow(export).status != 0)
        try export.write("checkpoint", honest)
        let tile = try export.read("tile/0/000.p/8")
        try export.write("tile/0/000.p/8", Array(tile.dropLast()) + [(tile.last ?? 0) ^ 1])
        #expect(try !follow(export).output.contains("is in the tree"))
    }

    @Test func `a part changed is not in the leaf, and withheld parts are skipped`() throws {
        let scratch = try Scratch()
        let log = SampleLog.ready()
        log.append(SampleRequest(customers: SampleLog.customers), by: log.clerk)
        var filter = ExportFilter()
        filter.redactSubject = true
        let export = try log.export(to: scratch, filter: filter)
        let result = try follow(export)
        #expect(result.output.contains("core of entry 5 is in the leaf"))
        #expect(!result.output.contains("subject of entry 5"))
        try export.tamper("parts/core.jsonl") { $0[$0.count - 20] ^= 1 }
        #expect(try !follow(export).output.contains("core of entry 5"))
    }
}
