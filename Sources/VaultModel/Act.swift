/// What a request does. One enumeration serves policy, blocks, routes and log; an act that is not
/// listed here is refused wherever it appears.
public enum Act: String, CaseIterable, Hashable, Sendable {
    case read, match, find, list, write, propose
    case `import` = "import"
    case export, attach, notify
    case delegate, approve, enrol, revoke, offboard, review
    case policy, stats, due, subject, erase, hold
    case logTail = "log-tail"
    case logExport = "log-export"
    case logPurge = "log-purge"
    case leakScan = "leak-scan"
    case canary, incident, drill
    case backupRun = "backup-run"
    case backupList = "backup-list"
    case backupCheck = "backup-check"
    case backupPrune = "backup-prune"
    case backupRestore = "backup-restore"
    case rotate, unseal, seal, scrub
}
