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
    /// Further targets, for what they know of erasures.
    private var others: [(name: String, store: any ObjectStore, generations: [ArchiveNames], isNamed: Bool)] = []
    /// Whether an archive of an earlier life will do although another target has one of a later.
    var acceptsOlderLife = false

    init(_ store: any ObjectStore, name: String, vault: String?) throws(Failure) {
        self.store = store
        self.name = name
        let found = try Self.generations(store, name)
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

    var vault: VaultID { names.vault }

    /// There is nothing under this name or at this address that was ever made a target.
    static func noTarget(_ name: String) -> Failure {
        Failure(
            code: "backup", why: "wrong-target",
            message: "\(name) is no target of archives: not mounted, another disk, or emptied",
            hint: "name one that this device knows (coffer backup targets list), or its address", exitCode: 14)
    }

    private static func generations(_ store: any ObjectStore, _ name: String) throws(Failure) -> [ArchiveNames] {
        do throws(TransferError) {
            guard try TargetMark.read(store) != nil else { throw TransferError.missingTarget }
            return try store.generations()
        } catch {
            if case .missingTarget = error { throw noTarget(name) }
            throw Failure(.transfer(error), target: name)
        }
    }

    /// Another target, whose ledgers of erasures count as well. One that has nothing of this vault adds nothing.
    ///
    /// - Parameter isNamed: whether the person asked for it; otherwise it may fail, with a warning.
    mutating func addLedgers(_ store: any ObjectStore, name: String, isNamed: Bool = true) throws(Failure) {
        let generations = try Self.generations(store, name).filter { $0.vault == names.vault }
        others.append((name, store, generations, isNamed))
    }

    /// The moment that `--at` names, milliseconds since 1970.
    static func moment(_ text: String?) throws(Failure) -> Int64? {
        guard let text else { return nil }
        guard let moment = Moment.parse(text) else {
            throw .usage("--at is no time", hint: "e.g. 2026-11-21T18:00", why: "at")
        }
        return moment
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
        _ cards: RecoveryCards, at moment: Int64?, acceptsStaleLedger: Bool = false, isLive: Bool = false,
        _ output: Output
    ) throws(Failure) -> VaultRestoration {
        let (copies, newest) = try believed(cards, output)
        let ledgers = Dictionary(grouping: copies, by: \.catalog.names.generation).sorted { $0.key < $1.key }
        let plan: RestorePlan
        do throws(RestorePlan.Failure) {
            plan = try RestorePlan(
                newest, at: moment, ledgers: ledgers.map { RestoreLedger($0.value) },
                acceptsStaleLedger: acceptsStaleLedger, isLive: isLive)
        } catch { throw Failure(.plan(error), target: name) }
        let meter = RestoreMeter(output)
        let restoration = VaultRestoration(plan, newest, cards: cards, report: { meter.add($0) }) { name, limit in
            guard !Interrupt.happened else { throw Failure.interrupted }
            return try store.read(name, limit: limit)
        }
        meter.total = restoration.bytes(live: isLive)
        return restoration
    }

    /// One customer's records in the newest archive of any life of the vault up to `generation`.
    func archived(
        _ customer: CustomerNumber, _ cards: RecoveryCards, at moment: Int64?, upTo generation: UInt64,
        kinds: [String], scratch: String, _ output: Output
    ) throws(Failure) -> ArchivedCustomer {
        let (copies, _) = try believed(cards, output)
        let found: (plan: RestorePlan, catalog: ArchiveCatalog)
        do throws(RestorePlan.Failure) {
            found = try RestorePlan.records(
                in: copies.map { ($0.catalog, RestoreLedger([$0])) }, at: moment, upTo: generation)
        } catch { throw Failure(.plan(error), target: name) }
        // The archive must not stay in the scratch folder because somebody lost patience.
        Interrupt.watchAll()
        defer { Interrupt.unwatch() }
        let meter = RestoreMeter(output)
        let archived: ArchivedCustomer
        do throws(ArchivedCustomer.Failure) {
            archived = try ArchivedCustomer(
                customer, in: found.plan, found.catalog, cards: cards, kinds: kinds, scratch: scratch,
                begin: { meter.total = $0 }, report: { meter.add($0) },
                fetch: { name, limit in
                    guard !Interrupt.happened else { throw Interrupt.Happened() }
                    return try store.read(name, limit: limit)
                })
        } catch { throw Interrupt.happened ? Failure.interrupted : Failure(archived: error, target: name) }
        // Too late to stop a read, in time to write nothing.
        guard !Interrupt.happened else { throw Failure.interrupted }
        return archived
    }

    private typealias Copy = (catalog: ArchiveCatalog, lines: [RestoreLedger.Line])

    /// What the targets have of each life, as far as the quorum's key vouches for it, and the newest life of the first.
    private func believed(
        _ cards: RecoveryCards, _ output: Output
    ) throws(Failure) -> (copies: [Copy], newest: ArchiveCatalog) {
        let trust = SignedManifest.Trust.quorum(cards.signingKey)
        var copies: [Copy] = []
        for names in generations {
            if let copy = try read(names, store, name, trust) { copies.append(copy) }
        }
        guard let newest = copies.last?.catalog else {
            throw Failure(
                code: "backup", why: "nothing", message: "\(name) has no archives that these cards vouch for",
                hint: "try other cards or another target", exitCode: 15)
        }
        for problem in newest.problems { output.warning("\(problem.kind.rawValue): \(problem.name)") }
        for other in others {
            for names in other.generations {
                let found: Copy?
                do throws(Failure) { found = try read(names, other.store, other.name, trust) } catch {
                    // A server that dies on the day of the fire must not stop what another one can give.
                    guard !other.isNamed else { throw error }
                    Self.warnUnread(error, output)
                    continue
                }
                guard let copy = found else { continue }
                guard names.generation <= newest.names.generation || acceptsOlderLife else {
                    throw Self.laterLife(other.name, name)
                }
                copies.append(copy)
            }
        }
        return (copies, newest)
    }

    /// What a target has of one generation; nil without a manifest of ours: anybody with the credentials can make a
    /// generation up.
    private func read(
        _ names: ArchiveNames, _ store: any ObjectStore, _ target: String, _ trust: SignedManifest.Trust
    ) throws(Failure) -> Copy? {
        do throws(TransferError) {
            let catalog = try store.catalog(names, trust: trust)
            return catalog.manifests.isEmpty ? nil : (catalog, try store.ledger(names))
        } catch { throw Failure(.transfer(error), target: target) }
    }

    /// Who had to go in the later life would live again, and who was erased in it would be known to fewer ledgers.
    private static func laterLife(_ other: String, _ name: String) -> Failure {
        Failure(
            code: "backup", why: "older-life",
            message: "\(other) has archives of a later life of this vault than \(name)",
            hint:
                "restore from there: --from \(other); --accept-older-life goes on, and brings back who had to go since",
            exitCode: 12)
    }

    /// A target that was not asked for could not be read.
    static func warnUnread(_ failure: Failure, _ output: Output) {
        output.warning("\(failure.message): whoever was erased may be known there only")
        output.hint("if that target still exists, reach it first; what it knows of erasures is not used now")
    }
}

