import AccessLog
import Archive
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

/// What archives of keys lie on the targets of this device, told to the broker: by that it knows whose key no archive holds
/// any more.
struct KeysReport {
    /// When the oldest was made, milliseconds since 1970; nil where not every target could be asked, or believed.
    let oldest: Int64?

    var value: JSONValue { .string(oldest.map(Moment.iso) ?? "") }

    /// Looks at every target of this device, whichever of them the command was about. What fails is a warning: the archives
    /// are what they are, and the next run reports again.
    ///
    /// - Parameter isKnown: whether every target could be used just now; one that could not is not asked again.
    static func send(
        _ session: Session, _ access: TargetAccess, _ scope: RequestScope, isKnown: Bool = true, _ output: Output
    ) async -> KeysReport {
        do throws(Failure) {
            let names = try access.names([])
            let report = KeysReport(oldest: isKnown ? oldest(session, access, names) : nil)
            guard let note = KeysNote(oldest: report.oldest, targets: names.count) else {
                return KeysReport(oldest: nil)
            }
            var scope = scope
            scope.object = note.object
            _ = try await session.call(NoteBackup.self, NoteBackup.Request(note), scope)
            return report
        } catch {
            output.warning(
                "the broker was not told which archives of keys are left: receipts of erasures stay as they are")
            output.hint(error.message)
            return KeysReport(oldest: nil)
        }
    }

    /// Of all lives of the vault. What cannot be read, believed or told apart counts as unknown, and so does a pack that
    /// belongs to no archive: it may be what is left of one.
    private static func oldest(_ session: Session, _ access: TargetAccess, _ targets: [String]) -> Int64? {
        guard let origin = LogOrigin(session.logKey.name) else { return nil }
        let present = ArchiveNames(vault: origin.vault, generation: origin.incarnation)
        var made: [Int64] = []
        do {
            var quorum: SignedManifest.Trust?
            var earlier: [(target: BackupTarget, names: ArchiveNames)] = []
            for name in targets {
                let target = try access.open(name)
                guard let catalog = try whole(target, present, .logKey(session.logKey.key)) else { return nil }
                made += keys(in: catalog)
                quorum = quorum ?? catalog.manifests.last?.quorumTrust
                for names in try target.generations(withPacks: true)
                where names.vault == present.vault && names != present {
                    guard names.generation < present.generation else { return nil }
                    earlier.append((target, names))
                }
            }
            for (target, names) in earlier {
                guard let quorum, let catalog = try whole(target, names, quorum) else { return nil }
                made += keys(in: catalog)
            }
        } catch { return nil }
        return made.min()
    }

    private static func whole(
        _ target: BackupTarget, _ names: ArchiveNames, _ trust: SignedManifest.Trust
    ) throws(BackupTarget.Problem) -> ArchiveCatalog? {
        let catalog = try target.catalog(names, trust: trust)
        let isClear = catalog.orphans.isEmpty && !catalog.problems.contains { $0.kind == .manifest }
        return isClear ? catalog : nil
    }

    private static func keys(in catalog: ArchiveCatalog) -> [Int64] {
        catalog.manifests.filter { $0.manifest.part == .keyring }.map(\.manifest.created)
    }
}
