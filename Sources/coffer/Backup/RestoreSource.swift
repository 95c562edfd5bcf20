import AccessLog
import Archive
import Client
import Console
import Offline
import Primitives
import Transfer
import VaultModel
import Wire

/// A target that a vault is restored from: which vault and generation, and whose cards.
struct RestoreSource {
    private let store: any ObjectStore
    private let name: String
    /// The newest generation of the vault.
    private let names: ArchiveNames
    private let generations: [ArchiveNames]

    init(_ store: any ObjectStore, name: String, vault: String?) throws(Failure) {
        self.store = store
        self.name = name
        let found: [ArchiveNames]
        do throws(TransferError) {
            guard try TargetMark.read(store) != nil else { throw TransferError.missingTarget }
            found = ArchiveNames.found(in: try store.list("").map(\.name)).sorted { $0.generation < $1.generation }
        } catch { throw Failure(.transfer(error), target: name) }
        let vaults = Set(found.map(\.vault))
        guard let wanted = vault.map({ VaultID($0) }) ?? (vaults.count == 1 ? vaults.first : nil) else {
            let known = vaults.map(\.description).sorted()
            throw Failure(
                code: "backup", why: "vault",
                message: known.isEmpty ? "\(name) has no archives" : "\(name) has archives of \(known.count) vaults",
                hint: known.isEmpty ? "try another target" : "name one: --vault " + known.joined(separator: " or "),
                exitCode: known.isEmpty ? 15 : 2)
        }
        generations = found.filter { $0.vault == wanted }
        guard let newest = generations.last else {
            throw Failure(
                code: "backup", why: "vault", message: "\(name) has no archives of this vault",
                hint: "try another target", exitCode: 15)
        }
        names = newest
    }

    /// Asks for the cards that the newest archive names, and puts them together.
    func cards(_ source: CardSource) throws(Failure) -> RecoveryCards {
        var file: [UInt8] = []
        do throws(TransferError) {
            // The newest that names cards: what was put there to confuse does not.
            search: for names in generations.reversed() {
                for object in try store.list(names.manifests).reversed()
                where object.sizeBytes <= ArchiveManifest.largestBytes {
                    file = try store.read(object.name, limit: ArchiveManifest.largestBytes)
                    if RecoveryCards.needed(by: file) > 0 { break search }
                }
            }
        } catch { throw Failure(.transfer(error), target: name) }
        let needed = RecoveryCards.needed(by: file)
        guard needed > 0 else {
            throw Failure(
                code: "backup", why: "nothing", message: "\(name) has no archive that names its cards",
                hint: "try another target", exitCode: 15)
        }
        var texts: [HeldSecret] = []
        do throws(Failure) {
            for place in 0..<(source.count ?? needed) { texts.append(try source.card(place, use: .recovery)) }
            do throws(CardReading.Problem) {
                return try RecoveryCards(texts, manifest: file, vault: names.vault)
            } catch { throw Failure(error) }
        } catch {
            throw Failure(code: "backup", why: error.why, message: error.message, hint: error.hint, exitCode: 17)
        }
    }

    /// Reads what there is with the quorum's key, and plans the restore.
    func restoration(
        _ cards: RecoveryCards, at moment: Int64?, acceptsStaleLedger: Bool = false, _ output: Output
    ) throws(Failure) -> VaultRestoration {
        let trust = SignedManifest.Trust.quorum(cards.signingKey)
        var believed: [(catalog: ArchiveCatalog, ledger: RestoreLedger)] = []
        do throws(TransferError) {
            for names in generations {
                let listing = try store.list(names.manifests) + store.list(names.packs)
                let catalog = try ArchiveCatalog(names, trust: trust, listing: listing.map { ($0.name, $0.sizeBytes) })
                {
                    (name) throws(TransferError) in try store.read(name, limit: ArchiveManifest.largestBytes)
                }
                // Anybody with the credentials can make a generation up; one without a manifest of ours is none.
                guard !catalog.manifests.isEmpty else { continue }
                var lines: [(name: String, bytes: [UInt8])] = []
                for line in try store.list(names.ledger) where line.sizeBytes <= 16_384 {
                    lines.append((line.name, try store.read(line.name, limit: 16_384)))
                }
                believed.append((catalog, RestoreLedger(catalog, files: lines)))
            }
        } catch { throw Failure(.transfer(error), target: name) }
        guard let newest = believed.last?.catalog else {
            throw Failure(
                code: "backup", why: "nothing", message: "\(name) has no archives that these cards vouch for",
                hint: "try other cards or another target", exitCode: 15)
        }
        for problem in newest.problems { output.warning("\(problem.kind.rawValue): \(problem.name)") }
        let plan: RestorePlan
        do throws(RestorePlan.Failure) {
            plan = try RestorePlan(
                newest, at: moment, ledgers: believed.map(\.ledger), acceptsStaleLedger: acceptsStaleLedger)
        } catch { throw Failure(.plan(error), target: name) }
        let meter = RestoreMeter(output)
        let restoration = VaultRestoration(plan, newest, cards: cards, report: { meter.add($0) }) { name, limit in
            try store.read(name, limit: limit)
        }
        meter.total = restoration.bytes
        return restoration
    }
}

