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
}
