import AccessLog
import Primitives
import Testing

struct WitnessTests {
    private let log = SampleLog()
    private let signers = (10..<14).map { Signer(UInt8($0)) }

    private func key(_ place: Int, name: String? = nil) throws -> VerifierKey {
        try #require(
            VerifierKey(
                name: name ?? "witness\(place).example", algorithm: .cosignature, key: signers[place].key.publicKey))
    }

    private func note(_ times: [Int: UInt64]) throws -> SignedNote {
        var note = SignedNote(text: "origin\n7\nroot\n")
        for (place, time) in times {
            let signature = signers[place].sign(Cosignature.message(text: note.text, timeSeconds: time))
            note.append(signature: Cosignature.bytes(timeSeconds: time, signature: signature), by: try key(place))
        }
        return note
    }

    private func policy(_ lines: String...) throws -> WitnessPolicy {
        try WitnessPolicy(parsing: Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    private var witnesses: [String] {
        get throws { try signers.indices.map { "witness w\($0) \(try key($0))" } }
    }

    private func policy(then lines: String...) throws -> WitnessPolicy {
        try WitnessPolicy(parsing: Array((try witnesses + lines).joined(separator: "\n").utf8) + [0x0A])
    }

    @Test func `a cosignature tells its time, and no other passes`() throws {
        let signed = try note([0: 1_790_000_000])
        #expect(signed.cosignatureTime(by: try key(0)) == 1_790_000_000)
        #expect(signed.cosignatureTime(by: try key(1)) == nil)
        var moved = SignedNote(text: signed.text)
        let honest = Array(signed.signatures[0].bytes[8...])
        moved.append(signature: Cosignature.bytes(timeSeconds: 1_790_000_001, signature: honest), by: try key(0))
        #expect(moved.cosignatureTime(by: try key(0)) == nil)
        // A log's own signature is none of a witness, and the other way round.
        var plain = SignedNote(text: signed.text)
        plain.append(signature: signers[0].sign(Array(signed.text.utf8)), by: try key(0))
        #expect(plain.cosignatureTime(by: try key(0)) == nil)
    }

    @Test func `of an answer only the valid line of that witness is taken, in place of an earlier one`() throws {
        let answers = try [note([0: 5, 1: 6]), note([0: 9])].map { note in
            Array(note.bytes.dropFirst(note.text.utf8.count + 1))
        }
        let keys = try (0..<4).map { try key($0) }
        var taken = try note([2: 1])
        let first = taken.take(cosignatureOf: keys[0], from: answers[0])
        #expect(first)
        #expect(taken.signatures.count == 2)
        #expect(taken.cosignatureTime(by: keys[0]) == 5)
        let second = taken.take(cosignatureOf: keys[0], from: answers[1])
        #expect(second)
        #expect(taken.signatures.count == 2)
        #expect(taken.cosignatureTime(by: keys[0]) == 9)
        let before = taken
        let foreign = [
            taken.take(cosignatureOf: keys[3], from: answers[0]), taken.take(cosignatureOf: keys[1], from: answers[1]),
        ]
        #expect(foreign == [false, false])
        for bad in [[], Array("hello\n".utf8), Array(answers[0].dropLast()), [0xFF, 0x0A]] {
            let isTaken = taken.take(cosignatureOf: keys[0], from: bad)
            #expect(!isTaken)
        }
        #expect(taken == before)
        taken.merge(try note([0: 1, 3: 7]))
        #expect(taken.cosignatureTime(by: keys[0]) == 9)
        #expect(taken.cosignatureTime(by: keys[3]) == 7)
        taken.merge(SignedNote(text: "another\n"))
        #expect(taken.signatures.count == 3)
    }

    @Test func `quorums are counted through groups`() throws {
        let nested = try policy(then: "group a 2 w0 w1 w2", "group b any w3", "group both all a b", "quorum both")
        #expect(nested.isWitnessed(try note([0: 5, 2: 5, 3: 5]), notBefore: 5))
        #expect(!nested.isWitnessed(try note([0: 5, 1: 5, 2: 5]), notBefore: 5))
        #expect(!nested.isWitnessed(try note([0: 5, 3: 5]), notBefore: 5))
        #expect(try policy(then: "quorum w1").isWitnessed(note([1: 5]), notBefore: 0))
        #expect(try policy(then: "quorum none").isWitnessed(note([:]), notBefore: 0))
    }

    @Test func `a cosignature that is too old does not count`() throws {
        let policy = try policy(then: "group g 2 w0 w1", "quorum g")
        #expect(policy.isWitnessed(try note([0: 100, 1: 100]), notBefore: 100))
        #expect(!policy.isWitnessed(try note([0: 100, 1: 99]), notBefore: 100))
    }

    @Test func `one key does not count twice, under whatever names`() throws {
        let twice = "witness again \(try key(0, name: "other.example"))"
        #expect(throws: WitnessPolicy.Problem.duplicate(line: 5)) { try policy(then: twice, "quorum w0") }
        #expect(throws: WitnessPolicy.Problem.duplicate(line: 5)) { try policy(then: "group g all w0 w0", "quorum g") }
        #expect(throws: WitnessPolicy.Problem.duplicate(line: 6)) {
            try policy(then: "group a any w0 w1", "group b any w1 w2", "quorum b")
        }
    }

    @Test func `a policy says one thing`() throws {
        #expect(throws: WitnessPolicy.Problem.quorum) { try policy(then: "# no quorum") }
        #expect(throws: WitnessPolicy.Problem.quorum) { try policy(then: "quorum w0", "quorum w1") }
        #expect(throws: WitnessPolicy.Problem.undefined(line: 5)) { try policy(then: "quorum w9") }
        #expect(throws: WitnessPolicy.Problem.undefined(line: 5)) { try policy(then: "group g any w9", "quorum g") }
        #expect(throws: WitnessPolicy.Problem.line(5)) { try policy(then: "group g 0 w0", "quorum g") }
        #expect(throws: WitnessPolicy.Problem.line(5)) { try policy(then: "group g 2 w0", "quorum g") }
        #expect(throws: WitnessPolicy.Problem.line(5)) { try policy(then: "group g 01 w0", "quorum g") }
        #expect(throws: WitnessPolicy.Problem.line(1)) { try policy("trust me", "quorum none") }
        #expect(throws: WitnessPolicy.Problem.line(1)) { try policy("log \(key(0))", "quorum none") }
        #expect(throws: WitnessPolicy.Problem.control) { try policy("quorum none\r") }
        let spaced = try policy("", "  # comment", "\tlog  \(log.key)\thttps://log.example ", "quorum none")
        #expect(spaced.logs == [log.key])
    }

    @Test func `the text written for an export is a policy`() throws {
        let text = WitnessPolicy.text(log: log.key, witnesses: try [key(0), key(1), key(2)], threshold: 2)
        let read = try WitnessPolicy(parsing: Array(text.utf8))
        #expect(read.logs == [log.key])
        #expect(read.isWitnessed(try note([0: 1, 2: 1]), notBefore: 0))
        #expect(!read.isWitnessed(try note([2: 1]), notBefore: 0))
        let none = WitnessPolicy.text(log: log.key, witnesses: [], threshold: 0)
        #expect(try WitnessPolicy(parsing: Array(none.utf8)).isWitnessed(note([:]), notBefore: 0))
    }

    @Test func `a verifier may demand witnesses`() throws {
        let scratch = try Scratch()
        let sample = SampleLog.ready()
        let export = try sample.export(to: scratch)
        var options = VerifyOptions()
        options.witnesses = try policy(then: "quorum w0")
        options.witnessedSince = 100
        let missing = LogFinding(part: .checkpoint, problem: .notWitnessed, file: "checkpoint")
        #expect(export.verify(options).findings == [missing])
        for (time, expected) in [(UInt64(99), [missing]), (100, [])] {
            var note = try SignedNote(parsing: sample.note())
            let signature = signers[0].sign(Cosignature.message(text: note.text, timeSeconds: time))
            note.append(signature: Cosignature.bytes(timeSeconds: time, signature: signature), by: try key(0))
            try export.tamper("checkpoint") { $0 = note.bytes }
            #expect(export.verify(options).findings == expected)
        }
    }
}
