import Console
import Testing

struct PaintTests {
    private static func paint(_ isTerminal: Bool, _ environment: [String: String]) -> Paint {
        Paint(descriptor: 1, isTerminal: { _ in isTerminal }, environment: { environment[$0] })
    }

    @Test("Colour is for terminals, and not where the person or the terminal refuses it")
    func when() {
        #expect(Self.paint(true, ["TERM": "xterm-256color"]).isOn)
        #expect(!Self.paint(false, ["TERM": "xterm-256color"]).isOn)
        #expect(!Self.paint(true, ["TERM": "xterm", "NO_COLOR": "1"]).isOn)
        #expect(!Self.paint(true, ["TERM": "xterm", "NO_COLOR": "0"]).isOn, "any value counts, see no-color.org")
        #expect(Self.paint(true, ["TERM": "xterm", "NO_COLOR": ""]).isOn)
        #expect(!Self.paint(true, ["TERM": "dumb"]).isOn)
    }

    @Test("What is coloured is closed again", arguments: Ink.allCases)
    func closed(ink: Ink) {
        let text = Paint(isOn: true)(ink, "word")
        #expect(text.hasPrefix("\u{1B}[") && text.hasSuffix("word\u{1B}[0m"))
        #expect(Paint.none(ink, "word") == "word")
        #expect(Paint(isOn: true)(ink, "") == "")
    }
}
