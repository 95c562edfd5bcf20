import Console
import Testing

struct TerminalTextTests {
    @Test(
        "Escape sequences and control characters are shown instead of obeyed",
        arguments: [
            ("\u{1B}[2J", "\\u{1B}[2J"), ("\u{1B}]0;title\u{07}", "\\u{1B}]0;title\\u{7}"), ("a\u{8}b", "a\\u{8}b"),
            ("\u{9B}31m", "\\u{9B}31m"), ("\u{7F}", "\\u{7F}"), ("\u{0}", "\\u{0}"), ("tab\there", "tab here"),
            ("one\ntwo", "one↵two"), ("one\r\ntwo", "one↵two"), ("one\rtwo", "one↵two"), ("one\u{2028}two", "one↵two"),
            ("\u{202E}321", "\\u{202E}321"), ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
            ("a\u{200B}b", "a\\u{200B}b"),
            ("\u{AD}", "\\u{AD}"), ("\u{FEFF}x", "\\u{FEFF}x"), ("\u{E0041}", "\\u{E0041}"),
        ])
    func harmful(text: String, shown: String) {
        #expect(TerminalText.safe(text) == shown)
    }

    @Test("Every control character becomes visible", arguments: Array(UInt32(0)..<0x20) + Array(UInt32(0x7F)..<0xA0))
    func everyControl(value: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(value))
        let shown = TerminalText.safe("a" + String(scalar) + "b")
        #expect(shown.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
        #expect(shown.unicodeScalars.count > 2)
    }

    @Test(
        "Names in any script stay as they are",
        arguments: [
            "张小明", "Zoë", "e\u{301}", "👨\u{200D}👩\u{200D}👧", "می\u{200C}خواهم", "𠮷野家", "Łukasz", "O’Brien",
            "  blanks  ",
        ])
    func harmless(text: String) {
        #expect(Array(TerminalText.safe(text).utf8) == Array(text.utf8))
    }

    @Test("Lines are kept apart where a value may have several")
    func lines() {
        #expect(TerminalText.safeLines("one\r\n\u{1B}two\n") == ["one", "\\u{1B}two", ""])
    }
}
