private import Glibc
internal import Host
internal import Primitives

/// What a run that was killed left beside the place of a vault: folders that never got their name.
public enum UnfinishedVault {
    /// Removes those beside `path` that nobody is at work in and that no passphrase could ever open, having no
    /// `vault.seal`.
    ///
    /// - Returns: the folders that are gone, and those that stay: another run is making them, they are complete but for
    ///   their name, or they belong to somebody else.
    public static func clear(beside path: String) -> (removed: [String], kept: [String]) {
        var place = path
        while place.count > 1, place.hasSuffix("/") { place.removeLast() }
        let parent = FilePaths.folder(of: place)
        let beginning = (place.split(separator: "/").last.map(String.init) ?? place) + NewVault.mark
        var (removed, kept): ([String], [String]) = ([], [])
        for name in (try? Folder.names(in: parent)) ?? [] where isUnfinished(name, beginning) {
            let folder = FilePaths.join(parent, name)
            guard let identity = try? FileIdentity(of: folder), identity.mode & S_IFMT == S_IFDIR else { continue }
            if identity.owner == geteuid() { remove(folder) }
            if Folder.exists(folder) { kept.append(folder) } else { removed.append(folder) }
        }
        return (removed, kept)
    }

    /// What the names of folders begin with in which archives are tried.
    public static let drillPrefix = "coffer-drill-"

    /// Removes what drills that were killed left in `scratch`: nobody needs a vault whose passphrase was forgotten, and a
    /// thief might.
    ///
    /// - Returns: the folders that are gone.
    public static func clearDrills(in scratch: String) -> [String] {
        var removed: [String] = []
        for name in (try? Folder.names(in: scratch)) ?? [] where name.hasPrefix(drillPrefix) {
            let parts = name.dropFirst(drillPrefix.count).split(separator: ".", omittingEmptySubsequences: false)
            guard let first = parts.first, Hex.decode(String(first))?.count == 8,
                parts.count == 1 || isUnfinished(name, drillPrefix + first + NewVault.mark)
            else { continue }
            let folder = FilePaths.join(scratch, name)
            guard let identity = try? FileIdentity(of: folder), identity.mode & S_IFMT == S_IFDIR,
                identity.owner == geteuid(), let lock = try? DirectoryLock(folder: folder)
            else { continue }
            withExtendedLifetime(lock) { Folder.removeAll(folder) }
            if !Folder.exists(folder) { removed.append(folder) }
        }
        return removed
    }

    private static func isUnfinished(_ name: String, _ beginning: String) -> Bool {
        guard name.hasPrefix(beginning) else { return false }
        return Hex.decode(String(name.dropFirst(beginning.count)))?.count == NewVault.randomSize
    }

    /// Not while somebody has its lock: whoever takes that from here on finds that the folder is gone.
    private static func remove(_ folder: String) {
        let seal = FilePaths.join(folder, "vault.seal")
        guard !Folder.exists(seal), let lock = try? DirectoryLock(folder: folder) else { return }
        withExtendedLifetime(lock) {
            // It may have been written, and whoever wrote it killed, since the first look.
            if !Folder.exists(seal) { Folder.removeAll(folder) }
        }
    }
}
