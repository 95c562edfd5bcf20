import Foundation
import Testing

@testable import AccessLog
@testable import Pages

@Suite struct ReportPageTests {
    @Test(arguments: PageLanguage.allCases) func `a page holds no script, fetches nothing and is whole`(
        language: PageLanguage
    ) throws {
        for report in [
            try SampleReports.empty(), try SampleReports.single(), try SampleReports.busy(persons: 40, scale: 9),
        ] {
            let html = SampleReports.page(report, language, names: SampleReports.names())
            for word in ["<script", "javascript:", "http://", "https://", "url(", "@import", "<link", "<img", " on"] {
                let found = html.range(of: word + (word == " on" ? "[a-z]+=" : ""), options: .regularExpression)
                #expect(found == nil, "\(word)")
            }
            #expect(html.contains("default-src 'none'"))
            #expect(html.contains("<html lang=\"\(language == .en ? "en" : "zh-Hans")\">"))
            for tag in ["section", "table", "svg", "div", "dl", "figure", "tr", "ul"] {
                #expect(html.ranges(of: "<\(tag)").count == html.ranges(of: "</\(tag)>").count, "\(tag)")
            }
            #expect(html.ranges(of: "role=\"img\"").count == 6)
            let ids = html.matches(of: #/ id="([^"]+)"/#).map { String($0.1) }
            #expect(Set(ids).count == ids.count)
        }
    }

    @Test func `every figure stands in a table as well as in a chart`() throws {
        var report = try SampleReports.single()
        report.days[3] = SampleReports.counts(1_234, 77)
        report.people[0].customers = 4_321
        let text = HTMLText.visible(SampleReports.page(report))
        for figure in ["1,234", "77", "4,321", "2026-11-04", "2026-11-30"] {
            #expect(text.contains(figure), "\(figure)")
        }
    }

    @Test func `the Chinese page has no sentence of the English one`() throws {
        let report = try SampleReports.busy(persons: 3, scale: 5)
        let text = HTMLText.visible(SampleReports.page(report, .zh))
        for word in Word.allCases where !word.english.contains("{}") && word.english.count > 4 {
            let isShared = word.chinese.contains(word.english)
            #expect(isShared || !text.contains(word.english), "\(word)")
        }
        #expect(text.contains("访问报告") && text.contains("2026 年 11 月") && text.contains("客服"))
        #expect(text.contains("字段不允许") && text.contains("警报"))
    }

    @Test func `a name can be no markup, and a long one is whole in its title`() throws {
        let report = try SampleReports.busy(persons: 3, scale: 5)
        let long = "Maximiliana-Josephine von und zu Hohenfels-Wittgenstein"
        let names = [
            SampleReports.actor(0).person: "<b onclick=x>\"'&", SampleReports.actor(1).person: long,
        ]
        let html = SampleReports.page(report, names: names)
        #expect(!html.contains("<b onclick") && html.contains("&lt;b onclick=x&gt;&quot;&#39;&amp;"))
        #expect(html.contains("<title>\(long), customer-service: "))
        #expect(
            !HTMLText.drawn(html).contains(long)
                && HTMLText.drawn(html).contains { $0.hasPrefix("Maxim") && $0.hasSuffix("…") })
        #expect(HTMLText.drawn(html).contains { $0.hasPrefix("p_777") && $0.hasSuffix("…") }, "no name is known")
    }

    @Test func `an empty month says none, and no witness says so`() throws {
        let text = HTMLText.visible(SampleReports.page(try SampleReports.empty()))
        #expect(text.contains("Nothing stands out in this month."))
        #expect(text.contains("No right is overdue.") && text.contains("none so far"))
        #expect(text.contains("no entry between the first and the last is missing"))
        var report = try SampleReports.empty()
        report.witnessed = LogReport.Witnessed(name: "shop two", size: 1_200, time: SampleReports.since)
        #expect(HTMLText.visible(SampleReports.page(report)).contains("shop two, at 1,200 entries, 2026-11-01 00:00"))
    }

    @Test func `what stands out stands first, and long lists say how much is left out`() throws {
        let html = SampleReports.page(try SampleReports.busy(persons: 41, scale: 1_000))
        let text = HTMLText.visible(html)
        let first = try #require(text.range(of: "What stands out")),
            when = try #require(text.range(of: "Reads and look-ups per day"))
        #expect(first.lowerBound < when.lowerBound)
        #expect(text.contains("emergencies not reviewed, or too late") && text.contains("clock alarms"))
        #expect(text.contains("and 7,980 more before these"))
        #expect(text.contains("the first 40 of 41"))
        #expect(text.contains("3 purged; 4 withheld"))
    }
}
