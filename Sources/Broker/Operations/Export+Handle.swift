internal import AccessLog
internal import Authority
internal import CanonicalJSON
internal import Policy
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Begins an export of the log: fixes how much of it and what is withheld, signs that, and logs the statement's hash.
enum BeginExportHandler: OperationHandler {
    typealias Op = BeginExport

    static func handle(
        _ call: Call<BeginExport.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<BeginExport.Reply> {
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: .logExport, verb: "export"), as: .export)
        let body = call.body
        guard body.customer.map({ [$0.text] }) ?? [] == call.head.customers else {
            throw .malformed("a customer the export is about stands in the head too")
        }
        guard call.head.object.isEmpty else { throw .malformed("the broker names the export's statement") }
        var filter = ExportFilter()
        filter.customer = body.customer?.text ?? ""
        filter.capability = body.delegation
        filter.purpose = body.purpose?.text ?? ""
        filter.decision = EntryDecision(rawValue: body.decision)
        filter.since = body.since
        filter.until = body.until
        filter.redactSubject = body.redact
        let controls = vault.turnstile.controls
        if let person = body.employee {
            filter.kids = controls.authority.keys(of: person)
            guard !filter.kids.isEmpty else { throw .notFound("no such employee") }
        }
        do {
            guard let note = try vault.stores.log.checkpoint() else {
                throw RequestRefusal.notFound("the log is empty")
            }
            let checkpoint = try Checkpoint.open(note, key: vault.logKeys.verifier)
            let id = "x_" + Crockford.randomLower(26)
            let hidden = try await vault.withheld(by: filter, size: checkpoint.size)
            // A customer who was erased is still known to the log; one whom nobody knows is a mistake.
            if let customer = body.customer, !hidden.findsCustomer, try vault.fetch([RecordID(customer)]).isEmpty {
                throw await vault.refuse(
                    decision, .notFound("no such customer; check the number"), as: .export)
            }
            let statement = ExportStatement(
                id: id, authority: controls.authority.authority, vault: vault.vault, checkpoint: checkpoint,
                made: call.verified.receivedMilliseconds, filter: filter,
                withheld: hidden.parts)
            let grant = try await vault.turnstile.log(
                decision, as: .export, about: body.customer.map { [$0] } ?? [], object: statement.digest, xid: id)
            try vault.exports.add(
                ExportSession(
                    owner: call.verified.request.kid, size: checkpoint.size, filter: filter,
                    expires: call.verified.receivedMilliseconds + ExportSessions.longestMilliseconds),
                id: id, now: call.verified.receivedMilliseconds)
            let sealed = statement.sealed(by: vault.logKeys.verifier, vault.logKeys.signCheckpoint)
            let blocks = try vault.stores.log.blocks().filter { $0.place.seq < checkpoint.size }
            let policies = Set(controls.authority.policies.filter { $0.index < checkpoint.size }.map(\.sha256))
            let witnesses = try vault.witnesses()
            return Answer(
                BeginExport.Reply(
                    export: id, size: checkpoint.size, checkpoint: String(decoding: note, as: UTF8.self),
                    origin: checkpoint.origin, statement: String(decoding: sealed.encode(), as: UTF8.self),
                    blocks: blocks.map { Base64URL.encode($0.id) }, policies: policies.sorted(),
                    witnesses: witnesses.map(\.key.description),
                    cosigned: witnesses.newestNote(upTo: checkpoint.size)),
                grant.entry)
        } catch let error as StorageError {
            throw RequestRefusal(storage: error)
        } catch let refusal as RequestRefusal {
            throw refusal
        } catch { throw .integrity("the log's checkpoint") }
    }
}

/// Some entries of an export under way. Covered by the entry of its beginning.
enum GetExportPageHandler: OperationHandler {
    typealias Op = GetExportPage
    /// What a page may weigh, so that the signed reply stays below its limit.
    private static let pageBytes = 700 * 1_024

