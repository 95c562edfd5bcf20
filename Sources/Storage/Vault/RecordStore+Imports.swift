import GRDB

/// An import and how far it has come.
public struct ImportJob: Equatable, Sendable {
    /// 16 bytes.
    public let job: [UInt8]
    /// SHA-256 of the source file.
    public let source: [UInt8]
    /// SHA-256 of the mapping file.
    public let map: [UInt8]
    /// Rows of the source dealt with: stored, rejected or skipped.
    public let rowsDone: Int
    /// Records stored.
    public let records: Int
    public let state: State
    /// Milliseconds since 1970.
    public let started: Int64

    public enum State: Int32, CaseIterable, Sendable {
        case running = 1
        case finished = 2
        case abandoned = 3
    }

    public init(
        job: [UInt8], source: [UInt8], map: [UInt8], rowsDone: Int = 0, records: Int = 0, state: State = .running,
        started: Int64
    ) {
        self.job = job
        self.source = source
        self.map = map
        self.rowsDone = rowsDone
        self.records = records
        self.state = state
        self.started = started
    }
}

/// One step of an import, stored with the rows it brought: after a crash the import goes on where its rows end, and no
/// row is ever stored twice.
public struct ImportProgress: Equatable, Sendable {
    public let job: [UInt8]
    /// Where the step began; another stored value is a conflict.
    public let from: Int
    /// Where it ended.
    public let to: Int
    /// Records the step stored.
    public let records: Int

    public init(job: [UInt8], from: Int, to: Int, records: Int) {
        self.job = job
        self.from = from
        self.to = to
        self.records = records
    }
}

extension RecordStore {
    /// Opens a job. One transaction; throws `conflict` when the id is taken.
    public func insert(_ job: ImportJob) throws(StorageError) {
        try database.write { db in
            try db.execute(
                sql: "INSERT INTO import_job (job, source, map, rows_done, records, state, started) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    job.job.databaseBlob, job.source.databaseBlob, job.map.databaseBlob, job.rowsDone, job.records,
                    job.state.rawValue, job.started,
                ])
        }
    }

    /// The job, or nil.
    public func importJob(_ job: [UInt8]) throws(StorageError) -> ImportJob? {
        try database.read { db in
            try Row.fetchOne(db, sql: "\(Self.jobColumns) WHERE job = ?", arguments: [job.databaseBlob])
                .map { try Self.importJob($0) }
        }
    }

    /// The jobs that have read this source with this map, newest first: is it being imported again?
    public func importJobs(source: [UInt8], map: [UInt8]) throws(StorageError) -> [ImportJob] {
        try database.read { db in
            try Row.fetchAll(
                db, sql: "\(Self.jobColumns) WHERE source = ? AND map = ? ORDER BY started DESC",
                arguments: [source.databaseBlob, map.databaseBlob]
            ).map { try Self.importJob($0) }
        }
    }

    /// Ends a running job. One transaction; throws `notFound` unless it runs.
    public func endImport(_ job: [UInt8], as state: ImportJob.State) throws(StorageError) {
        try database.write { db in
            try db.execute(
                sql: "UPDATE import_job SET state = ? WHERE job = ? AND state = ?",
                arguments: [state.rawValue, job.databaseBlob, ImportJob.State.running.rawValue])
            guard db.changesCount == 1 else { throw StorageError.notFound(.vault) }
        }
    }

    /// A step without rows of its own (all were rejected). One transaction; throws as `commit` does.
    public func advanceImport(_ progress: ImportProgress) throws(StorageError) {
        try database.write { db in try Self.advance(progress, db) }
    }

    static func advance(_ progress: ImportProgress, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE import_job SET rows_done = ?, records = records + ? "
                + "WHERE job = ? AND rows_done = ? AND state = ?",
            arguments: [
                progress.to, progress.records, progress.job.databaseBlob, progress.from,
                ImportJob.State.running.rawValue,
            ])
        guard db.changesCount == 1, progress.to >= progress.from else { throw StorageError.conflict(.vault) }
    }

    private static let jobColumns = "SELECT job, source, map, rows_done, records, state, started FROM import_job"

    private static func importJob(_ row: Row) throws -> ImportJob {
        guard let state = ImportJob.State(rawValue: Int32(clamping: try row.integer(5))) else {
            throw StorageError.corrupt(.vault)
        }
        return ImportJob(
            job: try row.bytes(0), source: try row.bytes(1), map: try row.bytes(2), rowsDone: Int(try row.integer(3)),
            records: Int(try row.integer(4)), state: state, started: try row.integer(6))
    }
}
