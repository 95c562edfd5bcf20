public import Archive
internal import Authority
public import Backup
public import Host
internal import Primitives
internal import Storage
public import VaultModel
public import Wire

/// What an archive has of one customer: rows that are sealed under her key, which stays with the broker.
public struct ArchivedCustomer: Sendable {
    public let customer: CustomerNumber
    public let manifest: SignedManifest
    public let rows: [PickRow]

    public enum Failure: Error, Sendable {
        /// A ledger of the target names her: she was erased.
        case erased
        /// The archive has no record of hers, or none of the kinds asked for.
        case nothing
        /// The archive knows no kind of this name.
        case unknownKind(String)
        /// More than is read of one customer.
        case tooMany(Int)
        /// One record does not fit into a request.
        case tooLarge
        case plan(RestorePlan.Failure)
        case archive(ArchiveError)
        /// A target could not be read: what it said.
        case fetch(any Error)
        case host(HostError)
        case storage(String, hint: String)
    }

    /// Puts the archive of the records together in `scratch`, reads her rows there, and removes it again.
    ///
    /// - Parameters:
    ///   - plan: an archive of the catalog, and who has been erased since.
    ///   - kinds: the kinds of records wanted; empty for all.
    ///   - scratch: a folder in which one is made, mode 0700. What lies there opens with keys that are not here; the
    ///     records' number, size and age can be seen.
    ///   - begin: told how many bytes will come.
    ///   - report: told of each byte that came.
    ///   - fetch: the bytes of an object of the target, at most so many.
    public init(
        _ customer: CustomerNumber, in plan: RestorePlan, _ catalog: ArchiveCatalog, cards: RecoveryCards,
        kinds: [String], scratch: String, begin: (_ bytes: Int64) -> Void,
        report: @escaping (_ bytes: Int) -> Void, fetch: @escaping ArchiveReader.Fetch
    ) throws(Failure) {
        let reader = ArchiveReader(catalog, identity: cards.age, report: report, fetch: fetch)
        begin(reader.bytes(of: plan.records))
        self.customer = customer
        manifest = plan.records
        guard !plan.erased.contains(RecordID(customer)) else { throw .erased }
        let folder = FilePaths.join(scratch, "coffer-pick-" + Hex.encode(Random.bytes(8)))
        let before = FileModeMask.set(0o077)
        defer { FileModeMask.set(before) }
        do throws(HostError) { try Folder.create(folder, mode: 0o700) } catch { throw .host(error) }
        defer { Folder.removeAll(folder) }
        do {
            let directory = VaultDirectory(folder)
            try reader.restoreDatabase(plan.records, to: directory.path(of: .vault))
            try Stores.complete(at: directory, vault: plan.records.manifest.vault)
            let stores = try Stores.open(at: directory, vault: plan.records.manifest.vault)
            rows = try Self.rows(of: RecordID(customer), kinds, stores.records)
            try stores.close()
        } catch let error as Failure {
            throw error
        } catch let error as ArchiveError {
            throw .archive(error)
        } catch let error as StorageError {
            throw .storage("\(error)", hint: error.hint)
        } catch let error as HostError {
            throw .host(error)
        } catch { throw .fetch(error) }
    }

    /// What is read of one customer; her whole file is in memory.
    private static let mostRows = 5_000

    private static func rows(
        of customer: RecordID, _ kinds: [String], _ records: RecordStore
    ) throws -> [PickRow] {
        let registry = try records.registry()
        let names = Dictionary(uniqueKeysWithValues: registry.kinds.map { ($0.number, $0.name) })
        let fields = Dictionary(grouping: registry.fields, by: \.kind).mapValues { fields in
            Dictionary(uniqueKeysWithValues: fields.map { ($0.number, $0.name) })
        }
        for kind in kinds where !names.values.contains(kind) { throw Failure.unknownKind(kind) }
        let ids =
            kinds.isEmpty
            ? try records.records(of: customer, limit: mostRows + 1)
            : try registry.kinds.filter { kinds.contains($0.name) }.flatMap { kind in
                try records.records(of: customer, kind: kind.number, limit: mostRows + 1)
            }
        guard ids.count <= mostRows else { throw Failure.tooMany(mostRows) }
        guard !ids.isEmpty else { throw Failure.nothing }
        var rows: [PickRow] = []
        for start in stride(from: 0, to: ids.count, by: StorageLimits.recordsAtOnce) {
            let part = Array(ids[start..<min(start + StorageLimits.recordsAtOnce, ids.count)])
            for record in try records.fetch(records: part) {
                guard let kind = names[record.kind] else { throw StorageError.corrupt(.vault) }
                rows.append(
                    PickRow(
                        id: record.id, kind: kind, rev: record.rev, seal: record.seal, shop: record.shop,
                        month: record.month, status: record.status.rawValue,
                        fields: try record.fields.map { field in
                            guard let name = fields[record.kind]?[field.field] else {
                                throw StorageError.corrupt(.vault)
                            }
                            return PickRow.Field(name: name, ordinal: field.ordinal, envelope: field.envelope)
                        }))
            }
        }
        return rows
    }

