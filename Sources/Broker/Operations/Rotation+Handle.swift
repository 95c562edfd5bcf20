internal import AccessLog
internal import Keys
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Begins to replace keys.
enum RotateKeysHandler: OperationHandler {
    typealias Op = RotateKeys

    static func handle(
        _ call: Call<RotateKeys.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        let rotation = call.body.rotation
        let numbers = call.head.customerNumbers
        guard numbers.isEmpty || rotation == .cek else {
            throw .malformed("only customers' own keys are replaced one by one")
        }
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: .rotate, verb: "rotate"), as: .rotate)
        if !numbers.isEmpty { _ = try await vault.customers(of: decision, as: .rotate) }
        do throws(RequestRefusal) { try vault.rotations.begin(RotationProgress(rotation: rotation)) } catch {
            throw await vault.refuse(decision, error, as: .rotate)
        }
        let entry: CommittedEntry
        do throws(RequestRefusal) { entry = try await vault.turnstile.log(decision, as: .rotate).entry } catch {
            vault.rotations.cancel()
            throw error
        }
        let now = call.verified.receivedMilliseconds / 1_000
        // A note for the calendar: nothing hangs on it.
        _ = try? vault.noteKeys(at: now)
        vault.run(rotation, customers: numbers.map { RecordID($0) })
        return Answer(NoMembers(), entry)
    }
}

extension OpenVault {
    private static let datesMark = "keys"

    /// All keys, with their ages.
    func keyEntries(at now: Int64) throws(RequestRefusal) -> [KeyEntry] {
        let made = try stored { () throws(StorageError) in try noteKeys(at: now) }
        return keyset.entries.map { entry in
            let created = made[Self.name(of: entry)] ?? 0
            let days = entry.status == .enabled ? entry.kind.rotationDays : nil
            return KeyEntry(
                kind: "\(entry.kind)", id: Int64(entry.id), status: "\(entry.status)", created: created,
                due: days.map { created + Int64($0) * 86_400 } ?? 0)
        }
    }

    private static func name(of entry: KeysetEntry) -> String { "\(entry.kind)/\(entry.id)" }

    /// When each key was first seen here, seconds since 1970. For the owner's calendar only: nothing decides by it, and
    /// nothing vouches for it.
    @discardableResult
    fileprivate func noteKeys(at now: Int64) throws(StorageError) -> [String: Int64] {
        var dates: [String: Int64] = [:]
        let text = String(decoding: try stores.records.mark(Self.datesMark) ?? [], as: UTF8.self)
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts.count == 2, let seconds = Int64(parts[1]) { dates[String(parts[0])] = seconds }
        }
        let created = files.createdAtMilliseconds / 1_000
        let before = dates
        for entry in keyset.entries where dates[Self.name(of: entry)] == nil {
            dates[Self.name(of: entry)] = entry.id == 1 ? created : now
        }
        if dates != before {
            let lines = dates.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined()
            try stores.records.setMark(Self.datesMark, Array(lines.utf8))
        }
        return dates
    }
}
