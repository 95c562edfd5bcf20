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

/// A drill in progress: its folder, its clock, and the note that the broker gets of it.
struct DrillRun {
    let tier: DrillNote.Tier
    /// Nil where the broker is not told.
    let session: Session?
    let target: String
    private let scratch: String
    private let folder: String
    private var lock: DirectoryLock?
    private let start = SystemClock().nowMilliseconds()

    init(_ tier: DrillNote.Tier, _ session: Session?, target: String, scratch: String) {
        (self.tier, self.session, self.target, self.scratch) = (tier, session, target, scratch)
        folder = FilePaths.join(scratch, UnfinishedVault.drillPrefix + Hex.encode(Random.bytes(8)))
    }

    /// Where the copy is made.
    var place: String { FilePaths.join(folder, "vault") }

    /// Makes the folder, held so that no other drill takes it for one that was left behind, and removes those that were.
    mutating func begin(_ output: Output) throws(Failure) {
        for path in UnfinishedVault.clearDrills(in: scratch) {
            output.note("removed \(path), which an interrupted drill had left")
        }
        do throws(HostError) {
            try Folder.create(folder, mode: 0o700)
            lock = try DirectoryLock(folder: folder)
        } catch { throw .file(error, "the scratch folder could not be made", why: "scratch") }
    }

    /// Leaves nothing behind.
    mutating func end() {
        Folder.removeAll(folder)
        lock = nil
    }

    /// Milliseconds since the drill began.
    var took: Int64 { min(DrillNote.longest, max(0, SystemClock().nowMilliseconds() - start)) }

    /// Seconds since the records were archived, when the drill began; 0 where it did not come so far.
    func age(_ records: Int64) -> Int64 { records == 0 ? 0 : min(DrillNote.longest, max(0, start - records) / 1_000) }

    /// Tells the broker how it went.
    func note(_ passed: Bool, took: Int64, records: Int64, set: String) async throws(Failure) -> Answer<NoMembers>? {
        guard let session else { return nil }
        guard let note = DrillNote(tier: tier, passed: passed, took: took, age: age(records), set: set) else {
            throw Failure(
                code: "internal", why: "note", message: "the set's name is none", hint: "make a new archive",
                exitCode: 70)
        }
        let request = NoteBackup.Request(note)
        return try await session.call(NoteBackup.self, request, RequestScope(object: request.object))
    }

    /// The failure is what counts; where the broker cannot be told, so be it.
    func noteFailure(_ failure: Failure, records: Int64 = 0, set: String = "") async -> Failure {
        // What this machine lacks says nothing about the archives.
        if [12, 13, 14, 15, 17, 18].contains(failure.exitCode) {
            _ = try? await note(false, took: took, records: records, set: set)
        }
        return failure
    }
}

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
        do throws(TransferError) {
            var lines: [RestoreLedger.Line] = []
            for line in try target.store.list(catalog.names.ledger) where line.sizeBytes <= 16_384 {
                lines.append((line.name, try target.store.read(line.name, limit: 16_384)))
            }
            return RestoreLedger([(catalog, lines)])
        } catch { throw .transfer(error) }
    }

    func drill(_ identity: AgeIdentity, _ output: Output) throws(Failure) -> StructuralDrill {
        let meter = RestoreMeter(output)
        let store = target.store
        do throws(StructuralDrill.Failure) {
            let drill = try StructuralDrill(
                catalog, ledgers: ledgers, identity: identity, report: { meter.add($0) },
                fetch: { name, limit in try store.read(name, limit: limit) })
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
