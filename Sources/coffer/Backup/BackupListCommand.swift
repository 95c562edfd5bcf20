import AccessLog
import Archive
import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import VaultModel

struct BackupListCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "The archives on the targets, and whether each is whole.",
        discussion: """
            Reads the signed manifests of the vault's present generation and compares them with what lies there. Needs no \
            broker and no secret.

            Members of --json: sets [{target, set, made, kind, bytes, keep_until}], problems [{target, kind, name}].

            Example: coffer backup list
            """)

    @Option(name: .customLong("target"), help: ArgumentHelp("Only this target; may be repeated.", valueName: "name"))
    var targets: [String] = []

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let found = try TargetCatalogs(options, targets)
        var sets: [(target: String, set: ArchiveSet)] = []
        for (target, catalog) in found.catalogs { sets += catalog.sets.map { (target.name, $0) } }
        output.answer([
            "problems": .array(found.problems.map(\.value)),
            "sets": .array(
                sets.map { entry in
                    let manifest = entry.set.vault.manifest
                    return [
                        "bytes": .integer(entry.set.storedBytes),
                        "keep_until": .string(Moment.iso(manifest.retainUntil)),
                        "kind": .string(manifest.isFull ? "full" : "changes"),
                        "made": .string(Moment.iso(manifest.created)),
                        "set": .string(manifest.set), "target": .string(entry.target),
                    ]
                }),
        ]) {
            var table = Table([
                .init("target"), .init("set"), .init("made"), .init("kind"), .init("size", .trailing),
                .init("kept until"),
            ])
            for (target, set) in sets {
                let manifest = set.vault.manifest
                table.add([
                    target, manifest.set, Moment.local(manifest.created), manifest.isFull ? "full" : "changes",
                    ByteCount.text(set.storedBytes), Moment.local(manifest.retainUntil),
                ])
            }
            return table.rendered(paint: output.paint)
        }
        if sets.isEmpty, !output.isJSON { output.note("no whole archive of this vault lies on these targets") }
        try found.finish(output)
    }
}

struct BackupCheckCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read archives back from the targets and compare them with what was written.",
        discussion: """
            Signatures and listings are checked each time; of the packs, a seventh each day, so that a week reads \
            everything. --all reads all of them. It shows that the bytes are there, not that the cards open them.

            Exit codes: 0 all is as it was written, 12 something is not, 13 a target cannot be reached, 14 a wrong target.

            Members of --json: checked, bytes, problems [{target, kind, name}].

            Example: coffer backup check --all
            """)

    @Option(name: .customLong("target"), help: ArgumentHelp("Only this target; may be repeated.", valueName: "name"))
    var targets: [String] = []

    @Flag(help: "Read everything, not only today's seventh.")
    var all = false

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        var found = try TargetCatalogs(options, targets)
        var (checked, bytes): (Int64, Int64) = (0, 0)
        var work: [(BackupTarget, ArchiveNames, ArchivePack)] = []
        for (target, catalog) in found.catalogs {
            var packs: Set<ArchivePack> = []
            for manifest in catalog.manifests { packs.formUnion(manifest.manifest.objects.filter(catalog.has)) }
            work += packs.filter(isDue).sorted { $0.name < $1.name }.map { (target, catalog.names, $0) }
        }
        let total = work.reduce(Int64(0)) { $0 + $1.2.sizeBytes }
        var progress = Progress("check", unit: .bytes, output: output)
        for (target, names, pack) in work {
            do throws(BackupTarget.Problem) {
                try BackupCarrier.check(pack, names, on: target)
            } catch {
                guard case .altered(let name) = error else {
                    progress.finish()
                    throw Failure(error, target: target.name)
                }
                found.problems.append(.init(target: target.name, kind: "altered", name: name))
            }
            (checked, bytes) = (checked + 1, bytes + pack.sizeBytes)
            progress.show(done: bytes, of: total)
        }
        progress.finish()
        output.answer([
            "bytes": .integer(bytes), "checked": .integer(checked), "problems": .array(found.problems.map(\.value)),
        ]) { "\(checked) packs, \(ByteCount.text(bytes)) read back\n" }
        try found.finish(output)
    }

    /// Whether a pack is in today's seventh: by the first byte of its name.
    private func isDue(_ pack: ArchivePack) -> Bool {
        guard !all else { return true }
        let day = SystemClock().nowMilliseconds() / 86_400_000
        return Int64(pack.name.utf8.prefix(2).reduce(0) { $0 * 31 + Int($1) } % 7) == day % 7
    }
}

/// What the targets have of the identity's vault.
struct TargetCatalogs {
    struct Problem {
        let target: String
        let kind: String
        let name: String

        var value: JSONValue { ["kind": .string(kind), "name": .string(name), "target": .string(target)] }
    }

    let catalogs: [(target: BackupTarget, catalog: ArchiveCatalog)]
    var problems: [Problem]

    init(_ options: GlobalOptions, _ targets: [String]) throws(Failure) {
        let file = try IdentityAccess.read(try options.identityPath)
        let key = file.identity.broker.logKey
        guard let origin = LogOrigin(key.name) else {
            throw .usage("your identity names no log", hint: "enrol again", why: "identity")
        }
        let names = ArchiveNames(vault: origin.vault, generation: origin.incarnation)
        let access = try TargetAccess(options)
        var catalogs: [(BackupTarget, ArchiveCatalog)] = []
        for name in try access.names(targets) {
            let target = try access.open(name)
            do throws(BackupTarget.Problem) {
                catalogs.append((target, try target.catalog(names, trust: .logKey(key.key))))
            } catch { throw Failure(error, target: name) }
        }
        self.catalogs = catalogs
        problems = catalogs.flatMap { target, catalog in
            catalog.problems.map { Problem(target: target.name, kind: $0.kind.rawValue, name: $0.name) }
        }
    }

    /// Exits 18 for a gap in what belongs together, 12 for anything else that is not as it was written.
    func finish(_ output: Output) throws {
        guard !problems.isEmpty else { return }
        for problem in problems.prefix(20) { output.warning("\(problem.target): \(Self.words(problem))") }
        if problems.count > 20 { output.warning("and \(problems.count - 20) more") }
        output.hint(
            "make a new full archive: coffer backup run --full; keep what is there until someone has looked at it")
        throw EndedWith(exitCode: problems.allSatisfy { $0.kind == "base" } ? 18 : 12)
    }

    private static func words(_ problem: Problem) -> String {
        switch problem.kind {
        case "manifest": "\(problem.name) is not signed by this vault, or was changed"
        case "twice": "\(problem.name) has a number that another manifest has: two brokers write for one vault"
        case "pack": "\(problem.name) is missing, or has another size"
        case "base": "the full archive that \(problem.name) adds to is missing"
        default: "\(problem.name) is not what was written there"
        }
    }
}
