import AccessLog
import Authority
import Client
import Console
import Host
import Primitives
import VaultModel
import Wire

/// Fetches an export page by page and writes it. The writer checks what it is given, so that what lies there at the end
/// verifies; until then there is nothing under the name.
struct LogExport {
    let session: Session
    let begun: BeginExport.Reply
    let out: String
    let output: Output

    /// The number of entries written.
    func run(_ scope: RequestScope) async throws(Failure) -> UInt64 {
        var writer = try written { () throws(ExportError) in
            try ExportWriter(out, checkpoint: Array(begun.checkpoint.utf8), key: session.logKey)
        }
        guard writer.checkpoint.size == begun.size, writer.checkpoint.origin == begun.origin else {
            throw Self.damaged("the broker's checkpoint is about another log")
        }
        var progress = Progress("export", unit: "entries", output: output)
        defer { progress.finish() }
        while writer.nextIndex < begun.size {
            let from = writer.nextIndex
            let most = Int64(min(UInt64(GetExportPage.mostItems), begun.size - from))
            let request = GetExportPage.Request(export: begun.export, from: from, count: most)
            let items = try await session.call(GetExportPage.self, request, scope).message.items
            guard !items.isEmpty else { throw Self.damaged("the broker sent fewer entries than the log has") }
            for item in items {
                let entry = try Self.entry(item)
                do throws(ExportError) { try writer.append(entry) } catch { throw Self.failure(error) }
            }
            progress.show(done: Int64(writer.nextIndex), of: Int64(begun.size))
        }
        for id in begun.blocks {
            let block = try await block(id, scope)
            do throws(ExportError) { try writer.add(block: block) } catch { throw Self.failure(error) }
        }
        for hash in begun.policies {
            let policy = try await object(.policy, hash, scope)
            guard Hex.encode(SHA256.hash(policy)) == hash else { throw Self.damaged("a policy is another one") }
            do throws(ExportError) { try writer.add(policy: policy) } catch { throw Self.failure(error) }
        }
        guard let statement = try? DSSEEnvelope(parsing: Array(begun.statement.utf8)) else {
            throw Self.damaged("the broker's statement about the export is malformed")
        }
        do throws(ExportError) {
            try writer.finish(
                statement: statement, proofs: [], previous: begun.cosigned.isEmpty ? nil : Array(begun.cosigned.utf8),
                witnessPolicy: try witnessPolicy())
        } catch { throw Self.failure(error) }
        _ = try await session.call(EndExport.self, .init(export: begun.export), scope)
        return begun.size
    }

    /// Whom the shop asks; one of them is enough. Whoever verifies the export brings a policy of her own.
    private func witnessPolicy() throws(ExportError) -> String {
        let witnesses = begun.witnesses.compactMap { VerifierKey($0) }.filter { $0.algorithm == .cosignature }
        guard witnesses.count == begun.witnesses.count else { throw .statement }
        return WitnessPolicy.text(log: session.logKey, witnesses: witnesses, threshold: min(1, witnesses.count))
    }

    private func block(_ id: String, _ scope: RequestScope) async throws(Failure) -> DSSEEnvelope {
        let bytes = try await object(.block, id, scope)
        guard let block = try? DSSEEnvelope(parsing: bytes), BlockID(payload: block.payload).text == id else {
            throw Self.damaged("a signed block is another one")
        }
        return block
    }

    private func object(_ kind: GetExportObject.Kind, _ id: String, _ scope: RequestScope) async throws(Failure)
        -> [UInt8]
    {
        let request = GetExportObject.Request(export: begun.export, kind: kind, id: id)
        return try await session.call(GetExportObject.self, request, scope).message.data
    }

    private static func entry(_ item: LogItem) throws(Failure) -> ExportedEntry {
        let hashes = item.leaf.compactMap(Hex.decode)
        guard hashes.count == 3, let leaf = Leaf(core: hashes[0], subject: hashes[1], evidence: hashes[2]) else {
            throw damaged("an entry of the log is malformed")
        }
        return ExportedEntry(
            leaf: leaf, core: part(item.core), subject: part(item.subject), evidence: part(item.evidence))
    }

    private static func part(_ text: String) -> ExportedPart {
        switch text {
        case LogItem.purged: .purged
        case LogItem.withheld: .withheld
        default: .shown(Array(text.utf8))
        }
    }

    private func written(
        _ body: () throws(ExportError) -> ExportWriter
    ) throws(Failure) -> ExportWriter {
        do throws(ExportError) { return try body() } catch { throw Self.failure(error) }
    }

    private static func damaged(_ message: String) -> Failure {
        Failure(
            code: "integrity", why: "integrity", message: message,
            hint: "nothing was written; keep what you have of the log and run: coffer doctor", exitCode: 6)
    }

    private static func failure(_ error: ExportError) -> Failure {
        switch error {
        case .host(let error): .file(error, "the export cannot be written", why: "out")
        case .checkpoint: damaged("the checkpoint is not signed by the log's key")
        case .empty: Failure(code: "not-found", why: "not-found", message: "the log has no entries", exitCode: 4)
        case .part(let index): damaged("entry \(index) is not what its leaf says")
        case .tree: damaged("the entries do not have the root that was signed")
        case .statement: damaged("the broker's statement does not fit what it sent")
        case .proof: damaged("the log does not continue what its witnesses have cosigned")
        }
    }
}
