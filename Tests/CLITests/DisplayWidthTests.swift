import Console
import Testing

struct DisplayWidthTests {
    @Test(
        "Text takes the columns a terminal gives it",
        arguments: [
            ("", 0), ("abc", 3), ("张小明", 6), ("ｱｲｳ", 3), ("ＡＢ", 4), ("한국어", 6), ("日本語 text", 11), ("、。", 4),
            ("e\u{301}", 1), ("한", 2), ("\u{1112}\u{1161}\u{11AB}", 2), ("か\u{3099}", 2), ("𠮷", 2), ("㊗", 2),
            ("😀", 2), ("👍🏽", 2), ("👨\u{200D}👩\u{200D}👧", 2), ("❤\u{FE0F}", 2), ("❤", 1), ("🇨🇳", 2), ("\u{200B}", 0),
            ("ñandú", 5), ("Ελλάδα", 6), ("—", 1), ("…", 1),
        ])
    func columns(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test("Cutting never exceeds the columns, and never halves a wide character", arguments: 0...14)
    func cut(columns: Int) {
        let text = "张小明 means Zhang"
        let cut = DisplayWidth.truncated(text, to: columns)
        #expect(DisplayWidth.of(cut) <= columns)
        if columns > 0 { #expect(cut.last == "…") }
        #expect(text.hasPrefix(String(cut.dropLast())))
    }

    @Test("A text that fits is not cut")
    func fits() {
        #expect(DisplayWidth.truncated("张小明", to: 6) == "张小明")
        #expect(DisplayWidth.truncated("张小明", to: 5) == "张小…")
    }

    @Test("Padding fills up to the columns, on either side")
    func padding() {
        #expect(DisplayWidth.padded("张", to: 4) == "张  ")
        #expect(DisplayWidth.padded("7", to: 3, trailing: true) == "  7")
        #expect(DisplayWidth.padded("longer", to: 3) == "longer")
    }
}