/// Bytes that have come from the target.
final class RestoreMeter {
    private var progress: Progress
    private var done: Int64 = 0
    var total: Int64 = 0

    init(_ output: Output) { progress = Progress("restore", unit: "bytes", output: output) }

    func add(_ bytes: Int) {
        done += Int64(bytes)
        progress.show(done: done, of: total)
        if done >= total { progress.finish() }
    }
}

extension Failure {
    init(_ failure: VaultRestoration.Failure, target: String) {
        func backup(_ why: String, _ message: String, _ hint: String, _ exitCode: Int32) -> Failure {
            Failure(code: "backup", why: why, message: message, hint: hint, exitCode: exitCode)
        }
        let another = "try another target; nothing was left behind here"
        switch failure {
        case .exists:
            self.init(
                code: "conflict", why: "exists", message: "there is something at the new vault's place",
                hint: "name another: --into DIR", exitCode: 7)
        case .plan(.nothing): self = backup("nothing", "\(target) has no whole archive of that time", another, 15)
        case .plan(.keyring): self = backup("keyring", "\(target) has no whole archive of the keys", another, 15)
        case .plan(.twoVaults):
            self = backup(
                "two-vaults", "\(target) has archives of two vaults that were restored from the same ones",
                "find out which is the shop's, and move the other's archives away", 12)
        case .plan(.staleLedger(let lines, let announced)):
            self = backup(
                "ledger", "the ledger of erasures has \(lines) lines of \(announced)",
                "try another target first; --accept-stale-ledger goes on, and may bring erased customers back", 12)
        case .archive(.gap), .archive(.missing):
            self = backup("gap", "an archive lacks the full one it adds to", another, 18)
        case .archive(.identity): self = backup("cards", "these cards do not open the archives", "other cards", 17)
        case .archive(.damaged(let name)):
            self = backup("altered", "\(name) is not what was written there", another, 12)
        case .archive: self = backup("altered", "an archive does not fit its manifest", another, 12)
        case .fetch(let error as TransferError): self = Failure(.transfer(error), target: target)
        case .fetch: self = backup("target", "the target could not be read", another, 13)
        case .host(let error): self = .file(error, "the new vault could not be written", why: "into")
        case .storage(let problem, let hint):
            self.init(
                code: "unavailable", why: "storage", message: "the new vault could not be written: \(problem)",
                hint: hint, exitCode: 5)
        case .keys: self = backup("keys", "the archive of the keys does not open", another, 12)
        case .log: self = backup("log", "the archived log does not carry its own signature", another, 12)
        case .policy: self = backup("policy", "the archive of the keys lacks the policy", another, 12)
        case .nobody:
            self = .usage(
                "no owner's key is left that could go on", hint: "name whose key lives: --keep all, or --keep KID",
                why: "keep")
        case .unknownKey(let key):
            self = .usage("\(key.text) was never enrolled, or was locked out", hint: "--keep owners", why: "keep")
        case .passphrase(let problem): self = .usage(problem, why: "passphrase")
        case .certificate:
            self.init(
                code: "internal", why: "certificate", message: "no certificate could be made",
                hint: "try again; coffer doctor", exitCode: 70)
        }
    }
}
