import Console
import Testing

struct TableTests {
    private static func sample() -> Table {
        var table = Table([
            .init("number"), .init("name", canShrink: true), .init("orders", .trailing),
            .init("address", canShrink: true),
        ])
        table.add(["C-7K3M-9QXD", "张小明", "7", "浙江省杭州市西湖区文三路1号"])
        table.add(["C-0000-0000", "Alice", "12", "1 Long Road"])
        return table
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    }

    @Test("Columns stand below one another whatever the script")
    func aligned() {
        let lines = Self.lines(Self.sample().rendered())
        #expect(
            lines == [
                "number       name    orders  address",
                "C-7K3M-9QXD  张小明       7  浙江省杭州市西湖区文三路1号",
                "C-0000-0000  Alice       12  1 Long Road",
            ])
    }

    @Test("On a narrow terminal every line fits as long as the uncut columns do", arguments: 35...60)
    func narrow(width: Int) {
        for line in Self.lines(Self.sample().rendered(width: width)) {
            #expect(DisplayWidth.of(line) <= width)
            #expect(line.contains("C-") || line.contains("number"))
        }
    }

    @Test("Ids are never cut, however narrow the terminal")
    func idsStay() {
        #expect(Self.sample().rendered(width: 5).contains("C-7K3M-9QXD"))
    }

    @Test("A cell cannot break out of its row or colour the terminal")
    func cellsAreSafe() {
        var table = Table([.init("name"), .init("note")])
        table.add(["x\n\u{1B}[31m", "y"])
        let text = table.rendered()
        #expect(!text.unicodeScalars.contains("\u{1B}"))
        #expect(Self.lines(text).count == 2)
    }

    @Test("Without colour there is no escape sequence, with colour only the headings have one")
    func colour() {
        #expect(!Self.sample().rendered(paint: .none).contains("\u{1B}"))
        let lines = Self.lines(Self.sample().rendered(paint: Paint(isOn: true)))
        #expect(lines[0].hasPrefix("\u{1B}[1m"))
        #expect(lines.dropFirst().allSatisfy { !$0.contains("\u{1B}") })
    }

    @Test("A label stands before the first of several values, the others below it")
    func labels() {
        var list = LabelList()
        list.add("phone", ["13800000000", "13900000000"])
        list.add("姓名", "two\nlines")
        #expect(
            list.rendered() == """
                phone  13800000000
                       13900000000
                姓名   two
                       lines

                """)
    }

    @Test("A list of labels keeps values off the terminal, colours what it is told to, ends no line in blanks")
    func labelsAreSafe() {
        var list = LabelList()
        list.add("one", "\u{1B}[31mred", ink: .good)
        list.add("empty", "")
        let plain = list.rendered()
        #expect(plain == "one    \\u{1B}[31mred\nempty\n")
        let coloured = list.rendered(paint: Paint(isOn: true))
        #expect(coloured.contains("\u{1B}[32m\\u{1B}[31mred\u{1B}[0m"))
    }
}
