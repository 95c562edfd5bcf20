import AccessLog
import Primitives
import Testing
import VaultModel

struct NoteTests {
    private let log = SampleLog(vault: VaultID.random())

    private func note(_ size: String = "7", text: String? = nil) -> String {
        let text = text ?? log.key.name + "\n" + size + "\n" + Base64.encode(SHA256.hash([1])) + "\n"
        let signature = Base64.encode(log.key.id + log.log.sign(Array(text.utf8)))
        return text + "\n\u{2014} " + log.key.name + " " + signature + "\n"
    }

    private func open(_ note: String) throws -> Checkpoint { try Checkpoint.open(Array(note.utf8), key: log.key) }

    @Test func `a checkpoint is written and read`() throws {
        let checkpoint = Checkpoint(origin: log.key.name, size: 7, root: SHA256.hash([1]))
        let signed = checkpoint.signed(by: log.key) { log.log.sign($0) }
        #expect(String(decoding: signed, as: UTF8.self) == note())
        #expect(try Checkpoint.open(signed, key: log.key) == checkpoint)
        #expect(try open(note("18446744073709551615")).size == .max)
    }

    /// Each is validly signed; the form alone is wrong.
    @Test(arguments: ["0700", "18446744073709551616", "-1", "+7", " 7", "7 ", "", "0x7", "７"])
    func `a size has one spelling and 64 bits`(size: String) {
        #expect(throws: Checkpoint.Problem.form) { try open(note(size)) }
    }

    @Test func `extension lines, missing lines and short roots are refused`() {
        let root = Base64.encode(SHA256.hash([1]))
        for text in [
            "\(log.key.name)\n7\n\(root)\nextension\n", "\(log.key.name)\n7\n", "\(log.key.name)\n7\n\(root)\n\n",
            "\(log.key.name)\n7\n\(Base64.encode([1]))\n", "\(log.key.name)\n7\n\(root.dropLast())\n",
            "\n7\n\(root)\n", "a b\n7\n\(root)\n",
        ] {
            #expect(throws: Checkpoint.Problem.self) { try open(note(text: text)) }
        }
    }

    /// Found by fuzzing: a mark that combines with a blank was dropped with it, so that one note had many spellings.
    @Test(arguments: ["\u{301}", "\u{339}", "\u{200D}", "\u{FE0F}"])
    func `a combining mark is not part of the separator before it`(mark: String) throws {
        let marked = note().replacing("\u{2014} ", with: "\u{2014} " + mark)
        let parsed = try? SignedNote(parsing: Array(marked.utf8))
        #expect(parsed.map(\.bytes) ?? Array(marked.utf8) == Array(marked.utf8))
        #expect(parsed?.isSigned(by: log.key) != true)
        let proof = "c2sp.org/tlog-proof@v1\nindex \(mark)5\n\n" + note()
        #expect(throws: LogProof.Problem.form) { try LogProof(parsing: Array(proof.utf8)) }
        #expect(WitnessSubmission(parsing: Array("old \(mark)5\n\n\(note())".utf8)) == nil)
        let old = try #require(WitnessSubmission(parsing: Array("old 5\n\n\(note())".utf8)))
        #expect(old.old == 5)
    }

    @Test func `malformed notes are refused by name`() {
        let good = note()
        let lines = good.split(separator: "\n", omittingEmptySubsequences: false)
        let seventeen = good + String(repeating: String(lines[4]) + "\n", count: 16)
        let cases: [(String, SignedNote.Problem)] = [
            (good.replacing("\n", with: "\r\n"), .control), (good.replacing("7", with: "7\u{0}"), .control),
            (String(good.dropLast()), .noFinalNewline), ("", .noFinalNewline), ("text\n", .noSignature),
            ("text\n\n", .noSignature), (seventeen, .tooManySignatures), (good + lines[4] + "\n", .duplicate),
            (good + "- x AAAAAAA=\n", .signatureLine), (good + "\u{2014} x AAAA\n", .signatureLine),
            (good + "\u{2014} x  AAAAAAA=\n", .signatureLine), (good + "\u{2014} a+b AAAAAAA=\n", .signatureLine),
            (good + "\u{2014} x AAAAAAA\n", .signatureLine), (good + "\u{2014} x AAAAAAA= \n", .signatureLine),
            (good + String(repeating: "x", count: LogLimits.noteBytes) + "\n", .tooLong),
        ]
        for (text, problem) in cases {
            #expect(throws: problem) { try SignedNote(parsing: Array(text.utf8)) }
        }
        #expect(throws: SignedNote.Problem.notUTF8) { try SignedNote(parsing: Array(good.utf8) + [0xFF, 0x0A]) }
    }

