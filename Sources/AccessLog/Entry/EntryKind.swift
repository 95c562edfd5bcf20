/// What an entry of the log records. Reading or exporting the log is itself an entry.
public enum EntryKind: String, CaseIterable, Hashable, Sendable {
    case read, lookup, write, list, export, delegate, revoke, enrol, offboard, role, policy, approve, purge, erase
    case breakglass, backup, restore
    /// A customer was frozen, to be erased; that was taken back; it was carried out and this is its receipt. `erase` is the
    /// moment from which on nothing brings her back.
    case eraseRequest = "erase-request"
    case eraseUndo = "erase-undo"
    case eraseDone = "erase-done"
    /// By an operator's report no archive holds the erased customer's key any more; this is the second statement about her
    /// erasure.
    case eraseArchives = "erase-archives"
    case unauthSummary = "unauth-summary"
    case startup, seal, unseal, clock
    case clockAlarm = "clock-alarm"
    case witness, recover, canary, alert, intent, aborted, job, rotate, hold
    case `import` = "import"
    case propose, notify, scan, incident
    /// One card of a set that unseals was given; `xid` names set and card. Nobody signs: whoever has the card may have no
    /// key of her own.
    case share

    /// Whether an entry of this kind may stand without anybody's signature: the broker writes it of its own accord.
    /// Such an entry never releases a field.
    public var mayLackSignature: Bool {
        switch self {
        case .startup, .seal, .clockAlarm, .aborted, .unauthSummary, .alert, .job, .erase, .eraseDone, .eraseArchives,
            .share:
            true
        default: false
        }
    }

    /// Whether an entry of this kind may carry the signature of a block (the DSSE text) where others carry that of a
    /// request: it puts that block in force.
    public var mayCarryBlock: Bool {
        switch self {
        case .enrol, .role, .policy, .delegate, .revoke, .offboard, .approve, .purge, .hold, .clock, .recover: true
        default: false
        }
    }
}

/// Whether the request was granted.
public enum EntryDecision: String, CaseIterable, Hashable, Sendable {
    case allow, deny
}

/// The way a request came in.
public enum EntryVia: String, CaseIterable, Hashable, Sendable {
    case socket, tls
    /// The command-line program wrote the entry with the broker stopped (`coffer init`, a restore).
    case offline
    /// The broker of its own accord.
    case `internal` = "internal"
}
