internal import CanonicalJSON
internal import Host
internal import VaultModel
internal import Wire

/// What the broker remembers of archives: for `coffer backup status` and its warnings. A file of the spool; the log has the
/// same in its entries.
struct BackupNotes: Equatable {
    private static let name = "spool/backup/last.json"

    /// A drill that passed: when, and how many milliseconds it took; 0 for none.
    struct Drill: Equatable {
        var time: Int64 = 0
        var took: Int64 = 0
    }

    /// The last set that arrived somewhere: when it was made and when it arrived, milliseconds since 1970; 0 for none.
    var set = ""
    var made: Int64 = 0
    var stored: Int64 = 0
    var structure = Drill()
    var cards = Drill()

    mutating func take(_ note: DrillNote, at time: Int64) {
        guard note.passed else { return }
        let drill = Drill(time: time, took: note.took)
        switch note.tier {
        case .structure: structure = drill
        case .cards: cards = drill
        }
    }

    func write(in folder: String) throws(HostError) {
        let value: JSONValue = [
            "drill": .integer(cards.time), "made": .integer(made), "set": .string(set), "stored": .integer(stored),
            "structure": .integer(structure.time), "structure_took": .integer(structure.took),
            "took": .integer(cards.took),
        ]
        let path = FilePaths.join(folder, Self.name)
        try Folder.createAll(FilePaths.folder(of: path), mode: 0o700)
        try DurableFile.replace(path, with: value.encode())
    }

    /// Empty when nothing has ever arrived.
    static func read(in folder: String) -> BackupNotes {
        guard let bytes = try? DurableFile.read(FilePaths.join(folder, name), limit: 4_096),
            var members = try? JSONMembers(parsing: bytes, limits: .signed), let drill = try? members.integer("drill"),
            let made = try? members.integer("made"), let set = try? members.string("set"),
            let stored = try? members.integer("stored"), let structure = try? members.integer("structure"),
            let structureTook = try? members.integer("structure_took"), let took = try? members.integer("took")
        else { return BackupNotes() }
        return BackupNotes(
            set: set, made: made, stored: stored, structure: Drill(time: structure, took: structureTook),
            cards: Drill(time: drill, took: took))
    }

    func state(hasDrillKey: Bool) -> ArchiveState {
        ArchiveState(
            made: made, stored: stored, structure: structure.time, structureTook: structure.took, cards: cards.time,
            cardsTook: cards.took, hasDrillKey: hasDrillKey)
    }

    // MARK: - Warnings

    private static let day: Int64 = 86_400_000
    /// Archives are weekly at least, drills with the drill key monthly, with the cards quarterly; each with a few days more.
    private static let archiveDays: Int64 = 8
    private static let structureDays: Int64 = 35
    private static let cardsDays: Int64 = 92

    /// What a person should do about archives; empty where all is well.
    func warnings(now: Int64, hasDrillKey: Bool) -> [String] {
        if stored == 0 { return ["no archive of this vault was ever carried anywhere: coffer backup run"] }
        var warnings: [String] = []
        if made > now + Self.day {
            warnings.append("the last archive is dated in the future: the clock was wrong then, or is now")
        } else if now - made > Self.archiveDays * Self.day {
            warnings.append("the last archive is \((now - made) / Self.day) days old: coffer backup run")
        }
        if cards.time == 0 {
            warnings.append("nobody has ever brought an archive back: coffer backup drill")
        } else if now - cards.time > Self.cardsDays * Self.day {
            warnings.append(
                "the last restore drill with cards was \((now - cards.time) / Self.day) days ago: coffer backup drill")
        }
        guard hasDrillKey else { return warnings }
        if structure.time == 0 {
            warnings.append("the drill key was never used for a drill: coffer backup drill --drill-key FILE")
        } else if now - structure.time > Self.structureDays * Self.day {
            warnings.append(
                "the last drill with the drill key was \((now - structure.time) / Self.day) days ago: "
                    + "coffer backup drill --drill-key FILE")
        }
        return warnings
    }
}
