@testable import Console
import Host
import Primitives
import Synchronization
import Testing

struct PassphraseTests {
    private static func asking(_ answers: [String], _ recorder: Recorder) -> Passphrase {
        let remaining = Mutex(answers)
        let box = Box(remaining)
        return Passphrase(file: nil, output: recorder.output()) { _ throws(Terminal.PromptFailure) in
            guard let next = box.next() else { throw .interrupted }
            return SecretBytes(copying: Array(next.utf8))
        }
    }

    private final class Box: Sendable {
        private let answers: Mutex<[String]>
        init(_ answers: consuming sending Mutex<[String]>) { self.answers = answers }
        func next() -> String? { answers.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
    }

    /// Runs a body with a fresh file, and removes it.
    private static func withFile(_ contents: String, mode: UInt32 = 0o600, _ body: (String) throws -> Void) throws {
        let path = "/tmp/coffer-passphrase-" + Hex.encode(Random.bytes(8))
        try DurableFile.create(path, with: Array(contents.utf8), mode: mode)
        defer { try? DurableFile.remove(path) }
        try body(path)
    }

    private static func text(_ secret: borrowing SecretBytes) -> String {
        String(decoding: secret.exposeBytes(), as: UTF8.self)
    }

    @Test("A new passphrase is asked for twice and must be the same")
    func twice() throws {
        let recorder = Recorder()
        let secret = try Self.asking(["correct horse", "correct horse"], recorder).new(for: "the identity")
        #expect(Self.text(secret) == "correct horse")
        let failure = #expect(throws: Failure.self) {
            _ = try Self.asking(["correct horse", "correct house"], recorder).new(for: "the identity")
        }
        #expect(failure?.exitCode == 2)
        #expect(failure?.message.contains("horse") == false)
    }

    @Test("Nothing typed is refused, and so is a prompt that was broken off")
    func empty() {
        #expect(throws: Failure.self) { _ = try Self.asking([""], Recorder()).existing(of: "the identity") }
        #expect(throws: Failure.self) { _ = try Self.asking([], Recorder()).existing(of: "the identity") }
    }

    @Test(
        "The first line of a file is the passphrase, blanks included",
        arguments: [
            ("word\n", "word"), ("word", "word"), ("word\r\nmore\n", "word"), (" two words \nmore", " two words "),
            ("密码\n", "密码"),
        ])
    func file(contents: String, passphrase: String) throws {
        try Self.withFile(contents) { path in
            let recorder = Recorder()
            let secret = try Passphrase(file: path, output: recorder.output()).existing(of: "the identity")
            #expect(Self.text(secret) == passphrase)
            #expect(recorder.text(.notes).isEmpty)
        }
    }

    @Test("An empty first line is refused", arguments: ["", "\n", "\r\n", "\nword\n"])
    func emptyFile(contents: String) throws {
        try Self.withFile(contents) { path in
            #expect(throws: Failure.self) {
                _ = try Passphrase(file: path, output: Recorder().output()).existing(of: "the identity")
            }
        }
    }

    @Test("A file that others can read is used with a warning that does not name its contents")
    func warning() throws {
        try Self.withFile("word-in-the-file\n", mode: 0o640) { path in
            FileModeMask.set(0o022)
            try DurableFile.replace(path, with: Array("word-in-the-file\n".utf8), mode: 0o644)
            let recorder = Recorder()
            let option = "--unseal-passphrase-file"
            _ = try Passphrase(file: path, option: option, output: recorder.output()).existing(of: "the vault")
            #expect(recorder.text(.notes).contains("warning: "))
            #expect(recorder.text(.notes).contains(option))
            #expect(!recorder.text(.notes).contains("word-in-the-file"))
        }
    }

    @Test("A missing file is a usage error")
    func missing() {
        let failure = #expect(throws: Failure.self) {
            _ = try Passphrase(file: "/nonexistent/p", output: Recorder().output()).existing(of: "the identity")
        }
        #expect(failure?.exitCode == 2)
    }

    @Test(
        "A first line of up to 1,024 bytes is taken, whatever follows; a longer one is refused",
        arguments: [1, 1_023, 1_024])
    func length(count: Int) throws {
        let line = String(repeating: "x", count: count)
        for rest in ["", "\n", "\r\n", "\n" + String(repeating: "y", count: 100_000)] {
            try Self.withFile(line + rest) { path in
                let secret = try Passphrase(file: path, output: Recorder().output()).existing(of: "the identity")
                #expect(secret.count == count)
            }
        }
        for tooLong in [1_025, 1_039, 1_040, 5_000] {
            try Self.withFile(String(repeating: "x", count: tooLong) + "\n") { path in
                #expect(throws: Failure.self) {
                    _ = try Passphrase(file: path, output: Recorder().output()).existing(of: "the identity")
                }
            }
        }
    }
}
