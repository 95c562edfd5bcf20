import Primitives
import Testing
import VaultModel

@testable import AccessLog
@testable import Pages

struct ErasurePageTests {
    static func page(_ language: PageLanguage, kept: Int64) -> (html: String, number: CustomerNumber) {
        let number = CustomerNumber.random()
        let statement = ErasureStatement(
            vault: .random(), origin: "coffer/x/1", id: "e_" + Crockford.randomLower(26), customer: number,
            reason: .customerRequest, request: 40, requested: SampleReports.since, entry: 41, at: SampleReports.since,
            records: 3, kept: kept, keys: 1, ledger: 7, ledgerHash: String(repeating: "ab", count: 32))
        let page = ErasurePage(statement, doneEntry: 42, language: language, clock: SampleReports.clock)
        return (page.html, number)
    }

    @Test(arguments: PageLanguage.allCases)
    func `the receipt says what is gone, what stays and what it does not reach`(language: PageLanguage) {
        let (html, number) = Self.page(language, kept: 2)
        let text = HTMLText.visible(html)
        #expect(text.contains(number.text) && text.contains("40, 41, 42") && text.contains("E0"))
        #expect(text.contains("keyring.db") && text.contains("vault.seal"))
        let words = Words(language: language)
        #expect(text.contains(words[.erasureNoArchives]) && text.contains(words.name(.customerRequest)))
        #expect(!text.contains(words[.erasureNothingKept]))
        #expect(HTMLText.visible(Self.page(language, kept: 0).html).contains(words[.erasureNothingKept]))
    }
}
