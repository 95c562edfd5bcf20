import CanonicalJSON
import Client
import Console
import Host
import Import
import VaultModel
import Wire

/// Sends the rows of a source in batches: each is one request, one transaction and one entry of the log.
struct ImportRun {
    /// A batch may have more; this many keep one request short and one log entry readable.
    private static let mostRows = 100
    /// Room for the rest of the body below the limit of 64 KiB.
    private static let mostBytes = 48 * 1_024

    let session: Session
    let job: String
    let scope: RequestScope
    let dryRun: Bool
    let rejects: RejectsFile?
    let output: Output
    /// Rows that never reached the broker.
    private(set) var rejectedHere = 0

    private var batch: [(row: ImportBatch.Row, cells: [String])] = []
    private var batchBytes = 0

    init(session: Session, job: String, scope: RequestScope, dryRun: Bool, rejects: RejectsFile?, output: Output) {
        self.session = session
        self.job = job
        self.scope = scope
        self.dryRun = dryRun
        self.rejects = rejects
        self.output = output
    }

    /// Sends everything. After an interrupt the batch on its way is finished, and the command ends saying how to go on.
    mutating func send(_ source: ImportSource) async throws(Failure) {
        Interrupt.watch()
        defer { Interrupt.unwatch() }
        var progress = Progress("import", unit: .things("rows"), output: output)
        defer { progress.finish() }
        while let item = try ImportFailure.catching({ () throws(ImportError) in try source.next() }) {
            switch item {
            case .rejected(let row):
                try reject(row.line, "\(row.problem)", row.cells)
                rejectedHere += 1
            case .row(let row):
                try await add(row)
            }
            progress.show(done: Int64(source.rowsRead), of: Int64(source.rowCount))
            if Interrupt.happened { throw Self.interrupted }
        }
        try await flush()
        if let rejects {
            do throws(HostError) { try rejects.sync() } catch { throw Self.failure(error) }
        }
    }

    private mutating func add(_ row: ImportRow) async throws(Failure) {
        guard let fields = FieldValues(row.fields) else {
            try reject(
                row.line, "too many values, or a value of more than \(FieldValues.valueBytes / 1_024) KiB", row.cells)
            rejectedHere += 1
            return
        }
        let wire = ImportBatch.Row(line: Int64(row.line), fields: fields)
        let bytes = wire.jsonValue.encode().count + 1
        guard bytes <= Self.mostBytes else {
            try reject(row.line, "the row is longer than \(Self.mostBytes / 1_024) KiB", row.cells)
            rejectedHere += 1
            return
        }
        if batch.count == Self.mostRows || batchBytes + bytes > Self.mostBytes { try await flush() }
        batch.append((wire, row.cells))
        batchBytes += bytes
    }

    private mutating func flush() async throws(Failure) {
        guard let first = batch.first else { return }
        let request = ImportBatch.Request(
            job: job, firstLine: first.row.line, rows: batch.map(\.row), dryRun: dryRun)
        let reply: ImportBatch.Reply
        do throws(Failure) {
            reply = try await session.call(ImportBatch.self, request, scope).message
        } catch {
            output.hint("give the same command again to go on behind the rows already taken")
            throw error
        }
        for rejection in reply.rejected {
            let cells = batch.first { $0.row.line == rejection.line }?.cells ?? []
            let reason = rejection.field.isEmpty ? rejection.reason : "\(rejection.field): \(rejection.reason)"
            try reject(Int(rejection.line), reason, cells)
        }
        batch.removeAll(keepingCapacity: true)
        batchBytes = 0
    }

    private func reject(_ line: Int, _ reason: String, _ cells: [String]) throws(Failure) {
        do throws(HostError) { try rejects?.write(line: line, reason: reason, cells: cells) } catch {
            throw Self.failure(error)
        }
    }

    private static func failure(_ error: HostError) -> Failure {
        .file(error, "the rejects file cannot be written", why: "rejects")
    }

    /// 128 and the signal's number, as shells do.
    private static let interrupted = Failure(
        code: "aborted", why: "interrupted", message: "interrupted; the rows sent so far are in the vault",
        hint: "give the same command again to go on behind them, with a new --rejects file", exitCode: 130)
}
