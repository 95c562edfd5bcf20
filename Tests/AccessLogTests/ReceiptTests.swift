import AccessLog
import CanonicalJSON
import Primitives
import Testing
import VaultModel

struct ReceiptTests {
    private func receipt(_ log: SampleLog, at index: Int) throws -> Receipt {
        let before = log.frontier(of: 3)
        let batch = log.entries[3...].map(\.leaf.hash)
        guard case .shown(let core) = log.entries[index].core else { throw EntryError.tooLong }
        let proof = try #require(before.proof(for: UInt64(index), in: Array(batch)))
        return Receipt(
            index: UInt64(index), core: core, leaf: log.entries[index].leaf, proof: proof, checkpoint: log.note())
    }

    @Test func `a receipt is written, read and opened with the log's key`() throws {
        let log = SampleLog.ready()
        log.read(7)
        for index in 3..<12 {
            let receipt = try receipt(log, at: index)
            let read = try Receipt(parsing: receipt.encode())
            #expect(read == receipt)
            let opened = try read.open(logKey: log.key)
            #expect(opened.core.seq == UInt64(index))
            #expect(opened.checkpoint.size == 12)
        }
    }

    @Test func `a receipt is canonical JSON`() throws {
        let log = SampleLog.ready()
        let bytes = try receipt(log, at: 4).encode()
        #expect(try JSONValue.parse(bytes, limits: .message).encode() == bytes)
        #expect(try Receipt(JSONValue.parse(bytes, limits: .message)) == receipt(log, at: 4))
    }

    @Test func `every changed byte of a receipt is refused`() throws {
        let log = SampleLog.ready()
        let bytes = try receipt(log, at: 4).encode()
        for offset in bytes.indices {
            var bad = bytes
            bad[offset] ^= 1
            #expect(throws: Receipt.Problem.self) { try Receipt(parsing: bad).open(logKey: log.key) }
        }
    }

    @Test func `a receipt of another key, entry or vault is refused`() throws {
        let log = SampleLog.ready()
        log.read(2)
        let honest = try receipt(log, at: 5)
        let other = try #require(VerifierKey(name: log.key.name, key: log.clerk.key.publicKey))
        #expect(throws: Receipt.Problem.proof(.checkpoint(.signature))) { try honest.open(logKey: other) }
        let moved = Receipt(
            index: 6, core: honest.core, leaf: log.entries[5].leaf, proof: honest.proof, checkpoint: honest.checkpoint)
        #expect(throws: Receipt.Problem.proof(.notIncluded)) { try moved.open(logKey: log.key) }
        // Root on the broker can put an entry with a wrong number into the tree; the receipt still does not pass.
        let liar = SampleLog.ready()
        liar.append(EntryDraft(kind: .startup, decision: .allow, why: .granted), seq: 9)
        #expect(throws: Receipt.Problem.otherEntry) { try receipt(liar, at: 5).open(logKey: liar.key) }
        let guest = SampleLog.ready()
        guest.append(EntryDraft(kind: .startup, decision: .allow, why: .granted), vault: VaultID.random())
        #expect(throws: Receipt.Problem.otherEntry) { try receipt(guest, at: 5).open(logKey: guest.key) }
    }

    @Test func `proof files are strict`() throws {
        let log = SampleLog.ready()
        let receipt = try receipt(log, at: 4)
        let proof = LogProof(index: 4, hashes: receipt.proof, checkpoint: receipt.checkpoint)
        let text = String(decoding: proof.bytes, as: UTF8.self)
        #expect(try LogProof(parsing: proof.bytes) == proof)
        #expect(try proof.open(leaf: log.entries[4].leaf, key: log.key).size == 5)
        for (from, to) in [
            ("@v1", "@v2"), ("index 4", "index 04"), ("index 4", "index"), ("index 4", "extra AAAA\nindex 4"),
            ("index 4\n", "index 4\nAAAA\n"), ("\n\n", "\n"),
        ] {
            let bad = text.replacing(from, with: to, maxReplacements: 1)
            #expect(throws: LogProof.Problem.self) {
                try LogProof(parsing: Array(bad.utf8)).open(leaf: log.entries[4].leaf, key: log.key)
            }
        }
        #expect(throws: LogProof.Problem.tooLong) {
            try LogProof(parsing: [UInt8](repeating: 0x41, count: LogLimits.receiptBytes + 1))
        }
    }
}
