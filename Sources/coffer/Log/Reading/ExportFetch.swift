import AccessLog
import Authority
import Client
import Console
import Host
import Primitives
import VaultModel
import Wire

/// What the broker serves of an export under way: pages of entries, blocks, policies.
struct ExportFetch {
    let session: Session
    let begun: BeginExport.Reply
    let scope: RequestScope

    /// Some entries from an index on; at least one.
    func page(from: UInt64) async throws(Failure) -> [ExportedEntry] {
        let most = Int64(min(UInt64(GetExportPage.mostItems), begun.size - from))
        let request = GetExportPage.Request(export: begun.export, from: from, count: most)
        let items = try await session.call(GetExportPage.self, request, scope).message.items
        guard !items.isEmpty else { throw Self.damaged("the broker sent fewer entries than the log has") }
        return try items.map { (item) throws(Failure) in try Self.entry(item) }
    }

    func block(_ id: String) async throws(Failure) -> DSSEEnvelope {
        let bytes = try await object(.block, id)
        guard let block = try? DSSEEnvelope(parsing: bytes), BlockID(payload: block.payload).text == id else {
            throw Self.damaged("a signed block is another one")
        }
        return block
    }

    func policy(_ hash: String) async throws(Failure) -> [UInt8] {
        let policy = try await object(.policy, hash)
        guard Hex.encode(SHA256.hash(policy)) == hash else { throw Self.damaged("a policy is another one") }
        return policy
    }

    /// What the broker signed about the export.
    func statement() throws(Failure) -> DSSEEnvelope {
        guard let statement = try? DSSEEnvelope(parsing: Array(begun.statement.utf8)) else {
            throw Self.damaged("the broker's statement about the export is malformed")
        }
        return statement
    }

    /// Tells the broker that everything was fetched.
    func end() async throws(Failure) {
        _ = try await session.call(EndExport.self, .init(export: begun.export), scope)
    }

    private func object(_ kind: GetExportObject.Kind, _ id: String) async throws(Failure) -> [UInt8] {
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

    static func damaged(_ message: String) -> Failure {
        Failure(
            code: "integrity", why: "integrity", message: message,
            hint: "nothing was written; keep what you have of the log and run: coffer doctor", exitCode: 6)
    }

    static func failure(_ error: ExportError) -> Failure {
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