    // MARK: - Sending

    /// As many rows as come back in one commit, her own record with each: the broker must know whose they are.
    public var portions: [[PickRow]] {
        let own = rows.filter { $0.id == RecordID(customer) }
        let others = rows.filter { $0.id != RecordID(customer) }
        let size = PickPage.mostRows - own.count
        guard !others.isEmpty else { return [own] }
        return stride(from: 0, to: others.count, by: size).map { start in
            own + others[start..<min(start + size, others.count)]
        }
    }

    /// The rows of a portion in pages that a request takes.
    ///
    /// - Throws: `tooLarge` for a record that alone is more than that.
    public func pages(of rows: [PickRow]) throws(Failure) -> [PickPage.Request] {
        var pages: [PickPage.Request] = []
        var page: [PickRow] = []
        var (bytes, from) = (0, 0)
        for row in rows {
            let size = row.encodedBytes + 1
            guard size <= PickPage.pageBytes else { throw .tooLarge }
            if bytes + size > PickPage.pageBytes {
                pages.append(PickPage.Request(from: Int64(from), rows: page))
                (from, bytes, page) = (from + page.count, 0, [])
            }
            page.append(row)
            bytes += size
        }
        pages.append(PickPage.Request(from: Int64(from), rows: page))
        return pages
    }

    /// What asks for the rows that were sent, with the quorum's word that they come from this archive.
    ///
    /// - Parameters:
    ///   - rows: a portion.
    ///   - at: seconds since 1970.
    ///   - dryRun: whether to say what would change, and no more.
    public func request(
        _ rows: [PickRow], _ cards: RecoveryCards, at: Int64, dryRun: Bool
    ) -> PickCustomer.Request {
        let statement = PickStatement(
            vault: manifest.manifest.vault, generation: manifest.manifest.generation, customer: customer,
            set: manifest.manifest.set, manifest: manifest.hash, made: manifest.manifest.created,
            rows: PickRow.digest(of: rows), isDry: dryRun, at: at
        ).sealed(by: KeyID(cards.signingKey)) { cards.sign($0) }
        return PickCustomer.Request(statement: statement.value, dryRun: dryRun)
    }
}

extension RestorePlan {
    /// The archive that a customer of a running vault is brought back from: the newest records of any of its lives up to
    /// `generation`, not after a moment.
    ///
    /// - Parameter catalogs: one for each life, with its ledger of erasures.
    /// - Returns: also the catalog that has it.
    public static func records(
        in catalogs: [(catalog: ArchiveCatalog, ledger: RestoreLedger)], at milliseconds: Int64?,
        upTo generation: UInt64
    ) throws(Failure) -> (plan: RestorePlan, catalog: ArchiveCatalog) {
        var found: (set: ArchiveSet, catalog: ArchiveCatalog)?
        for (catalog, _) in catalogs where catalog.names.generation <= generation {
            guard Set(catalog.manifests.map(\.logKey.bytes)).count <= 1 else { throw .twoVaults }
            for set in catalog.sets
            where set.created <= milliseconds ?? .max && set.created >= found?.set.created ?? 0 {
                found = (set, catalog)
            }
        }
        guard let found else { throw .nothing }
        let plan = try RestorePlan(
            found.catalog, at: found.set.created, ledgers: catalogs.map(\.ledger), isLive: true)
        return (plan, found.catalog)
    }
}
