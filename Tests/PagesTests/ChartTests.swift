import Testing

@testable import Pages

@Suite struct ChartTests {
    private let words = Words(language: .en)

    @Test(arguments: [0, 1, 2, 3, 4, 5, 9, 11, 41, 99, 1_000, 12_345, 1_000_000_007, 1 << 60, UInt64.max])
    func `an axis reaches beyond the most in at most five steps`(most: UInt64) {
        let axis = Axis(most: most)
        #expect(axis.marks.count <= 6 && axis.marks.count >= 2 && axis.marks.first == 0)
        #expect(axis.top >= min(most, .max / 4))
        let digits = String(axis.step)
        #expect("125".contains(digits.first ?? "x") && digits.dropFirst().allSatisfy { $0 == "0" })
    }

    @Test func `a long name is cut and ends with a mark, a short one is left`() {
        let long = "Maximiliana-Josephine von und zu Hohenfels"
        let cut = TextMeasure.fitted(long, to: 100)
        #expect(cut.hasSuffix("…") && TextMeasure.width(cut) <= 100 && long.hasPrefix(cut.dropLast()))
        #expect(TextMeasure.fitted("李娜", to: 100) == "李娜")
        #expect(TextMeasure.fitted("很长的名字很长的名字很长的名字", to: 60).hasSuffix("…"))
    }

    @Test func `numbers are short on an axis and whole elsewhere`() {
        let chinese = Words(language: .zh)
        #expect(
            [0, 999, 1_000, 1_500, 20_000, 3_400_000].map { words.short($0) } == [
                "0", "999", "1k", "1.5k", "20k", "3.4M",
            ])
        #expect([999, 1_000, 15_000, 200_000_000].map { chinese.short($0) } == ["999", "1000", "1.5万", "2亿"])
        #expect(words.number(UInt64(1_234_567)) == "1,234,567" && words.number(UInt64(0)) == "0")
    }

    @Test func `each column has a place, and those with nothing no rectangle`() {
        let columns = (0..<31).map { place in
            ColumnChart.Column(
                label: "\(place)", title: "t\(place)", first: place == 3 ? 5 : 0, second: place == 4 ? 2 : 0)
        }
        let svg = ColumnChart(id: "c", title: "T", description: "D", columns: columns).svg(words).text
        #expect(svg.matches(of: /<rect/).count == 2)
        #expect(svg.contains("<title>t3</title>") && svg.contains("<title>t4</title>") && !svg.contains("t5</title>"))
        #expect(
            svg.contains("role=\"img\"") && svg.contains("<title id=\"c-title\">T</title><desc id=\"c-desc\">D</desc>"))
    }

    @Test func `labels of columns stand apart by more than their width`() throws {
        for count in [1, 7, 24, 31, 366] {
            let columns = (0..<count).map {
                ColumnChart.Column(label: String($0 + 1), title: "", first: UInt64($0), second: 0)
            }
            let svg = ColumnChart(id: "c", title: "", description: "", columns: columns).svg(words).text
            let places = try svg.matches(of: /<text x="([0-9.]+)" y="183"[^>]*>([0-9]+)</).map {
                (x: try #require(Double($0.1)), width: TextMeasure.width(String($0.2)))
            }
            #expect(!places.isEmpty)
            for (left, right) in zip(places, places.dropFirst()) {
                #expect(right.x - left.x >= (left.width + right.width) / 2, "\(count) columns")
            }
            #expect(places.allSatisfy { $0.x - $0.width / 2 >= 0 && $0.x + $0.width / 2 <= ColumnChart.width })
        }
    }

    @Test func `bars and their values stay within the chart, whatever the counts`() throws {
        for scale: UInt64 in [0, 1, 10_000, 1 << 50] {
            let bars = (0..<50).map {
                BarChart.Bar(name: "name \($0)", title: "", first: scale * UInt64($0), second: scale)
            }
            let svg = BarChart(id: "b", title: "", description: "", bars: bars).svg(words).text
            let values = try svg.matches(of: /class="value" x="([0-9.]+)"[^>]*>([0-9,]+)</).map {
                try #require(Double($0.1)) + TextMeasure.width(String($0.2))
            }
            #expect(values.count == BarChart.most)
            #expect(values.allSatisfy { $0 <= BarChart.width }, "\(values.max() ?? 0)")
        }
    }
}
