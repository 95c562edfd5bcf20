internal import CanonicalJSON
internal import Host

/// What the broker remembers of the last archives that arrived somewhere: for `coffer backup status` and `coffer doctor`.
/// A file of the spool; the log has the same in its entries.
struct BackupNotes: Equatable {
    private static let name = "spool/backup/last.json"

    let set: String
    /// When the set was made and when it arrived, milliseconds since 1970.
    let made: Int64
    let stored: Int64

    func write(in folder: String) throws(HostError) {
        let value: JSONValue = ["made": .integer(made), "set": .string(set), "stored": .integer(stored)]
        try DurableFile.replace(FilePaths.join(folder, Self.name), with: value.encode())
    }

    /// Nil when nothing has ever arrived.
    static func read(in folder: String) -> BackupNotes? {
        guard let bytes = try? DurableFile.read(FilePaths.join(folder, name), limit: 4_096),
            var members = try? JSONMembers(parsing: bytes, limits: .signed), let made = try? members.integer("made"),
            let set = try? members.string("set"), let stored = try? members.integer("stored")
        else { return nil }
        return BackupNotes(set: set, made: made, stored: stored)
    }
}
