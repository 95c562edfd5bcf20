import Console
import Testing
import VaultModel

struct RefusalTextTests {
    @Test("Every reason has words in the voice of the program", arguments: Reason.allCases)
    func everyReason(reason: Reason) {
        let texts = [RefusalText.message(reason), RefusalText.hint(reason)]
        #expect(!texts[0].isEmpty)
        for text in texts where !text.isEmpty {
            #expect(text.first?.isLowercase == true, "lower case: \(text)")
            #expect(text.last != ".", "no full stop: \(text)")
            #expect(!text.contains("\n"))
        }
    }

    @Test("No two reasons read the same, so that a person can tell them apart")
    func distinct() {
        let messages = Reason.allCases.map(RefusalText.message)
        #expect(Set(messages).count == messages.count)
    }
}
