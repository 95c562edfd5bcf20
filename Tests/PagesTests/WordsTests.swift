import Testing

@testable import Pages

@Suite struct WordsTests {
    @Test func `every text has the same places in both languages`() {
        func places(_ text: String) -> Int { text.split(separator: "{}", omittingEmptySubsequences: false).count }
        for word in Word.allCases {
            #expect(!word.english.isEmpty && !word.chinese.isEmpty)
            #expect(places(word.english) == places(word.chinese), "\(word)")
        }
    }

    @Test func `a tag or a locale names a language`() {
        for (tag, language) in [
            ("en", PageLanguage.en), ("en-GB", .en), ("C.UTF-8", .en), ("POSIX", .en), ("zh", .zh),
            ("zh_CN.UTF-8", .zh),
            ("zh-Hans-CN", .zh), ("ZH", .zh),
        ] { #expect(PageLanguage(tag: tag) == language, "\(tag)") }
        for tag in ["", "fr", "fr_FR.UTF-8", "zhx", "english"] { #expect(PageLanguage(tag: tag) == nil, "\(tag)") }
    }

    @Test func `a clock tells the time of its place`() {
        let clock = SampleReports.clock
        #expect(clock.text(SampleReports.since) == "2026-11-01 00:00")
        #expect(clock.zone(at: 0) == "+08:00")
        #expect(PageClock(utcOffsetSeconds: { _ in -12_600 }).zone(at: 0) == "-03:30")
    }
}
