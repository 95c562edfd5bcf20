import AccessLog
import Archive
import Client
import Console
import Host
import Transfer
import VaultModel
import Wire

/// One run from the operator's side: what do the targets have, what is the broker to make, carry it, tell the log.
struct BackupCarriage {
    let session: Session
    let output: Output
    let names: ArchiveNames
    let trust: SignedManifest.Trust
    private let reached: [(target: BackupTarget, catalog: ArchiveCatalog)]
    private let unreached: [Outcome]

    struct Outcome {
        let name: String
        let failure: Failure?
    }

    struct Result {
        let set: String
        let manifests: [SignedManifest]
        let outcomes: [Outcome]
        let stored: Answer<NoMembers>

        var text: String {
            let bytes = manifests.reduce(0) { $0 + $1.manifest.storedBytes }
            let kind = manifests.first.map { $0.manifest.isFull ? "full" : "changes since the last full one" } ?? ""
            return "set \(set): \(kind), \(ByteCount.text(bytes))\n"
                + outcomes.map { "\($0.name)  \($0.failure == nil ? "stored" : "failed")\n" }.joined()
        }

        /// Exits 10 when some targets lack the set, and as the first of them where all do.
        func finish(_ output: Output) throws {
            let failures = outcomes.compactMap(\.failure)
            guard let first = failures.first else { return }
            for failure in failures {
                output.warning(failure.message)
                if !failure.hint.isEmpty { output.hint(failure.hint) }
            }
            throw EndedWith(exitCode: failures.count < outcomes.count ? 10 : first.exitCode)
        }
    }

    /// Reads what the targets have. Throws the first one's failure when none can be used.
    init(_ session: Session, _ access: TargetAccess, _ targets: [String], _ output: Output) throws(Failure) {
        guard let origin = LogOrigin(session.logKey.name) else {
            throw .usage("your identity names no log", hint: "enrol again", why: "identity")
        }
        self.session = session
        self.output = output
        names = ArchiveNames(vault: origin.vault, generation: origin.incarnation)
        trust = .logKey(session.logKey.key)
        var reached: [(BackupTarget, ArchiveCatalog)] = []
        var unreached: [Outcome] = []
        for name in targets {
            do throws(Failure) {
                let target = try access.open(name)
                do throws(BackupTarget.Problem) {
                    reached.append((target, try target.catalog(names, trust: trust)))
                } catch { throw Failure(error, target: name) }
            } catch { unreached.append(Outcome(name: name, failure: error)) }
        }
        if reached.isEmpty, let failure = unreached.first?.failure { throw failure }
        self.reached = reached
        self.unreached = unreached
    }

    func run(full: Bool) async throws -> Result {
        let status = try await session.call(BackupStatus.self, .init()).message
        if status.state == "running" {
            throw Failure(
                code: "backup", why: "running", message: "archives are being made already",
                hint: "wait for it: coffer backup status", exitCode: 11)
        }
        let carrier = BackupCarrier(names, report: { _ in }) { [session] request in
            try await session.call(GetBackupObject.self, request).message
        }
        let set = try await begin(full: full, status, carrier)
        try await waitUntilMade(set)
        let manifests = try await manifests(carrier)
        let outcomes = try await carry(manifests)
        let failed = outcomes.count { $0.failure != nil }
        let stored = try await session.call(
            StoredBackup.self,
            .init(set: set, stored: Int64(outcomes.count - failed), failed: Int64(failed)))
        return Result(set: set, manifests: manifests, outcomes: outcomes, stored: stored)
    }

    // MARK: - Steps

    /// A day after it was made, a set that some target lacks is too old to go on with.
    static let oldestMilliseconds: Int64 = 86_400_000

    private func begin(full: Bool, _ status: BackupStatus.Reply, _ carrier: BackupCarrier) async throws -> String {
        if !full, status.state == "ready", try await isWorthResuming(status.set, carrier) {
            return try await order(full: false, resume: status.set)
        }
        return try await order(full: full, resume: "")
    }

