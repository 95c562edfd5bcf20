import AccessLog
import Primitives
import Testing
import Witness

/// A log of made-up leaves and its key.
struct TestLog {
    let key: VerifierKey
    private let signer: Signer
    private let leaves: [[UInt8]]

    /// - Parameter variant: another one makes another history under the same key.
    init(_ origin: String = "coffer/00112233445566778899aabbccddeeff/1", variant: UInt8 = 0, seed: UInt8 = 1) throws {
        signer = Signer(seed)
        key = try #require(VerifierKey(name: origin, key: signer.publicKey))
        leaves = (0..<64).map { SHA256.hash([variant, UInt8($0)]) }
    }

    func root(_ size: Int) -> [UInt8] {
        var frontier = MerkleFrontier()
        for leaf in leaves.prefix(size) { frontier.append(leaf) }
        return size == 0 ? SHA256.hash([]) : frontier.root()
    }

    func note(_ size: Int) -> [UInt8] {
        Checkpoint(origin: key.name, size: UInt64(size), root: root(size)).signed(by: key, signer.sign)
    }

    func proof(_ old: Int, _ new: Int) -> [[UInt8]] {
        Merkle.consistencyProof(old: UInt64(old), new: UInt64(new)) { level, index in
            subtree(leaves[Int(index) << level..<(Int(index) + 1) << level])
        }
    }

    private func subtree(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        guard leaves.count > 1 else { return leaves.first ?? [] }
        let middle = leaves.startIndex + leaves.count / 2
        return Merkle.nodeHash(subtree(leaves[..<middle]), subtree(leaves[middle...]))
    }

    func submission(_ old: Int, _ new: Int) -> [UInt8] {
        WitnessSubmission(old: UInt64(old), proof: proof(old, new), note: note(new)).bytes
    }
}

final class Signer: Sendable {
    private let key: Ed25519.SigningKey
    init(_ seed: UInt8) { key = Ed25519.SigningKey(seed: SecretBytes(copying: [UInt8](repeating: seed, count: 32))) }
    var publicKey: Ed25519.PublicKey { key.publicKey }
    func sign(_ bytes: [UInt8]) -> [UInt8] { key.sign(bytes) }
}

struct WitnessStateTests {
    private let log: TestLog
    private var state: WitnessState

    init() throws {
        log = try TestLog()
        state = WitnessState(logs: [log.key])
    }

    /// What storing a verdict does to the state.
    private mutating func accept(_ body: [UInt8]) throws {
        guard case .cosign(let checkpoint, let note) = state.judge(body) else {
            Issue.record("\(state.judge(body))")
            return
        }
        state.record(WitnessState.Seen(checkpoint: checkpoint, note: note))
    }

    private func size(_ verdict: WitnessState.Verdict) -> UInt64? {
        guard case .cosign(let checkpoint, _) = verdict else { return nil }
        return checkpoint.size
    }

    @Test mutating func `a log is followed from nothing, step by step`() throws {
        try accept(log.submission(0, 5))
        try accept(log.submission(5, 8))
        try accept(log.submission(8, 61))
        #expect(state.seen(of: log.key.name)?.checkpoint.size == 61)
        // The same once more: a later cosignature of the same tree.
        #expect(size(state.judge(log.submission(61, 61))) == 61)
    }

    @Test mutating func `a wrong old size is told the right one, and changes nothing`() throws {
        #expect(state.judge(log.submission(3, 5)) == .conflict(size: 0))
        try accept(log.submission(0, 20))
        for old in [0, 7, 19] {
            #expect(state.judge(log.submission(old, 30)) == .conflict(size: 20))
            #expect(state.judge(log.submission(old, old)) == .conflict(size: 20), "a rollback")
        }
        #expect(state.judge(log.submission(21, 30)) == .conflict(size: 20))
        #expect(state.seen(of: log.key.name)?.checkpoint.size == 20)
    }

    @Test mutating func `another history is refused, whatever proof comes with it`() throws {
        try accept(log.submission(0, 20))
        let fork = try TestLog(variant: 9)
        #expect(state.judge(fork.submission(20, 30)) == .inconsistent)
        let borrowed = WitnessSubmission(old: 20, proof: log.proof(20, 30), note: fork.note(30))
        #expect(state.judge(borrowed.bytes) == .inconsistent)
        let none = WitnessSubmission(old: 20, proof: [], note: log.note(30))
        #expect(state.judge(none.bytes) == .inconsistent)
        #expect(state.judge(fork.submission(20, 20)) == .conflict(size: 20), "another root at the very size")
        let padded = WitnessSubmission(old: 20, proof: [log.root(3)], note: log.note(20))
        #expect(state.judge(padded.bytes) == .inconsistent)
    }

    @Test func `the first checkpoint comes without a proof`() throws {
        let padded = WitnessSubmission(old: 0, proof: [log.root(3)], note: log.note(5))
        #expect(state.judge(padded.bytes) == .inconsistent)
        #expect(size(state.judge(log.submission(0, 0))) == 0, "the empty tree, with its one root")
        let other = Checkpoint(origin: log.key.name, size: 0, root: log.root(5))
        let note = other.signed(by: log.key, Signer(1).sign)
        #expect(state.judge(WitnessSubmission(old: 0, proof: [], note: note).bytes) == .conflict(size: 0))
    }

    @Test func `other logs and other keys are told apart`() throws {
        let other = try TestLog("coffer/ffeeddccbbaa99887766554433221100/1")
        #expect(state.judge(other.submission(0, 5)) == .unknownLog)
        let forged = try TestLog(seed: 2)
        #expect(state.judge(forged.submission(0, 5)) == .unsigned)
        // Beside the log's own, a stranger's signature does no harm and is not kept.
        var note = try SignedNote(parsing: log.note(5))
        note.merge(try SignedNote(parsing: forged.note(5)))
        #expect(note.signatures.count == 2)
        guard case .cosign(_, let kept) = state.judge(WitnessSubmission(old: 0, proof: [], note: note.bytes).bytes)
        else {
            Issue.record("a note with a foreign signature beside the log's was refused")
            return
        }
        #expect(kept.signatures.count == 1)
    }

    @Test func `an old size above the new one is malformed`() {
        #expect(state.judge(log.submission(5, 5)) == .conflict(size: 0))
        let body = WitnessSubmission(old: 6, proof: [], note: log.note(5)).bytes
        #expect(state.judge(body) == .malformed)
    }

    @Test(arguments: [
        "", "old 0", "old 0\n", "old 00\n\n", "old -1\n\n", "old 18446744073709551616\n\n", "old\n\n",
        "Old 0\n\n", "old 0 \n\n", "old 0\r\n\n", "old 0\n=\n\n", "old 0\nAAAA\n\n",
    ])
    func `a body of another form is malformed`(_ head: String) {
        let complete = Array(head.utf8) + (head.hasSuffix("\n\n") ? log.note(5) : [])
        #expect(state.judge(complete) == .malformed)
        #expect(state.judge(Array(head.utf8)) == .malformed)
    }

    @Test func `every cut of a body is refused or means the same`() {
        let body = log.submission(0, 5)
        for length in 0..<body.count { #expect(size(state.judge(Array(body.prefix(length)))) == nil) }
        #expect(size(state.judge(body)) == 5)
        let many = [[UInt8]](repeating: log.root(1), count: 64)
        #expect(WitnessSubmission(parsing: WitnessSubmission(old: 1, proof: many, note: log.note(5)).bytes) == nil)
        let most = WitnessSubmission(old: 1, proof: Array(many.prefix(63)), note: log.note(5))
        #expect(WitnessSubmission(parsing: most.bytes) == most)
    }
}
