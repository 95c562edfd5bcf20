internal import AccessLog
internal import CanonicalJSON
internal import Policy
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Shows the newest entries. Reading the log is itself an entry.
enum TailLogHandler: OperationHandler {
    typealias Op = TailLog

    static func handle(
        _ call: Call<TailLog.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<TailLog.Reply> {
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: .logTail, verb: "tail"), as: .list)
        let grant = try await vault.turnstile.log(decision, as: .list)
        let size = try vault.stored { () throws(StorageError) in try vault.stores.log.size() }
        // The entry of this very call is not part of the answer: the reader asked what had happened before.
        let end = call.body.before == 0 ? grant.entry.seq : min(call.body.before, size)
        let page = try vault.page(of: end - min(end, UInt64(call.body.count))..<end, newestFirst: true)
        return Answer(
            TailLog.Reply(entries: page.cores, from: page.looked.lowerBound, size: size), grant.entry)
    }
}

/// Shows one entry with its proof.
enum ShowLogEntryHandler: OperationHandler {
    typealias Op = ShowLogEntry

    static func handle(
        _ call: Call<ShowLogEntry.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ShowLogEntry.Reply> {
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: .logTail, verb: "tail"), as: .list)
        let index = call.body.index
        let grant = try await vault.turnstile.log(decision, as: .list)
        guard index < grant.entry.size else { throw .notFound("the log has \(grant.entry.size) entries") }
        do {
            guard let entry = try vault.reader.entries(index..<index + 1).first else {
                throw RequestRefusal.notFound("no such entry")
            }
            let proof = LogProof(
                index: index, hashes: try vault.stores.log.inclusionProof(of: index, size: grant.entry.size),
                checkpoint: grant.entry.checkpoint)
            return Answer(
                ShowLogEntry.Reply(
                    item: entry.item,
                    proof: String(decoding: proof.bytes, as: UTF8.self)),
                grant.entry)
        } catch let error as StorageError {
            throw RequestRefusal(storage: error)
        } catch let refusal as RequestRefusal {
            throw refusal
        } catch { throw RequestRefusal(.internal, .unavailable) }
    }
}
