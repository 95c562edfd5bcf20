import Host

/// Notices that the log's files were removed, moved, replaced or cut while they are open: writes to an unlinked file
/// succeed, and nobody would ever read them.
struct FileGuard {
    private let paths: [String]
    private var known: [FileIdentity]
    private var cuts = 0

    /// Remembers the files as they are now; fails when one is missing.
    init(_ paths: [String]) throws(HostError) {
        self.paths = paths
        var known: [FileIdentity] = []
        for path in paths { known.append(try FileIdentity(of: path)) }
        self.known = known
    }

    /// False when a path leads to another file than at first, to none, or to a shorter one than last time, unless we
    /// have cut it ourselves since.
    ///
    /// - Parameter cuts: how often we have done that. Call it while nobody can.
    mutating func isIntact(cuts: Int) -> Bool {
        for index in paths.indices {
            guard let now = try? FileIdentity(of: paths[index]), now.isSameFile(as: known[index]),
                now.sizeBytes >= known[index].sizeBytes || cuts != self.cuts
            else { return false }
            known[index] = now
        }
        self.cuts = cuts
        return true
    }

    /// Size of the last file in bytes, as of the last check.
    var lastSizeBytes: Int64 { known.last?.sizeBytes ?? 0 }
}
