import Primitives
import Testing
import VaultModel

@testable import AccessLog
@testable import Pages

struct ErasurePageTests {
    static func page(_ language: PageLanguage, kept: Int64, until: Int64 = 0, isGone: Bool = false) -> (
        html: String, number: CustomerNumber
    ) {
        let number = CustomerNumber.random()
        let statement = ErasureStatement(
            vault: .random(), origin: "coffer/x/1", id: "e_" + Crockford.randomLower(26), customer: number,
            reason: .customerRequest, request: 40, requested: SampleReports.since, entry: 41, at: SampleReports.since,
            records: 3, kept: kept, keys: 1, ledger: 7, ledgerHash: String(repeating: "ab", count: 32),
            archivesUntil: until)
        let archives = ErasureArchivesStatement(
            vault: statement.vault, origin: statement.origin, id: statement.id, customer: number, first: "",
            report: 4711, reported: SampleReports.since + 40 * 86_400_000, oldest: SampleReports.since + 86_400_000,
            targets: 3)
        let page = ErasurePage(
            statement, isGone ? archives : nil, entries: [42, 43], language: language, clock: SampleReports.clock)
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

    @Test(arguments: PageLanguage.allCases)
    func `it says of archives what is known of them`(language: PageLanguage) {
        let words = Words(language: language)
        let day: Int64 = 86_400_000
        let until = SampleReports.since + 30 * day
        let none = HTMLText.visible(Self.page(language, kept: 0).html)
        let some = HTMLText.visible(Self.page(language, kept: 0, until: until).html)
        let gone = HTMLText.visible(Self.page(language, kept: 0, until: until, isGone: true).html)
        func time(_ milliseconds: Int64) -> String { SampleReports.clock.text(milliseconds) }
        #expect(none.contains(words[.erasureArchivesNever]) && !none.contains("E1"))
        #expect(some.contains(words(.erasureArchivesUntil, time(until))))
        #expect(some.contains(words[.erasureArchivesCaveat]) && !some.contains(words[.erasureNoArchives]))
        #expect(gone.contains("E1") && gone.contains(words(.erasureArchivesGone, time(SampleReports.since + 40 * day))))
        #expect(
            gone.contains("4711") && gone.contains("40, 41, 42, 43") && gone.contains(time(SampleReports.since + day)))
        #expect(!gone.contains(words[.erasureArchivesCaveat]) && !gone.contains(time(until)))
        for text in [none, some, gone] { #expect(text.contains("keyring.db") && !text.contains("{}")) }
    }
}
