internal import CanonicalJSON
internal import Host

/// What the broker remembers of archives: for `coffer backup status` and its warnings. A file of the spool; the log has the
/// same in its entries.
struct BackupNotes: Equatable {
    private static let name = "spool/backup/last.json"

    /// The last set that arrived somewhere: when it was made and when it arrived, milliseconds since 1970; 0 for none.
    var set = ""
    var made: Int64 = 0
    var stored: Int64 = 0
    /// The last drill that brought a vault back, and how many milliseconds that took; 0 for none.
    var drill: Int64 = 0
    var took: Int64 = 0

    func write(in folder: String) throws(HostError) {
        let value: JSONValue = [
            "drill": .integer(drill), "made": .integer(made), "set": .string(set), "stored": .integer(stored),
            "took": .integer(took),
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
            let stored = try? members.integer("stored"), let took = try? members.integer("took")
        else { return BackupNotes() }
        return BackupNotes(set: set, made: made, stored: stored, drill: drill, took: took)
    }

    /// What a person should do about archives; nil where all is well. Archives are weekly at least, drills quarterly.
    func warning(now: Int64) -> String? {
        let day: Int64 = 86_400_000
        if stored == 0 { return "no archive of this vault was ever carried anywhere: coffer backup run" }
        if made > now + day { return "the last archive is dated in the future: the clock was wrong then, or is now" }
        if now - made > 8 * day { return "the last archive is \((now - made) / day) days old: coffer backup run" }
        if drill == 0 { return "nobody has ever brought an archive back: coffer backup drill" }
        if now - drill > 92 * day {
            return "the last restore drill was \((now - drill) / day) days ago: coffer backup drill"
        }
        return nil
    }
}
