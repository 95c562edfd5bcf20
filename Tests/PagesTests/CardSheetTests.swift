import Testing
import VaultModel

@testable import Pages

@Suite struct CardSheetTests {
    private static let card = "cofferu1" + String(repeating: "qpzry9x8gf2tv", count: 6)

    static func sheet(isRecovery: Bool = false, folder: String = "/srv/coffer") -> CardSheet {
        CardSheet(
            isRecovery: isRecovery, index: 2, needed: 2, count: 3, vault: .random(), set: "0123456789abcdef",
            card: card, fingerprint: "aaaa-bbbb", folder: folder)
    }

    @Test(arguments: [false, true])
    func `a card says in two languages what it is, who holds it and what to type`(isRecovery: Bool) {
        let sheet = Self.sheet(isRecovery: isRecovery)
        #expect(sheet.name == (isRecovery ? "recovery-2-of-3" : "unseal-2-of-3"))
        let command =
            isRecovery
            ? "coffer keys cards confirm --recovery --dir /srv/coffer" : "coffer unseal --share --dir /srv/coffer"
        for form in [sheet.text, sheet.html] {
            for words in [
                command, "2 of 3, any 2 open", "3 张中的第 2 张，任意 2 张可开启", "0123456789abcdef", "aaaa-bbbb", "one person",
                "由一个人保管",
            ] {
                #expect(form.contains(words), "\(words)")
            }
        }
        #expect(sheet.text.split(separator: "\n").filter { $0.hasPrefix("cofferu1") } == [Substring(Self.card)])
        #expect(sheet.html.contains("default-src 'none'"))
        #expect(!sheet.html.contains("<script") && !sheet.html.contains("://"))
    }

    @Test func `letters stand in groups of four, and all of them are there`() {
        let letters = Self.sheet().text.split(separator: "\n").filter {
            $0.hasPrefix("    ") && !$0.contains("coffer ")
        }
        #expect(letters.joined().filter { $0 != " " } == Self.card)
        let groups = letters.joined(separator: " ").split(whereSeparator: { $0 == " " })
        #expect(groups.dropLast().allSatisfy { $0.count == 4 })
    }

    @Test func `a folder with blanks and quotes is typed as a shell takes it, and written as HTML takes it`() {
        let sheet = Self.sheet(folder: "/srv/o'neil <b> x")
        #expect(sheet.text.contains(#"--dir '/srv/o'\''neil <b> x'"#))
        #expect(!sheet.html.contains("<b>") && sheet.html.contains("&lt;b&gt;"))
    }

    @Test func `a QR code has its three finders and light modules around`() throws {
        let code = try #require(QRCode(Self.card))
        let size = code.width
        #expect((size - 21) % 4 == 0)
        let ring = (0..<7).map { $0 }
        for (left, top) in [(0, 0), (size - 7, 0), (0, size - 7)] {
            for place in ring {
                #expect(code.isDark(left + place, top) && code.isDark(left + place, top + 6))
                #expect(code.isDark(left, top + place) && code.isDark(left + 6, top + place))
            }
            #expect(!code.isDark(left + 1, top + 1) && code.isDark(left + 3, top + 3))
        }
        #expect(code.svg.text.contains("viewBox=\"0 0 \(size + 8) \(size + 8)\""))
        #expect(QRCode(String(repeating: "x", count: 8_000)) == nil)
    }
}
