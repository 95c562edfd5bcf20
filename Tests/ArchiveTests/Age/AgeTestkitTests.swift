import Foundation
import Primitives
import Testing

@testable import Archive

@Suite(
    .enabled(
        if: Vectors.has(AgeTestkitCase.folder) && AgeTestkitCase.python != nil, "see the message above"))
struct AgeTestkitTests {
    private let cases: [AgeTestkitCase]

    init() throws { cases = try AgeTestkitCase.all.get() }

    /// What was given back before the end or the error, and the error.
    private func read(_ test: AgeTestkitCase, _ pieces: [[UInt8]]) -> (content: [UInt8], error: AgeError?) {
        var content: [UInt8] = []
        var reader = AgeReader(with: test.identities)
        do throws(AgeError) {
            for piece in pieces { content += try reader.append(piece) }
            content += try reader.finish()
        } catch {
            return (content, error)
        }
        return (content, nil)
    }

    /// The file up to its first chunk, then pieces that end where chunks end: 65,552 is a multiple of sixteen.
    private func stepByStep(_ file: [UInt8]) -> [[UInt8]] {
        let lines = file.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard let mac = lines.first(where: { $0.starts(with: Array("--- ".utf8)) }) else { return [file] }
        let start = min(mac.endIndex + 1 + 16, file.count)
        return [Array(file[..<start])] + pieces(of: Array(file[start...]), file.count < 1 << 20 ? 16 : 65_552)
    }

    private func name(of error: AgeError?) -> String {
        switch error {
        case nil: "success"
        case .noMatch: "no match"
        case .headerMAC: "HMAC failure"
        case .notAge, .header: "header failure"
        case .damaged, .truncated, .emptyLastChunk, .trailingBytes: "payload failure"
        case .armored, .noRecipient, .tooManyRecipients, .recipient, .identity: "another failure"
        }
    }

    @Test func `every case for X25519 ends as it should and releases what it should`() throws {
        let ours = cases.filter { $0.kind == .x25519 }
        for test in ours {
            let (content, error) = read(test, stepByStep(test.file))
            #expect(name(of: error) == test.expected, "\(test.name): \(error?.message ?? "opened")")
            if let hash = test.payloadHash { #expect(Hex.encode(SHA256.hash(content)) == hash, "\(test.name)") }
            guard test.payloadHash == nil || error == nil else { continue }
            // In one piece it is the same, but for what came before an error.
            let whole = read(test, [test.file])
            #expect(whole.error == error, "\(test.name)")
            #expect(whole.content == content, "\(test.name)")
        }
        let kinds = Dictionary(grouping: cases, by: \.kind).mapValues(\.count)
        print(
            "age test kit: \(ours.count) of \(cases.count) cases run; not applicable: "
                + "\(kinds[.armored] ?? 0) armored, \(kinds[.passphrase] ?? 0) passphrase, \(kinds[.hybrid] ?? 0) hybrid"
        )
        #expect(kinds == [.x25519: 69, .armored: 33, .passphrase: 24, .hybrid: 17])
    }

    @Test func `what is not read here is refused before any content`() {
        for test in cases where test.kind != .x25519 {
            let identities = test.identities.isEmpty ? [AgeIdentity.example] : test.identities
            var reader = AgeReader(with: identities)
            var error: AgeError?
            do throws(AgeError) {
                #expect(try reader.append(test.file).isEmpty, "\(test.name)")
                _ = try reader.finish()
            } catch let refusal {
                error = refusal
            }
            switch test.kind {
            case .armored: #expect(error == .armored || error == .notAge, "\(test.name)")
            default: #expect(["no match", "header failure"].contains(name(of: error)), "\(test.name)")
            }
        }
    }

    /// What opens can be written again: the same stanzas and key give the same header, the same content and nonce the
    /// same payload. It is how the kit serves the other direction, whose randomness no vector can hold.
    @Test func `headers and payloads are written as the authors write them`() throws {
        var ran = 0
        for test in cases where test.kind == .x25519 && test.expected == "success" {
            let fileKey = SecretBytes(copying: try #require(test.fileKey))
            var parser = AgeHeaderParser()
            var position = 0
            let header = try #require(try parser.read(test.file, from: &position))
            #expect(AgeHeader.encode(header.stanzas, fileKey: fileKey) == Array(test.file[..<position]), "\(test.name)")
            let nonce = Array(test.file[position..<(position + 16)])
            var payload = AgePayload(fileKey: fileKey, nonce: nonce)
            let content = try AgeFile.open(test.file, fileKey: fileKey)
            var written = Array(test.file[..<(position + 16)])
            let chunks = content.isEmpty ? [[]] : pieces(of: content, 65_536)
            for (number, chunk) in chunks.enumerated() {
                unsafe payload.seal(chunk.span.bytes, isLast: number == chunks.count - 1, onto: &written)
            }
            #expect(written == test.file, "\(test.name)")
            ran += 1
        }
        #expect(ran > 10)
    }
}
