import AccessLog
import Authority
import Primitives
import Testing
import VaultModel

extension SampleLog {
    /// The statement of an export that shows `entries`, as the broker signs it.
    func statement(_ shown: [ExportedEntry]) -> DSSEEnvelope {
        let frontier = frontier()
        var withheld = WithheldParts()
        for (index, entry) in shown.enumerated() { withheld.note(UInt64(index), shown: entry.visible) }
        let statement = ExportStatement(
            id: "x_0123456789", authority: authority.kid, vault: vault,
            checkpoint: Checkpoint(origin: key.name, size: frontier.size, root: frontier.root()), made: time,
            filter: ExportFilter(), withheld: withheld)
        return statement.sealed(by: key) { log.sign($0) }
    }

    /// All entries as a reader gets them.
    func scanned(_ shown: [ExportedEntry]? = nil) throws -> [ScannedEntry] {
        let shown = shown ?? entries.map(\.exported)
        var scan = try LogScan(checkpoint: note(), key: key)
        var result: [ScannedEntry] = []
        for entry in shown { result.append(try scan.take(entry)) }
        _ = try scan.finish(statement: statement(shown))
        return result
    }

    /// The signed block of an id.
    func block(_ id: BlockID) throws -> SignedBlock {
        let envelope = try #require(blocks.first { BlockID(payload: $0.payload) == id })
        return try Block.open(envelope, vault: vault)
    }

    func checkpoint() throws -> Checkpoint { try Checkpoint.open(note(), key: key) }

    /// A report over the span of some moments, in UTC unless told otherwise.
    func report(
        since: Int64? = nil, until: Int64? = nil, made: Int64? = nil, utcOffset: Int64 = 0, reviewDays: Int = 90,
        _ shown: [ExportedEntry]? = nil
    ) throws -> LogReport {
        let period = ReportPeriod(
            since: since ?? Self.monthStart, until: until ?? Self.monthStart + 30 * Self.day,
            utcOffsetSeconds: { _ in utcOffset })
        var builder = ReportBuilder(try #require(period))
        for entry in try scanned(shown) { builder.add(entry) }
        for id in builder.staff.wanted { builder.staff.learn(try block(id)) }
        return builder.report(
            made: made ?? time, reviewDays: reviewDays, checkpoint: try checkpoint(), authority: authority.kid)
    }

    static let day: Int64 = 86_400_000
    /// The midnight before the sample's first entry: 2026-09-21.
    static let monthStart: Int64 = 1_790_000_000_000 / 86_400_000 * 86_400_000
}

/// The error a body throws, if it is one of an export.
func exportError(_ body: () throws -> Void) -> ExportError? {
    do { try body() } catch { return error as? ExportError }
    return nil
}
