/// What may be removed from a target: a function of signed manifests and a clock, and of nothing else.
public struct PrunePlan: Sendable {
    /// How long what was marked stays before it may be removed, in milliseconds: time to notice that somebody prunes.
    public static let waitMilliseconds: Int64 = 7 * 86_400_000
    /// So many whole full archives of the records stay, whatever their dates.
    public static let leastFulls = 2

    /// Manifests whose time is over and that nothing kept needs, by sequence.
    public let due: [SignedManifest]
    /// The packs that nothing needs once those are gone.
    public let packs: [ArchivePack]

    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - newer: the present generation, where `catalog` is an earlier one. Once that has of everything as much as always
    ///     stays, of an earlier one nothing stays beyond its date.
    /// - Throws: `gap` when an archive lacks the full one it adds to: what is there must be understood first.
    public init(_ catalog: ArchiveCatalog, now: Int64, newer: ArchiveCatalog? = nil) throws(ArchiveError) {
        if let torn = catalog.problems.first(where: { $0.kind == .base }) {
            throw .gap(sequence: catalog.names.sequence(ofManifest: torn.name) ?? 0)
        }
        var kept = Set(catalog.manifests.filter { $0.manifest.retainUntil > now }.map(\.hash))
        if newer.map(Self.staysAlone) != true { kept.formUnion(Self.least(of: catalog)) }
        for manifest in catalog.manifests where kept.contains(manifest.hash) && !manifest.manifest.isFull {
            kept.insert(manifest.manifest.base)
        }
        due = catalog.manifests.filter { !kept.contains($0.hash) }
        let needed = Set(catalog.manifests.filter { kept.contains($0.hash) }.flatMap(\.manifest.objects))
        var seen: Set<ArchivePack> = []
        var free: [ArchivePack] = []
        for pack in due.flatMap(\.manifest.objects) where !needed.contains(pack) && seen.insert(pack).inserted {
            free.append(pack)
        }
        packs = free
    }

    /// What stays whatever its date: the newest set, the newest keys, and full archives while they are few.
    private static func least(of catalog: ArchiveCatalog) -> Set<String> {
        // A restore takes vault, keys and log of one run.
        var kept = Set(catalog.sets.suffix(1).flatMap(\.manifests).map(\.hash))
        kept.formUnion(restorable(catalog).suffix(1).flatMap(\.manifests).map(\.hash))
        kept.formUnion(whole(.keyring, in: catalog).suffix(RetentionClass.keyring.leastKept).map(\.hash))
        for part in [ArchivePart.vault, .log] {
            kept.formUnion(whole(part, in: catalog).suffix(leastFulls).map(\.hash))
        }
        return kept
    }

    /// Whether a generation has as much as always stays, so that an earlier one is not needed.
    private static func staysAlone(_ catalog: ArchiveCatalog) -> Bool {
        restorable(catalog).count >= leastFulls
            && whole(.keyring, in: catalog).count >= RetentionClass.keyring.leastKept
            && whole(.vault, in: catalog).count >= leastFulls && whole(.log, in: catalog).count >= leastFulls
    }

    /// The whole sets that a vault could be brought back from alone.
    private static func restorable(_ catalog: ArchiveCatalog) -> [ArchiveSet] {
        catalog.sets.filter { $0.keyring != nil }
    }

    /// Full archives of a part, with everything they need.
    private static func whole(_ part: ArchivePart, in catalog: ArchiveCatalog) -> [SignedManifest] {
        catalog.manifests.filter { $0.manifest.part == part && $0.manifest.isFull && catalog.isWhole($0) }
    }

    /// Bytes that removing gives back, without the manifests.
    public var bytes: Int64 { packs.reduce(0) { $0 + $1.sizeBytes } }
}
