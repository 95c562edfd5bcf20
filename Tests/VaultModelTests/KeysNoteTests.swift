import Testing
import VaultModel

@Suite struct KeysNoteTests {
    @Test func `a note is read back as it was written, and no other text is one`() throws {
        for (oldest, targets) in [(nil, 1), (1, 1), (1_795_000_000_000, 3), (KeysNote.latest, 9_999)] as [(Int64?, Int)]
        {
            let note = try #require(KeysNote(oldest: oldest, targets: targets))
            #expect(KeysNote(note.text) == note && note.text.utf8.count == 24 && note.object.utf8.count == 64)
        }
        let text = try #require(KeysNote(oldest: 1_795_000_000_000, targets: 3)).text
        for place in text.indices {
            for letter in ["z", "9", "-", "+", "\u{301}"] where String(text[place]) != letter {
                let other = text[..<place] + letter + text[text.index(after: place)...]
                guard let read = KeysNote(String(other)) else { continue }
                #expect(read.text == String(other), "one text for one note")
            }
        }
        for other in ["", "keys_", text + "0", String(text.dropLast()), "keys_0000" + text.dropFirst(9)] {
            #expect(KeysNote(other) == nil, "\(other)")
        }
    }

    @Test func `no time, a time before 1970 and no targets are none`() throws {
        for (oldest, targets) in [(0, 1), (-1, 1), (KeysNote.latest + 1, 1), (1, 0), (1, 10_000), (1, -1)] {
            #expect(KeysNote(oldest: Int64(oldest), targets: targets) == nil)
        }
        let notes = try [KeysNote(oldest: nil, targets: 1), .init(oldest: 1, targets: 1), .init(oldest: 1, targets: 2)]
            .map { try #require($0) }
        #expect(Set(notes.map(\.object)).count == 3)
    }
}
