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

    /// - Parameter now: milliseconds since 1970.
    /// - Throws: `gap` when an archive lacks the full one it adds to: what is there must be understood first.
    public init(_ catalog: ArchiveCatalog, now: Int64) throws(ArchiveError) {
        if let torn = catalog.problems.first(where: { $0.kind == .base }) {
            throw .gap(sequence: catalog.names.sequence(ofManifest: torn.name) ?? 0)
        }
        var kept = Set(catalog.manifests.filter { $0.manifest.retainUntil > now }.map(\.hash))
        let keyrings = catalog.manifests.filter { $0.manifest.part == .keyring && catalog.isWhole($0) }
        kept.formUnion(keyrings.suffix(RetentionClass.keyring.leastKept).map(\.hash))
        // The log of the newest set belongs to it, and full archives stay while they are few.
        for set in catalog.sets.suffix(1) { kept.formUnion(set.manifests.map(\.hash)) }
        for part in [ArchivePart.vault, .log] {
            let fulls = catalog.manifests.filter {
                $0.manifest.part == part && $0.manifest.isFull && catalog.isWhole($0)
            }
            kept.formUnion(fulls.suffix(Self.leastFulls).map(\.hash))
        }
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

    /// Bytes that removing gives back, without the manifests.
    public var bytes: Int64 { packs.reduce(0) { $0 + $1.sizeBytes } }
}
