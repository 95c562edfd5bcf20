import CanonicalJSON
@testable import Console
import Testing

struct OutputTests {
    private static let refusal = Failure(
        code: "approval-required", why: "approval-required", message: "this needs the consent of another person",
        hint: "ask the owner", request: "r_01", exitCode: 3)

    @Test("With --json the answer is one object on one line of standard output")
    func json() {
        let recorder = Recorder()
        recorder.output(json: true).answer(["rows": 2, "ok": true]) { "not asked for" }
        #expect(recorder.text(.data) == "{\"ok\":true,\"rows\":2}\n")
        #expect(recorder.text(.notes).isEmpty)
    }

    @Test("Without --json the answer is the text")
    func human() {
        let recorder = Recorder()
        recorder.output().answer(["rows": 2]) { "two rows\n" }
        #expect(recorder.text(.data) == "two rows\n")
    }

    @Test("A refusal is an object for the script and two lines for the person")
    func refusal() throws {
        let recorder = Recorder()
        recorder.output(json: true).fail(Self.refusal)
        let value = try JSONValue.parse(Array(recorder.text(.data).utf8.dropLast()), limits: .message)
        #expect(value["error"]?["code"] == "approval-required")
        #expect(value["error"]?["why"] == "approval-required")
        #expect(value["error"]?["hint"] == "ask the owner")
        #expect(value["error"]?["request"] == "r_01")
        #expect(
            recorder.text(.notes) == """
                error: this needs the consent of another person
                hint: ask the owner
                hint: once it is approved, repeat the command with --request r_01

                """)
    }

    @Test("Without --json a refusal leaves standard output empty")
    func refusalForPeople() {
        let recorder = Recorder()
        recorder.output().fail(Self.refusal)
        #expect(recorder.text(.data).isEmpty)
        #expect(!recorder.text(.notes).isEmpty)
    }

    @Test("Notes cannot carry an escape sequence to the terminal")
    func safeNotes() {
        let recorder = Recorder()
        let output = recorder.output()
        output.note("a\u{1B}[31m")
        output.warning("b\u{1B}[31m")
        output.hint("c\nd")
        output.fail(.usage("e\u{1B}[31m", hint: "\u{202E}f"))
        let text = recorder.text(.notes)
        #expect(!text.unicodeScalars.contains("\u{1B}") && !text.unicodeScalars.contains("\u{202E}"))
        #expect(text.split(separator: "\n").count == 5)
    }

    @Test("A count beyond what JSON readers take exactly stays at the largest that they do")
    func counts() {
        #expect(JSONValue.count(UInt64.max) == .integer(JSONValue.largestInteger))
        #expect(JSONValue.count(7 as UInt64) == 7)
        #expect(JSONValue.count(-1) == 0)
    }
}
