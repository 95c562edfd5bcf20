import Testing
import VaultModel

@Suite struct DrillNoteTests {
    private let set = "b_0123456789abcdefghjkmnpqrs"

    @Test func `a note is read back as it was written, and no other text is one`() throws {
        for tier in DrillNote.Tier.allCases {
            for (passed, took, age, set) in [
                (true, 0, 0, set), (false, 4_260, 86_400, ""), (true, DrillNote.longest, DrillNote.longest, set),
            ] as [(Bool, Int64, Int64, String)] {
                let note = try #require(DrillNote(tier: tier, passed: passed, took: took, age: age, set: set))
                #expect(DrillNote(note.text) == note)
                #expect(note.text.utf8.count == 58 && note.object.utf8.count == 64)
            }
        }
        let text = try #require(DrillNote(tier: .cards, passed: true, took: 5, age: 6, set: set)).text
        for place in text.indices {
            for letter in ["z", "9", "-", "P", "\u{301}"] where String(text[place]) != letter {
                let other = text.replacingCharacters(at: place, by: letter)
                guard let read = DrillNote(other) else { continue }
                #expect(read.text == other, "one text for one note")
            }
        }
        for other in ["", set, "drill_", text + "0", String(text.dropLast()), "drill_5" + text.dropFirst(7)] {
            #expect(DrillNote(other) == nil, "\(other)")
        }
    }

    @Test func `times below nothing, beyond a lifetime, and sets that are none are refused`() {
        for (took, age, set) in [
            (-1, 0, set), (0, -1, set), (DrillNote.longest + 1, 0, set), (0, DrillNote.longest + 1, set),
            (0, 0, "b_" + String(repeating: "l", count: 26)), (0, 0, "x_" + set.dropFirst(2)), (0, 0, set + "0"),
        ] as [(Int64, Int64, String)] {
            #expect(DrillNote(tier: .structure, passed: true, took: took, age: age, set: set) == nil)
        }
    }

    @Test func `another result has another hash`() throws {
        let notes = [true, false].flatMap { passed in
            DrillNote.Tier.allCases.compactMap { DrillNote(tier: $0, passed: passed, took: 1, age: 2, set: set) }
        }
        #expect(Set(notes.map(\.object)).count == 4)
    }
}

extension String {
    fileprivate func replacingCharacters(at place: Index, by letter: String) -> String {
        self[..<place] + letter + self[index(after: place)...]
    }
}