    static func handle(
        _ call: Call<GetExportPage.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<GetExportPage.Reply> {
        try await vault.requireExportRight(call.verified)
        let session = try vault.exports.session(
            call.body.export, of: call.verified.request.kid, now: call.verified.receivedMilliseconds)
        guard call.body.from < session.size, call.body.count > 0 else {
            throw .malformed("the export has \(session.size) entries")
        }
        let end = min(session.size, call.body.from + UInt64(call.body.count))
        let entries: [OpenedEntry]
        do { entries = try vault.reader.entries(call.body.from..<end) } catch {
            throw RequestRefusal(storage: error)
        }
        var items: [LogItem] = []
        var bytes = 0
        for entry in entries {
            let item = entry.item(showing: try entry.shown(by: session.filter))
            // A quote inside a part is escaped in the reply: count each byte twice.
            bytes += 2 * (item.core.utf8.count + item.subject.utf8.count + item.evidence.utf8.count) + 256
            if bytes > pageBytes, !items.isEmpty { break }
            items.append(item)
        }
        return Answer(GetExportPage.Reply(items: items), nil)
    }
}

/// A block or a policy that an export's entries name.
enum GetExportObjectHandler: OperationHandler {
    typealias Op = GetExportObject

    static func handle(
        _ call: Call<GetExportObject.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<GetExportObject.Reply> {
        try await vault.requireExportRight(call.verified)
        _ = try vault.exports.session(
            call.body.export, of: call.verified.request.kid, now: call.verified.receivedMilliseconds)
        let data: [UInt8]?
        do {
            switch call.body.kind {
            case .block: data = try Base64URL.decode(call.body.id).flatMap { try vault.stores.log.block($0)?.envelope }
            case .policy: data = try Hex.decode(call.body.id).flatMap { try vault.stores.records.policy(sha256: $0) }
            }
        } catch let error as StorageError {
            throw RequestRefusal(storage: error)
        } catch { throw RequestRefusal(.internal, .unavailable) }
        guard let data else { throw .notFound("no such \(call.body.kind.rawValue)") }
        return Answer(GetExportObject.Reply(data: data), nil)
    }
}

/// The end of an export, logged like its beginning.
enum EndExportHandler: OperationHandler {
    typealias Op = EndExport

    static func handle(
        _ call: Call<EndExport.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: .logExport, verb: "export"), as: .export)
        _ = try vault.exports.session(
            call.body.export, of: call.verified.request.kid, now: call.verified.receivedMilliseconds)
        let grant = try await vault.turnstile.log(decision, as: .export, xid: call.body.export)
        vault.exports.remove(call.body.export)
        return Answer(NoMembers(), grant.entry)
    }
}

extension OpenVault {
    /// Pages make no entry while they are allowed; the right is asked anew for each, and a refusal is logged.
    func requireExportRight(_ verified: VerifiedRequest) async throws(RequestRefusal) {
        _ = try await admit(verified, PolicyAsk(act: .logExport, verb: "export"), as: .export)
    }

    /// Which parts of the first `size` entries a filter leaves out, and whether some entry names its customer. Opens every
    /// core unless the filter is empty.
    func withheld(
        by filter: ExportFilter, size: UInt64
    ) async throws(RequestRefusal) -> (parts: WithheldParts, findsCustomer: Bool) {
        var withheld = WithheldParts()
        var findsCustomer = false
        let name = Array(filter.customer.utf8)
        guard !filter.isEmpty else { return (withheld, false) }
        for first in stride(from: UInt64(0), to: size, by: 1_000) {
            let entries: [OpenedEntry]
            do { entries = try reader.entries(first..<min(first + 1_000, size)) } catch {
                throw RequestRefusal(storage: error)
            }
            for entry in entries {
                withheld.note(entry.seq, shown: try entry.shown(by: filter))
                if !findsCustomer, !name.isEmpty { findsCustomer = entry.subject?.contains(name) == true }
            }
            await Task.yield()
        }
        return (withheld, findsCustomer)
    }
}