    /// Whether the set in the spool is what some target lacks, and fits what each of them has.
    private func isWorthResuming(_ set: String, _ carrier: BackupCarrier) async throws -> Bool {
        let manifests = try await manifests(carrier)
        let lacking = reached.filter { !$0.catalog.sets.contains { $0.id == set } }
        guard let made = manifests.first?.manifest.created, !lacking.isEmpty,
            SystemClock().nowMilliseconds() - made < Self.oldestMilliseconds
        else { return false }
        return lacking.allSatisfy { target in
            manifests.allSatisfy { $0.manifest.isFull || target.catalog.bases[$0.manifest.base] != nil }
        }
    }

    private func order(full: Bool, resume: String) async throws -> String {
        let heads = reached.compactMap(\.catalog.manifests.last)
        let head = heads.max { $0.manifest.sequence < $1.manifest.sequence }
        var bases = reached.first?.catalog.bases ?? [:]
        for target in reached.dropFirst() { bases = bases.filter { target.catalog.bases[$0.key] != nil } }
        let newest = bases.sorted { $0.value > $1.value }.prefix(RunBackup.mostBases)
        do throws(Failure) {
            return try await session.call(
                RunBackup.self,
                .init(
                    full: full, resume: resume, sequence: head?.manifest.sequence ?? 0, hash: head?.hash ?? "",
                    created: head?.manifest.created ?? 0,
                    bases: newest.map { RunBackup.Base(hash: $0.key, until: $0.value) })
            ).message.set
        } catch {
            guard error.code == "conflict", error.hint.contains("archives are being made") else { throw error }
            throw Failure(code: "backup", why: "running", message: error.message, hint: error.hint, exitCode: 11)
        }
    }

    private func waitUntilMade(_ set: String) async throws {
        var progress = Progress("archive", unit: .bytes, output: output)
        defer { progress.finish() }
        while true {
            let status = try await session.call(BackupStatus.self, .init()).message
            switch status.state {
            case "ready" where status.set == set: return
            case "running":
                // What is copied first has no size yet; keys are counted, and are soon done.
                guard status.total > 0, status.phase != "keyring" else { break }
                progress.label = "\(status.part): \(status.phase)"
                progress.show(done: status.done, of: status.total)
            default:
                throw Failure(
                    code: "unavailable", why: "unavailable", message: "no archive was made",
                    hint: status.problem.isEmpty ? "coffer doctor; then try again" : status.problem, exitCode: 5)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func manifests(_ carrier: BackupCarrier) async throws -> [SignedManifest] {
        do { return try await carrier.manifests(trust: trust) } catch let failure as Failure { throw failure } catch {
            throw Failure(
                code: "integrity", why: "integrity",
                message: "the broker's manifests are not signed with the log's key",
                hint: "do not go on: find out which broker answers here", exitCode: 6)
        }
    }

    private func carry(_ manifests: [SignedManifest]) async throws -> [Outcome] {
        var outcomes = unreached
        for (target, catalog) in reached {
            let total = manifests.reduce(0) { $0 + $1.manifest.storedBytes }
            let progress = CarryProgress(target.name, total: total, output)
            let carrier = BackupCarrier(names, report: { progress.add($0) }) { [session] request in
                try await session.call(GetBackupObject.self, request).message
            }
            do {
                try await carrier.carry(manifests, to: target, knowing: catalog)
                outcomes.append(Outcome(name: target.name, failure: nil))
            } catch let problem as BackupTarget.Problem {
                outcomes.append(Outcome(name: target.name, failure: Failure(problem, target: target.name)))
            }
            progress.finish()
        }
        return outcomes
    }
}

/// Bytes that have arrived at a target.
private final class CarryProgress {
    private var progress: Progress
    private var done: Int64 = 0
    private let total: Int64

    init(_ target: String, total: Int64, _ output: Output) {
        progress = Progress(target, unit: .bytes, output: output)
        self.total = total
    }

    func add(_ bytes: Int64) {
        done += bytes
        progress.show(done: done, of: total)
    }

    func finish() { progress.finish() }
}
