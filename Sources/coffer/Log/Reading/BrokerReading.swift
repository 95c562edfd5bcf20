import AccessLog
import Authority
import Client
import Console
import Policy
import VaultModel
import Wire

/// The log as the broker serves it: an export whose pages are looked at and thrown away. Its begin and its end are
/// entries themselves.
struct BrokerReading: LogReading {
    let made: Int64
    let entry: UInt64?
    private let session: Session
    private let fetch: ExportFetch

    /// Asks for the entries of a filter.
    static func begin(_ request: BeginExport.Request, _ session: Session) async throws(Failure) -> BrokerReading {
        let scope = RequestScope(customers: request.customer.map { [$0] } ?? [])
        let begun = try await session.call(BeginExport.self, request, scope)
        return BrokerReading(
            made: (session.nowSeconds + session.clockOffsetSeconds) * 1_000, entry: begun.entry, session: session,
            fetch: ExportFetch(session: session, begun: begun.message, scope: scope))
    }

    func read(_ output: Output, _ take: (ScannedEntry) -> Void) async throws(Failure) -> Checkpoint {
        let begun = fetch.begun
        var scan: LogScan
        do throws(ExportError) {
            scan = try LogScan(checkpoint: Array(begun.checkpoint.utf8), key: session.logKey)
        } catch { throw ExportFetch.failure(error) }
        let checkpoint = scan.checkpoint
        guard checkpoint.size == begun.size, checkpoint.origin == begun.origin else {
            throw ExportFetch.damaged("the broker's checkpoint is about another log")
        }
        var progress = Progress("read", unit: .things("entries"), output: output)
        defer { progress.finish() }
        while scan.nextIndex < begun.size {
            for entry in try await fetch.page(from: scan.nextIndex) {
                do throws(ExportError) { take(try scan.take(entry)) } catch { throw ExportFetch.failure(error) }
            }
            progress.show(done: Int64(clamping: scan.nextIndex), of: Int64(clamping: begun.size))
        }
        let statement = try fetch.statement()
        do throws(ExportError) { _ = try scan.finish(statement: statement) } catch { throw ExportFetch.failure(error) }
        return checkpoint
    }

    func block(_ id: BlockID) async throws(Failure) -> SignedBlock {
        let envelope = try await fetch.block(id.text)
        do throws(BlockRefusal) { return try Block.open(envelope, vault: session.vault) } catch {
            throw ExportFetch.damaged("a signed block does not hold")
        }
    }

    func policy(_ sha256: String) async throws(Failure) -> PolicyDocument? {
        Self.parsed(try await fetch.policy(sha256))
    }

    var authority: KeyID { session.identity.broker.authority }

    func end() async throws(Failure) { try await fetch.end() }

    var witnessed: LogReport.Witnessed? {
        LogReport.Witnessed(
            note: Array(fetch.begun.cosigned.utf8), log: session.logKey,
            witnesses: fetch.begun.witnesses.compactMap { VerifierKey($0) })
    }

    func names() async throws(Failure) -> [String: String] { try await session.knownNames() }
}

extension Session {
    /// Names of persons by their opaque ids: empty for a role that may not list the staff. That is asked of the policy
    /// first, because a refusal would be an entry of its own.
    func knownNames() async throws(Failure) -> [String: String] {
        let ask = PolicyAsk(act: .logTail, verb: "tail")
        guard case .allow = try await policy().decide(role: whoAmI().role, ask: ask) else { return [:] }
        let staff = try await call(ListStaff.self, .init(), RequestScope(act: .logTail)).message.staff
        return Dictionary(staff.map { ($0.person.text, $0.name) }, uniquingKeysWith: { first, _ in first })
    }
}
