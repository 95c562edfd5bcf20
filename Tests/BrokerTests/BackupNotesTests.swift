import Foundation
import Testing
import VaultModel

@testable import Broker

/// When archives and drills are overdue.
@Suite struct BackupNotesTests {
    private let day: Int64 = 86_400_000
    private let now: Int64 = 1_795_000_000_000

    /// Everything is so many days ago.
    private func warnings(
        archive: Int64 = 0, structure: Int64? = nil, cards: Int64? = 0, hasDrillKey: Bool = false, over: Int64 = 0
    ) -> [String] {
        func drill(_ days: Int64?) -> BackupNotes.Drill {
            days.map { .init(time: now - $0 * day - over, took: 1) } ?? .init()
        }
        let notes = BackupNotes(
            set: "b", made: now - archive * day - over, stored: now, structure: drill(structure), cards: drill(cards))
        return notes.warnings(now: now, hasDrillKey: hasDrillKey)
    }

    @Test func `archives are due after eight days, drills with cards after ninety-two, with a key after thirty-five`() {
        #expect(warnings() == [])
        #expect(warnings(archive: 8, cards: 92) == [])
        #expect(warnings(archive: 8, cards: 0, over: 1).contains { $0.contains("8 days old: coffer backup run") })
        #expect(warnings(cards: 92, over: 1).contains { $0.contains("with cards was 92 days ago") })
        #expect(warnings(structure: 400) == [], "nobody has the key any more")
        #expect(warnings(structure: 35, hasDrillKey: true) == [])
        #expect(warnings(structure: 35, hasDrillKey: true, over: 1).contains { $0.contains("--drill-key") })
        #expect(warnings(archive: -2).contains { $0.contains("in the future") })
    }

    @Test func `what was never done is said, and several things at once`() {
        #expect(BackupNotes().warnings(now: now, hasDrillKey: true).count == 1, "nothing to bring back yet")
        #expect(warnings(cards: nil).contains { $0.contains("nobody has ever brought an archive back") })
        #expect(warnings(hasDrillKey: true).contains { $0.contains("never used") })
        #expect(warnings(archive: 30, structure: 50, cards: 100, hasDrillKey: true).count == 3)
    }

    @Test func `a drill that failed changes nothing, and each tier is remembered for itself`() throws {
        let folder = NSTemporaryDirectory() + "coffer-notes-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var notes = BackupNotes()
        let failed = try #require(DrillNote(tier: .cards, passed: false, took: 9, age: 0, set: ""))
        notes.take(failed, at: now)
        #expect(notes == BackupNotes())
        notes.take(try #require(DrillNote(tier: .cards, passed: true, took: 7, age: 0, set: "")), at: now)
        notes.take(try #require(DrillNote(tier: .structure, passed: true, took: 8, age: 0, set: "")), at: now + 1)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try notes.write(in: folder)
        let read = BackupNotes.read(in: folder)
        #expect(read == notes && read.cards.took == 7 && read.structure == .init(time: now + 1, took: 8))
    }
}
