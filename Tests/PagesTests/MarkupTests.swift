import Testing

@testable import Pages

@Suite struct MarkupTests {
    @Test func `what is put in cannot become markup`() {
        let hostile = "<script>alert('1')</script>\" onload=\"x & y"
        let markup: Markup = "<p title=\"\(hostile)\">\(hostile)</p>"
        let text =
            "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot; onload=&quot;x &amp; y"
        #expect(markup.text == "<p title=\"\(text)\">\(text)</p>")
    }

    @Test func `markup within markup stays markup`() {
        let inner: Markup = "<b>\("<")</b>"
        let outer: Markup = "<p>\(inner) \(7)</p>"
        #expect(outer.text == "<p><b>&lt;</b> 7</p>")
        #expect([inner, inner].joined(separator: "|").text == "<b>&lt;</b>|<b>&lt;</b>")
    }

    @Test func `what turns the reading direction or cannot be seen is shown by its number`() {
        #expect(Markup(escaping: "a\u{202E}b\u{0}c").text == "a\\u{202E}b\\u{0}c")
        #expect(Markup(escaping: "小美 👩‍👩‍👧").text == "小美 👩‍👩‍👧")
    }
}
