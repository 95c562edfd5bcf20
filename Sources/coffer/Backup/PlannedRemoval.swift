import AccessLog
import Archive
import CanonicalJSON
import Client
import Console
import Host
import Primitives
import Transfer
import VaultModel

/// What is due on one target, of all generations of the vault.
struct PlannedRemoval {
    /// What was done, on all targets.
    struct Done {
        var (marked, removed, removedPacks) = (0, 0, 0)
    }

    let target: BackupTarget
    private let parts: [(catalog: ArchiveCatalog, plan: PrunePlan)]

    static func all(_ options: GlobalOptions, _ targets: [String]) throws -> [PlannedRemoval] {
        try TargetCatalogs(options, targets).catalogs.map { try PlannedRemoval($0.target, $0.catalog) }
    }

    /// - Parameter present: the vault's generation of now. Those before it are believed by the quorum that it names.
    private init(_ target: BackupTarget, _ present: ArchiveCatalog) throws(Failure) {
        let now = SystemClock().nowMilliseconds()
        var parts: [(ArchiveCatalog, PrunePlan)] = []
        do {
            parts.append((present, try PrunePlan(present, now: now)))
            for earlier in try Self.earlier(target, present) {
                parts.append((earlier, try PrunePlan(earlier, now: now, newer: present)))
            }
        } catch let error as BackupTarget.Problem {
            throw Failure(error, target: target.name)
        } catch {
            throw Failure(
                code: "backup", why: "gap", message: "\(target.name): an archive lacks the full one it adds to",
                hint: "nothing is removed from a target that is not whole; see coffer backup list", exitCode: 18)
        }
        self.target = target
        self.parts = parts
    }

    private static func earlier(
        _ target: BackupTarget, _ present: ArchiveCatalog
    ) throws(BackupTarget.Problem) -> [ArchiveCatalog] {
        guard let quorum = present.manifests.last?.quorum else { return [] }
        var earlier: [ArchiveCatalog] = []
        for names in try target.generations(withPacks: true)
        where names.vault == present.names.vault && names.generation < present.names.generation {
            let catalog = try target.catalog(names, trust: .quorum(quorum))
            // Manifests go first: a removal that was cut short leaves packs alone.
            if !catalog.manifests.isEmpty || !catalog.orphans.isEmpty { earlier.append(catalog) }
        }
        return earlier
    }

    private var due: Int { parts.reduce(0) { $0 + $1.plan.due.count } }
    private var orphans: [ArchivePack] { parts.flatMap(\.catalog.orphans) }
    private var bytes: Int64 {
        parts.reduce(0) { $0 + $1.plan.bytes } + orphans.reduce(0) { $0 + $1.sizeBytes }
    }

    var value: JSONValue {
        [
            "bytes": .integer(bytes), "due": .count(due), "name": .string(target.name),
            "orphans": .count(orphans.count), "packs": .count(parts.reduce(0) { $0 + $1.plan.packs.count }),
        ]
    }

    var text: String {
        let rest = orphans.isEmpty ? "" : " and \(orphans.count) packs without one"
        return "\(target.name)  \(due) archives\(rest), \(ByteCount.text(bytes)) are due\n"
    }

    /// Marks what has no mark; removes what was marked long enough ago, and its packs once nothing else needs them.
    ///
    /// - Parameter withOrphans: also packs that belong to no archive, and uploads that never ended: only while nobody
    ///   brings a set.
    func apply(now: Int64, withOrphans: Bool, _ done: inout Done) throws(TransferError) {
        for part in parts {
            let names = part.catalog.names
            let marks = try Marks(target.store, names, now: now)
            // Before the archives: what those leave is not known to be without one yet.
            if withOrphans {
                for pack in part.catalog.orphans {
                    let mark = names.mark(ofPack: pack.name)
                    guard try marks.isOver(mark, notBefore: 0, &done) else { continue }
                    guard try remove(names.pack(pack.name)) else { continue }
                    _ = try remove(mark)
                    done.removedPacks += 1
                }
                try target.store.removeLeftovers(names.all)
            }
            try removeArchives(part.catalog, part.plan, marks, &done)
            try marks.clear(
                except: Set(part.plan.due.map { names.mark(of: $0.name) })
                    .union(part.catalog.orphans.map { names.mark(ofPack: $0.name) }))
        }
    }