    @Test func `unknown signatures are kept and ignored`() throws {
        let more = note() + "\u{2014} witness.example AAAAAAA=\n"
        let parsed = try SignedNote(parsing: Array(more.utf8))
        #expect(parsed.signatures.count == 2)
        #expect(parsed.isSigned(by: log.key))
        #expect(parsed.bytes == Array(more.utf8))
        #expect(try open(more).size == 7)
    }

    @Test func `every changed byte of a note is refused`() {
        let bytes = Array(note().utf8)
        for offset in bytes.indices {
            var bad = bytes
            bad[offset] ^= 1
            #expect(throws: Checkpoint.Problem.self) { try Checkpoint.open(bad, key: log.key) }
        }
    }

    @Test func `a key's text form agrees with itself`() throws {
        let text = log.key.description
        #expect(VerifierKey(text) == log.key)
        #expect(try #require(VerifierKey(text)).description == text)
        let parts = text.split(separator: "+", maxSplits: 2).map(String.init)
        #expect(VerifierKey(parts[0] + "x+" + parts[1] + "+" + parts[2]) == nil)
        #expect(VerifierKey(parts[0] + "+00000000+" + parts[2]) == nil)
        #expect(
            VerifierKey(parts[0] + "+" + parts[1].uppercased() + "+" + parts[2]) == nil
                || parts[1].uppercased() == parts[1])
        #expect(VerifierKey("PRIVATE+KEY+" + text) == nil)
        #expect(VerifierKey(text + "=") == nil)
        #expect(VerifierKey(name: "a b", key: log.log.key.publicKey) == nil)
        #expect(VerifierKey(name: "", key: log.log.key.publicKey) == nil)
    }

    @Test func `an origin names vault and incarnation`() throws {
        let origin = LogOrigin(vault: log.vault, incarnation: 12)
        #expect(origin.description == "coffer/" + log.vault.description + "/12")
        #expect(LogOrigin(origin.description) == origin)
        for text in [
            "coffer/\(log.vault)/012", "coffer/\(log.vault)", "x/\(log.vault)/1", "coffer/\(log.vault)/1/", "",
        ] {
            #expect(LogOrigin(text) == nil)
        }
    }

    @Test(.enabled(if: Vectors.has("coffer/log"), "the vectors are not here"))
    func `the sample log's notes, cosignatures and proofs verify`() throws {
        let key = try #require(VerifierKey(String(try Vectors.text("coffer/log/keys.txt").dropLast())))
        let witness = try #require(VerifierKey(String(try Vectors.text("coffer/log/wkey.txt").dropLast())))
        let old = try Checkpoint.open(Vectors.bytes("coffer/log/old.checkpoint"), key: key)
        let new = try Checkpoint.open(Vectors.bytes("coffer/log/log/checkpoint"), key: key)
        #expect(old.size == 300 && new.size == 700)
        let lines = try Vectors.text("coffer/log/cons.txt").split(separator: "\n").map {
            Base64.decode(String($0)) ?? []
        }
        #expect(Merkle.isConsistent(old: 300, oldRoot: old.root, new: 700, newRoot: new.root, proof: lines))
        let note = try SignedNote(parsing: Vectors.bytes("coffer/log/log/checkpoint"))
        #expect(note.cosignatureTime(by: witness) == 1_790_001_000)
        #expect(note.cosignatureTime(by: key) == nil)
        #expect(!note.isSigned(by: witness))
    }

    @Test(.enabled(if: Vectors.has("coffer/log"), "the vectors are not here"))
    func `the sample log's tree verifies, and not with a byte changed`() throws {
        let scratch = try Scratch()
        let key = try #require(VerifierKey(String(try Vectors.text("coffer/log/keys.txt").dropLast())))
        let sample = SampleExport(path: Vectors.root + "/coffer/log/log", key: key)
        var options = VerifyOptions()
        options.treeOnly = true
        let report = sample.verify(options)
        #expect(report.findings == [])
        #expect(report.scope == .tree && report.covered == 700)
        options.previous = try Vectors.bytes("coffer/log/old.checkpoint")
        #expect(sample.verify(options).ok)
        let copy = try sample.copy(to: scratch, "log")
        for file in copy.files {
            let bytes = try copy.read(file)
            var bad = bytes
            bad[bytes.count / 3] ^= 4
            try copy.replace(file, bad)
            #expect(!copy.verify(options).ok, "\(file)")
            try copy.replace(file, bytes)
        }
    }
}
