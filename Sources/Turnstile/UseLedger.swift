internal import AccessLog
public import VaultModel

/// What a key has been used for, as far as the broker has seen: the newest moment of each act, purpose and field, in
/// milliseconds since 1970.
public struct KeyUse: Equatable, Sendable {
    /// The newest entry under this key, refused ones included; 0 when none is known.
    public fileprivate(set) var last: Int64 = 0
    private var acts: [Act: Int64] = [:]
    private var purposes: [Purpose: Int64] = [:]
    private var fields: [FieldName: Int64] = [:]

    /// What was allowed at this moment or later, in the order of the names.
    public func acts(since time: Int64) -> [Act] {
        acts.filter { $0.value >= time }.map(\.key).sorted { $0.rawValue < $1.rawValue }
    }

    public func purposes(since time: Int64) -> [Purpose] { purposes.filter { $0.value >= time }.map(\.key).sorted() }

    public func fields(since time: Int64) -> [FieldName] { fields.filter { $0.value >= time }.map(\.key).sorted() }

    fileprivate mutating func note(
        act: Act?, purpose: Purpose?, fields names: [FieldName], isAllowed: Bool, at time: Int64
    ) {
        last = max(last, time)
        guard isAllowed else { return }
        if let act { acts[act] = max(acts[act] ?? 0, time) }
        if let purpose { purposes[purpose] = max(purposes[purpose] ?? 0, time) }
        for name in names { fields[name] = max(fields[name] ?? 0, time) }
    }
}

/// The use of every key. It lives in memory: after a start it reaches back as far as the log was read, and says so.
struct UseLedger: Sendable {
    private(set) var keys: [KeyID: KeyUse] = [:]
    /// From this moment on no use is missing. Nothing is known until the log has been read.
    var knownSince: Int64 = .max

    /// Takes an entry; entries may come in any order.
    mutating func note(
        _ kid: KeyID?, act: Act?, purpose: String, fields: [FieldName], decision: EntryDecision, at time: Int64
    ) {
        guard let kid else { return }
        keys[kid, default: KeyUse()].note(
            act: act, purpose: Purpose(purpose), fields: fields, isAllowed: decision == .allow, at: time)
    }
}
