internal import AccessLog
public import Archive
import Primitives
import Transfer
public import Wire

/// Carries a set from the broker's spool to the targets. It holds no key that opens anything; what it moves is sealed.
///
/// A manifest goes last: until then the target has only packs that nobody refers to. Whatever interrupts it, the next run
/// goes on with what is missing.
public struct BackupCarrier {
    /// A piece of an object of the spool.
    public typealias Fetch = @Sendable (GetBackupObject.Request) async throws -> GetBackupObject.Reply

    /// How many packs are read back after they were written, of each part.
    private static let readBack = 3
    /// How many pieces of a pack are under way at once: each has to be signed here and there.
    private static let piecesAtOnce = 2

    private let names: ArchiveNames
    private let fetch: Fetch
    /// Told of the bytes that a target has got, and of those that it had.
    private let report: (_ bytes: Int64) -> Void

    public init(_ names: ArchiveNames, report: @escaping (_ bytes: Int64) -> Void, fetch: @escaping Fetch) {
        (self.names, self.report, self.fetch) = (names, report, fetch)
    }

    /// The set's manifests, believed.
    public func manifests(trust: SignedManifest.Trust) async throws -> [SignedManifest] {
        var manifests: [SignedManifest] = []
        for part in ArchivePart.allCases {
            let file = try await object(.manifest, part.rawValue, limit: ArchiveManifest.largestBytes)
            manifests.append(try SignedManifest(parsing: file, vault: names.vault, trust: trust))
        }
        return manifests
    }

    /// Brings everything of a set that a target lacks. Throws `BackupTarget.Problem`, or what the broker answers.
    public func carry(_ manifests: [SignedManifest], to target: BackupTarget, knowing catalog: ArchiveCatalog)
        async throws
    {
        for manifest in manifests {
            let objects = manifest.manifest.objects
            for pack in objects where catalog.has(pack) { report(pack.sizeBytes) }
            let missing = objects.filter { !catalog.has($0) }
            try await carry(missing, to: target, retainUntil: manifest.manifest.retainUntil)
            for pack in manifest.manifest.objects.shuffled().prefix(Self.readBack) {
                try Self.check(pack, names, on: target)
            }
        }
        // Before any manifest that counts its lines.
        try await carryLedger(upTo: manifests.map(\.manifest.erasures).max() ?? 0, to: target)
        // In their order: the log's, the last one, makes the set whole.
        for manifest in manifests {
            try target.put(manifest.name, manifest.file, retainUntil: manifest.manifest.retainUntil)
        }
    }

    /// Brings packs, each while the next one already comes from the broker.
    private func carry(_ packs: [ArchivePack], to target: BackupTarget, retainUntil: Int64) async throws {
        let (fetch, names) = (fetch, names)
        var waiting = packs[...]
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            func fetchNext() {
                guard let pack = waiting.popFirst() else { return }
                group.addTask { try await Self.file(of: pack, names, fetch) }
            }
            fetchNext()
            for pack in packs {
                guard let file = try await group.next() else { return }
                fetchNext()
                try target.put(names.pack(pack.name), file, retainUntil: retainUntil)
                report(pack.sizeBytes)
            }
        }
    }

    /// A pack from the spool, compared with its name. While one piece is checked, the next ones are on their way.
    private static func file(
        of pack: ArchivePack, _ names: ArchiveNames, _ fetch: @escaping Fetch
    ) async throws -> [UInt8] {
        let size = Int(pack.sizeBytes)
        var file = [UInt8](repeating: 0, count: size)
        try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            var starts = stride(from: 0, to: size, by: GetBackupObject.pieceBytes).makeIterator()
            func fetchNext() {
                guard let start = starts.next() else { return }
                group.addTask {
                    let reply = try await fetch(.init(kind: .pack, name: pack.name, offset: UInt64(start)))
                    guard reply.size == UInt64(size), reply.data.count == min(GetBackupObject.pieceBytes, size - start)
                    else { throw ArchiveError.malformed("a piece of the spool") }
                    return (start, reply.data)
                }
            }
            for _ in 0..<Self.piecesAtOnce { fetchNext() }
            while let (start, data) = try await group.next() {
                fetchNext()
                file.replaceSubrange(start..<start + data.count, with: data)
            }
        }
        guard pack.matches(file) else { throw BackupTarget.Problem.altered(names.pack(pack.name)) }
        return file
    }

    /// Brings the lines of the ledger of erasures that a target lacks: it is kept for ever.
    private func carryLedger(upTo last: UInt64, to target: BackupTarget) async throws {
        guard last > 0 else { return }
        let known = Set(try target.ledger(names))
        for place in 1...last where !known.contains(names.ledgerLine(place)) {
            let line = try await object(.ledger, String(place), limit: ErasureLedgerLine.largestBytes)
            try target.put(names.ledgerLine(place), line, retainUntil: nil)
        }
    }

    /// Reads a pack and compares it with its name.
    public static func check(_ pack: ArchivePack, _ names: ArchiveNames, on target: BackupTarget) throws(BackupTarget
        .Problem)
    {
        let name = names.pack(pack.name)
        let file: [UInt8]
        do throws(TransferError) { file = try target.store.read(name, limit: ArchivePack.largestBytes) } catch {
            switch error {
            case .tooLarge, .notFound: throw .altered(name)
            default: throw .transfer(error)
            }
        }
        guard pack.matches(file) else { throw .altered(name) }
    }

    private func object(_ kind: GetBackupObject.Kind, _ name: String, limit: Int) async throws -> [UInt8] {
        try await Self.object(fetch, kind, name, limit: limit)
    }

    private static func object(
        _ fetch: Fetch, _ kind: GetBackupObject.Kind, _ name: String, limit: Int
    ) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let reply = try await fetch(.init(kind: kind, name: name, offset: UInt64(bytes.count)))
            guard reply.size <= UInt64(limit), !reply.data.isEmpty, bytes.count + reply.data.count <= reply.size else {
                throw ArchiveError.malformed("a piece of the spool")
            }
            if bytes.isEmpty { bytes.reserveCapacity(Int(reply.size)) }
            bytes += reply.data
            if bytes.count == reply.size { return bytes }
        }
    }
}