/// Bytes that have come from the target.
final class RestoreMeter {
    private var progress: Progress
    private var done: Int64 = 0
    var total: Int64 = 0

    init(_ output: Output) { progress = Progress("restore", unit: .bytes, output: output) }

    func add(_ bytes: Int) {
        done += Int64(bytes)
        progress.show(done: done, of: total)
        if done >= total { progress.finish() }
    }
}

extension Failure {
    /// Ctrl-C during a restore: what was made of the new vault is removed.
    static let interrupted = Failure(
        code: "aborted", why: "interrupted", message: "interrupted; nothing was left behind here",
        hint: "run it again; it begins anew", exitCode: 130)

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
        case .fetch(let error as Failure): self = error
        case .fetch(let error as TransferError): self = Failure(.transfer(error), target: target)
        case .fetch: self = backup("target", "the target could not be read", another, 13)
        case .host(let error): self = .file(error, "the new vault could not be written", why: "into")
        case .room(let needed):
            self.init(
                code: "unavailable", why: "room",
                message: "there is no room for the new vault: no space for \(ByteCount.text(needed))",
                hint: "make room on that disk, or name another place: --into DIR", exitCode: 5)
        case .storage(let problem, let hint):
            self.init(
                code: "unavailable", why: "storage", message: "the new vault could not be written: \(problem)",
                hint: hint, exitCode: 5)
        case .keys:
            self = backup(
                "keys", "the keys do not open these records",
                "customers' keys were replaced since: take newer records (--at), or try another target", 12)
        case .log: self = backup("log", "the archived log does not carry its own signature", another, 12)
        case .policy: self = backup("policy", "the archive of the keys lacks the policy", another, 12)
        case .policies(let missing):
            self = backup(
                "policy", "no archive has \(missing.count) of the policies that the log names",
                "name the files of those with this SHA-256: --policy FILE; " + missing.joined(separator: ", "), 12)
        case .live(let problem): self.init(problem)
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

extension Failure {
    /// What is wrong with the folder that keys and log were to be taken from.
    init(_ problem: LiveVault.Problem) {
        let without = "without --live the newest archived log and keys are taken; nothing was written to the old folder"
        func integrity(_ message: String, _ hint: String? = nil) -> Failure {
            Failure(code: "integrity", why: "live", message: message, hint: hint ?? without, exitCode: 6)
        }
        switch problem {
        case .missing(let name):
            self.init(
                code: "not-found", why: "live", message: "the old folder lacks \(name)", hint: without, exitCode: 4)
        case .held:
            self.init(
                code: "conflict", why: "live", message: "a broker serves the old folder", hint: "stop it first",
                exitCode: 7)
        case .wrongPassphrase:
            self.init(
                code: "denied", why: "wrong-passphrase", message: "this passphrase opens no slot of the old folder",
                hint: "it is the one that unsealed the vault; " + without, exitCode: 3)
        case .unsealing(let problem): self = .usage(problem, why: "passphrase")
        case .seal: self = integrity("vault.seal of the old folder does not verify")
        case .otherVault:
            self = .usage("the old folder is of another vault than the archives", hint: "--live DIR", why: "live")
        case .earlierLife:
            self = integrity(
                "the vault was restored before, and has gone on in another folder",
                "name the folder that was served last; " + without)
        case .altered(let found): self = integrity("the old folder does not verify: \(found)")
        case .log: self = integrity("the log of the old folder does not verify")
        case .rolledBack:
            self = integrity(
                "the old folder was rolled back: its log lacks what an archive or this device has seen of it")
        case .ledger:
            self = integrity("neither the old folder nor the target has the whole ledger of erasures, unaltered")
        case .host(let error): self = .file(error, "the old folder cannot be read", why: "live")
        }
    }
}
