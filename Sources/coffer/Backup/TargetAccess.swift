import Archive
import Client
import Console
import Host
import Transfer
import VaultModel

/// The targets of this device, and what goes wrong with them in words.
struct TargetAccess {
    let folder: TargetFolder

    init(_ options: GlobalOptions) throws(Failure) {
        folder = TargetFolder(FilePaths.join(try options.paths.configuration, "targets"))
    }

    /// The names asked for, or all there are. Refuses an unknown one, and having none.
    func names(_ asked: [String]) throws(Failure) -> [String] {
        let known: [String]
        do throws(TargetFolder.Problem) { known = try folder.names() } catch { throw Failure(error) }
        for name in asked where !known.contains(name) { throw Failure(.unknown(name: name)) }
        let names = asked.isEmpty ? known : asked
        guard !names.isEmpty else {
            throw Failure(
                code: "not-found", why: "target", message: "this device knows no target",
                hint: "name one: coffer backup targets add NAME ADDRESS", exitCode: 4)
        }
        return names
    }

    func settings(_ name: String) throws(Failure) -> TargetSettings {
        do throws(TargetFolder.Problem) { return try folder.read(name) } catch { throw Failure(error) }
    }

    /// Connects to a target and makes sure that it is the one that was added under this name.
    func open(_ name: String) throws(Failure) -> BackupTarget {
        let settings = try settings(name)
        do throws(TransferError) {
            let store = try settings.store()
            return try target(name, store, settings.id)
        } catch { throw Failure(.transfer(error), target: name) }
    }

    private func target(
        _ name: String, _ store: any ObjectStore, _ id: String
    ) throws(TransferError) -> BackupTarget {
        do throws(BackupTarget.Problem) {
            return try BackupTarget(name, store, id: id, now: SystemClock().nowMilliseconds())
        } catch {
            switch error {
            case .transfer(let error): throw error
            case .otherTarget: throw .missingTarget
            case .clock(let offset): throw .clock(offsetSeconds: offset)
            case .altered: throw .altered
            }
        }
    }
}

extension Failure {
    init(_ problem: TargetFolder.Problem) {
        switch problem {
        case .host(let error): self = .file(error, "the list of targets cannot be used", why: "targets")
        case .damaged(let name):
            self.init(
                code: "malformed", why: "target", message: "the file of target \(name) is damaged",
                hint: "add it again: coffer backup targets remove \(name), then add", exitCode: 2)
        case .exists(let name):
            self.init(
                code: "conflict", why: "exists", message: "there is a target \(name) already",
                hint: "another name, or first: coffer backup targets remove \(name)", exitCode: 7)
        case .unknown(let name):
            self.init(
                code: "not-found", why: "target", message: "this device knows no target \(name)",
                hint: "coffer backup targets list", exitCode: 4)
        }
    }

    /// What a target said, with the exit code of archives.
    init(_ problem: BackupTarget.Problem, target: String) {
        switch problem {
        case .transfer(.missingTarget), .otherTarget:
            self.init(
                code: "backup", why: "wrong-target",
                message: "\(target) is not the target it was: not mounted, another disk, or emptied",
                hint: "mount or connect the right one; nothing was written to this one", exitCode: 14)
        case .clock(let offset), .transfer(.clock(offsetSeconds: let offset?)):
            self.init(
                code: "backup", why: "clock",
                message: "\(target)'s clock and this one differ by \(abs(offset)) seconds",
                hint: "set the clock that is wrong; which archives are due depends on it", exitCode: 16)
        case .altered(let name):
            self.init(
                code: "backup", why: "altered", message: "\(target): \(name) is not what was written there",
                hint: "keep it for whoever finds out why; coffer backup run --full makes a new archive", exitCode: 12)
        case .transfer(let error):
            self.init(
                code: "backup", why: error.why, message: "\(target): \(error.message)", hint: error.hint,
                exitCode: error.exitCode)
        }
    }
}
