import CanonicalJSON
import Primitives
import VaultModel

@testable import AccessLog

enum LogTargets {
    static let vault = AuthorityTargets.vault
    static let key = known(
        VerifierKey(
            name: LogOrigin(vault: vault, incarnation: 1).description, key: AuthorityTargets.signing.publicKey))

    /// A note, the checkpoint in it, a witness policy and a verifier key: line formats that share their readers.
    static func note(_ bytes: [UInt8]) {
        if let note = try? SignedNote(parsing: bytes) {
            expect(note.bytes == bytes, "a note has one encoding")
            if let checkpoint = try? Checkpoint(parsing: note.text) {
                expect(checkpoint.text.utf8.elementsEqual(note.text.utf8), "a checkpoint has one encoding")
                expect(
                    LogOrigin(checkpoint.origin).map { $0.description.utf8.elementsEqual(checkpoint.origin.utf8) }
                        ?? true, "an origin has one encoding")
                let signed = Checkpoint(origin: key.name, size: checkpoint.size, root: checkpoint.root)
                    .signed(by: key) { AuthorityTargets.signing.sign($0) }
                expect((try? Checkpoint.open(signed, key: key))?.size == checkpoint.size, "a signed checkpoint opens")
                let changed = flipped(signed, at: Int(checkpoint.size % 4_096))
                // What is changed in base64 may be refused or be another key's line; it must not verify as another text.
                if let other = try? Checkpoint.open(changed, key: key) {
                    expect(
                        other.text.utf8.elementsEqual(
                            String(decoding: signed, as: UTF8.self).utf8.prefix(other.text.utf8.count)),
                        "a changed checkpoint opened")
                }
            }
            if let opened = try? Checkpoint.open(bytes, key: key) {
                expect(opened.text.utf8.elementsEqual(note.text.utf8), "what was signed is what is read")
            }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if let key = VerifierKey(text) {
            expect(key.description.utf8.elementsEqual(text.utf8), "a key has one encoding")
        }
        if let policy = try? WitnessPolicy(parsing: bytes), let note = try? SignedNote(parsing: bytes) {
            _ = policy.isWitnessed(note, notBefore: 0)
        }
    }

    /// Files of proof: each has one encoding.
    static func proof(_ bytes: [UInt8]) {
        if let proof = try? LogProof(parsing: bytes) { expect(proof.bytes == bytes, "a proof has one encoding") }
        if let submission = WitnessSubmission(parsing: bytes) {
            expect(submission.bytes == bytes, "a submission has one encoding")
        }
        if let receipt = try? Receipt(parsing: bytes) {
            expect(receipt.encode() == bytes, "a receipt has one encoding")
            _ = try? receipt.open(logKey: key)
        }
        if let manifest = try? ExportManifest(parsing: bytes) {
            expect(manifest.encode() == bytes, "a manifest has one encoding")
        }
    }

    /// The three parts of an entry. The hand-written readers take only what the strict JSON parser takes.
    static func entry(_ bytes: [UInt8]) {
        let core = try? EntryCore(parsing: bytes)
        let subject = try? EntrySubject(parsing: bytes)
        var evidence: EntryEvidence?
        var isEvidence = false
        if let parsed = try? EntryEvidence.parse(bytes) { evidence = parsed }
        isEvidence = evidence != nil
        guard core != nil || subject != nil || isEvidence else { return }
        let limits = JSONLimits(maxBytes: bytes.count, maxDepth: 4, names: .member)
        guard let members = try? JSONValue.parse(bytes, limits: limits).objectValue else {
            return expect(false, "a part of an entry is canonical JSON")
        }
        guard case .string(let text) = members["salt"], let salt = Base64URL.decode(text) else {
            return expect(false, "a part of an entry has a salt")
        }
        if let subject { expect(subject.encode(salt: salt) == bytes, "a subject has one encoding") }
        if let evidence {
            expect(EntryEvidence.encode(evidence, salt: salt) == bytes, "an evidence has one encoding")
        }
        if let core { expect(core.salt == text, "a core's salt") }
    }

    /// The first byte says how many nodes or leaves are expected.
    static func tile(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let rest = Array(bytes.dropFirst())
        let width = Int(first) + 1
        if let tile = Tile(id: TileID(level: 0, index: 0, width: width), bytes: rest) {
            expect(Array(tile.hashes.joined()) == rest, "a tile has one encoding")
        }
        if let leaves = EntryBundle.parse(rest, width: width) {
            expect(leaves.count == width && EntryBundle.encode(leaves) == rest, "a bundle has one encoding")
        }
    }

    /// A tree of some leaves: each proof made verifies, and no changed one does. Behind it a proof that is made up.
    static func merkle(_ bytes: [UInt8]) {
        guard bytes.count >= 6 else { return }
        let size = UInt64(bytes[0] % 70) + 1
        let old = UInt64(bytes[1]) % size + 1
        let index = UInt64(bytes[2]) % size
        let leaves = (0..<size).map { Merkle.leafHash([UInt8(truncatingIfNeeded: $0), bytes[3]]) }
        func node(_ level: Int, _ place: UInt64) -> [UInt8] {
            if level == 0 { return leaves[Int(place)] }
            return Merkle.nodeHash(node(level - 1, 2 * place), node(level - 1, 2 * place + 1))
        }
        let root = Merkle.rangeRoot(0, size, node: node)
        let path = Merkle.inclusionProof(index: index, size: size, node: node)
        func isIncluded(_ path: [[UInt8]], _ index: UInt64, _ size: UInt64) -> Bool {
            Merkle.isIncluded(leafHash: leaves[Int(index)], index: index, size: size, root: root, proof: path)
        }
        expect(isIncluded(path, index, size), "a proof of inclusion verifies")
        let step = Int(bytes[4])
        if !path.isEmpty {
            var changed = path
            changed[step % path.count] = flipped(path[step % path.count], at: Int(bytes[5]))
            expect(!isIncluded(changed, index, size), "a changed proof of inclusion verified")
            expect(!isIncluded(Array(path.dropLast()), index, size), "a short proof of inclusion verified")
        }
        expect(!isIncluded(path + [root], index, size), "a long proof of inclusion verified")

        let oldRoot = Merkle.rangeRoot(0, old, node: node)
        let proof = Merkle.consistencyProof(old: old, new: size, node: node)
        func isConsistent(_ proof: [[UInt8]]) -> Bool {
            Merkle.isConsistent(old: old, oldRoot: oldRoot, new: size, newRoot: root, proof: proof)
        }
        expect(isConsistent(proof), "a proof of consistency verifies")
        if !proof.isEmpty {
            var changed = proof
            changed[step % proof.count] = flipped(proof[step % proof.count], at: Int(bytes[5]))
            expect(!isConsistent(changed), "a changed proof of consistency verified")
        }
        expect(!isConsistent(proof + [root]), "a long proof of consistency verified")

        // Numbers of 64 bits and hashes out of nothing: no trap, and no proof.
        let numbers = bytes.prefix(16).reduce(into: UInt64(0)) { $0 = $0 &* 257 &+ UInt64($1) }
        let madeUp = stride(from: 6, to: bytes.count - 31, by: 32).map { Array(bytes[$0..<$0 + 32]) }
        expect(
            !Merkle.isIncluded(
                leafHash: leaves[0], index: numbers, size: numbers | 1 << 63, root: [UInt8](repeating: 9, count: 32),
                proof: madeUp), "a proof that was made up verified")
        expect(
            !Merkle.isConsistent(
                old: numbers >> UInt64(bytes[4] % 64), oldRoot: leaves[0], new: numbers | 1 << 63,
                newRoot: [UInt8](repeating: 9, count: 32), proof: madeUp), "a proof that was made up verified")
    }
}
