import AccessLog
import Archive
import CanonicalJSON
import Client
import Console
import Host
import Offline
import Primitives
import Transfer
import VaultModel
import Wire

/// The target side of a drill with a drill key: what a device without cards may believe.
struct StructuralSource {
    let catalog: ArchiveCatalog
    private let ledgers: [RestoreLedger]
    private let target: BackupTarget

    /// Reads the manifests of the generation whose log the device knows, and the ledgers of it and those before.
    init(_ target: BackupTarget, logKey: VerifierKey, _ output: Output) throws(Failure) {
        self.target = target
        guard let origin = LogOrigin(logKey.name) else {
            throw .usage("your identity names no log", hint: "enrol again", why: "identity")
        }
        let names = ArchiveNames(vault: origin.vault, generation: origin.incarnation)
        do throws(BackupTarget.Problem) {
            catalog = try target.catalog(names, trust: .logKey(logKey.key))
            var ledgers: [RestoreLedger] = []
            // Our log has signed whose cards these are, and they have certified the log keys of all generations.
            if let trust = catalog.manifests.last?.quorumTrust {
                for other in try target.generations() where other.vault == names.vault && other != names {
                    let past = try target.catalog(other, trust: trust)
                    guard !past.manifests.isEmpty else { continue }
                    if other.generation > names.generation {
                        output.warning("the vault was restored since; this device has not followed it")
                        output.hint("coffer identity follow")
                    } else {
                        ledgers.append(try Self.ledger(past, target))
                    }
                }
            }
            self.ledgers = ledgers + [try Self.ledger(catalog, target)]
        } catch { throw Failure(error, target: target.name) }
    }

    private static func ledger(
        _ catalog: ArchiveCatalog, _ target: BackupTarget
    ) throws(BackupTarget.Problem) -> RestoreLedger {
        RestoreLedger([(catalog, try target.ledgerLines(catalog.names))])
    }

    func drill(_ identity: AgeIdentity, _ output: Output) throws(Failure) -> StructuralDrill {
        let meter = RestoreMeter(output)
        let store = target.store
        do throws(StructuralDrill.Failure) {
            let drill = try StructuralDrill(
                catalog, ledgers: ledgers, identity: identity, report: { meter.add($0) },
                fetch: { name, limit in
                    guard !Interrupt.happened else { throw Failure.interrupted }
                    return try store.read(name, limit: limit)
                })
            meter.total = drill.bytes
            return drill
        } catch { throw Failure(drill: error, target: target.name) }
    }
}

extension Failure {
    init(drill failure: StructuralDrill.Failure, target: String) {
        func bad(_ why: String, _ message: String, _ exitCode: Int32 = 12) -> Failure {
            Failure(
                code: "backup", why: why, message: message,
                hint: "make a new archive, and keep this one for whoever finds out why: coffer backup run --full",
                exitCode: exitCode)
        }
        switch failure {
        case .problems(let problems):
            let name = problems.first.map { ": " + $0.name } ?? ""
            self = bad(
                problems.first?.kind.rawValue ?? "altered",
                "\(problems.count) objects of \(target) are not what was written there\(name)",
                problems.allSatisfy { $0.kind == .base } ? 18 : 12)
        case .plan(let failure): self = Failure(VaultRestoration.Failure.plan(failure), target: target)
        case .uncertified:
            self = bad(
                "certificate", "the recovery cards have not certified these archives: no restore would take them")
        case .archive(.identity):
            self.init(
                code: "backup", why: "drill-key",
                message: "this drill key does not open the newest archive of \(target)",
                hint: "coffer backup drill-key show names the one that is in force; archives open with it from the run "
                    + "after it was set", exitCode: 17)
        case .archive(let error): self = Failure(VaultRestoration.Failure.archive(error), target: target)
        case .fetch(let error): self = Failure(VaultRestoration.Failure.fetch(error), target: target)
        case .host(let error): self = .file(error, "the scratch folder could not be written", why: "scratch")
        case .storage(let problem, _, isDamage: true): self = bad("database", "what came back is damaged: \(problem)")
        case .storage(let problem, let hint, isDamage: false):
            self.init(
                code: "unavailable", why: "storage", message: "the copy could not be written: \(problem)", hint: hint,
                exitCode: 5)
        case .log: self = bad("log", "the archived log has not the entries that were signed")
        case .erasedRows: self = bad("erased", "records of customers who had been erased are in the archive")
        case .opensKeys: self = bad("drill-key", "the drill key opens the archive of the keys, which it never should")
        }
    }
}
