internal import AccessLog
internal import Keys
internal import Policy
internal import Storage
internal import Synchronization
internal import Turnstile
internal import VaultModel

/// Why a vault sealed itself.
enum Alarm {
    /// Somebody has proved that the log is not the one it was.
    case foreignCheckpoint
    /// A row of `vault.db` is not the one this process knows.
    case changedFile
}

extension BrokerService {
    /// Why the vault closed, where that was an alarm: one line for the person who looks after the machine.
    public var alarmText: String? {
        switch alarm.withLock({ $0 }) {
        case nil: nil
        case .foreignCheckpoint:
            "sealed by an alarm: somebody showed a checkpoint under this log's key that this log does not contain; "
                + "the vault's files were put back or replaced"
        case .changedFile:
            "sealed by an alarm: vault.db was changed from outside while the vault was open; keep a copy of the folder, "
                + "then put back the last good one"
        }
    }

    /// A read has found a row that is not what it was: the vault is held and the process ends. Whoever asked is refused.
    func fileChanged() {
        guard let open = try? openVault() else { return }
        alarm.withLock { $0 = .changedFile }
        state.withLock { $0.beginStopping() }
        Task {
            defer { stopSignal.send() }
            try? files.updateSeal { $0.isHeld = true }
            _ = try? await open.turnstile.appendInternal(
                EntryDraft(kind: .alert, decision: .deny, why: .integrity, policy: open.turnstile.policy.sha256))
        }
    }
}