    private func removeArchives(
        _ catalog: ArchiveCatalog, _ plan: PrunePlan, _ marks: Marks, _ done: inout Done
    ) throws(TransferError) {
        var gone: [SignedManifest] = []
        // Changes before what they add to, so that an interruption leaves nothing torn.
        for manifest in plan.due.reversed() {
            let isNeeded = catalog.manifests.contains { $0.manifest.base == manifest.hash && !gone.contains($0) }
            let mark = catalog.names.mark(of: manifest.name)
            // Whoever can write can plant a mark: the week begins when the archive's time is over, at the earliest.
            guard try marks.isOver(mark, notBefore: manifest.manifest.retainUntil, &done), !isNeeded else { continue }
            guard try remove(manifest.name) else { continue }
            _ = try remove(mark)
            gone.append(manifest)
        }
        let kept = Set(catalog.manifests.filter { !gone.contains($0) }.flatMap(\.manifest.objects))
        for pack in Set(gone.flatMap(\.manifest.objects)).subtracting(kept) {
            _ = try remove(catalog.names.pack(pack.name))
        }
        done.removed += gone.count
    }

    /// - Returns: false where the target keeps the object until a date of its own.
    private func remove(_ name: String) throws(TransferError) -> Bool {
        do throws(TransferError) { try target.store.remove(name) } catch {
            switch error {
            case .notFound: return true
            case .retained: return false
            default: throw error
            }
        }
        return true
    }
}

/// The marks of one generation on a target: since when something is about to be removed. They are not signed; what a
/// forged one can do is in `docs/archives.md`.
private struct Marks {
    private let store: any ObjectStore
    private let now: Int64
    private let names: Set<String>

    init(_ store: any ObjectStore, _ generation: ArchiveNames, now: Int64) throws(TransferError) {
        self.store = store
        self.now = now
        names = Set(try store.list(generation.marks).map(\.name))
    }

    /// Whether something was marked a week ago. Marks it where it has no mark, or one that cannot be.
    ///
    /// - Parameter notBefore: the week begins then at the earliest, milliseconds since 1970.
    func isOver(_ mark: String, notBefore: Int64, _ done: inout PlannedRemoval.Done) throws(TransferError) -> Bool {
        if names.contains(mark) {
            if let since = try since(mark), since <= now {
                return now - max(since, notBefore) >= PrunePlan.waitMilliseconds
            }
            do throws(TransferError) { try store.remove(mark) } catch {
                if case .retained = error { return false }
                throw error
            }
        }
        let value: JSONValue = ["since": .integer(now)]
        try store.write(mark, value.encode(), retainUntilSeconds: nil)
        done.marked += 1
        return false
    }

    /// Takes back the marks of what is not due: planted ones, and those of packs that belong to an archive by now.
    func clear(except due: Set<String>) throws(TransferError) {
        for mark in names.subtracting(due).sorted() {
            // Whoever plants a mark under a lock must not stop everything else.
            do throws(TransferError) { try store.remove(mark) } catch {
                switch error {
                case .notFound, .retained: continue
                default: throw error
                }
            }
        }
    }

    private func since(_ mark: String) throws(TransferError) -> Int64? {
        let bytes: [UInt8]
        do throws(TransferError) { bytes = try store.read(mark, limit: 1_024) } catch {
            if case .tooLarge = error { return nil }
            throw error
        }
        guard var members = try? JSONMembers(parsing: bytes, limits: .signed) else { return nil }
        return try? members.integer("since")
    }
}
