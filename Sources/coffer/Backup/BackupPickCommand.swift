import AccessLog
import Archive
import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import Offline
import VaultModel
import Wire

struct BackupPickCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "pick",
        abstract: "Bring one customer's records back into the running vault, as they were archived.",
        discussion: """
            For what was overwritten or lost by mistake. The recovery cards open the archive of the records in a folder that \
            is removed again; its rows are sealed under the customer's key, which only the broker has. They go to the broker, \
            which writes what differs as new revisions, 500 records in one commit, with an entry that names archive and \
            records. What the vault has and the archive has not stays.

            Consents are never taken from an archive, nor what became of an order. Nobody comes back who was erased, or whose \
            phone, e-mail or ID number is another customer's by now, or whose key was replaced since.

            Exit codes: 0 done, 3 you may not or other cards signed, 4 erased, unknown, or not in the archive, 7 frozen, or \
            the vault holds something else by now, 12 to 18 as for backup restore.

            Members of --json: customer, set, made, dry_run, changes [{id, kind, new, rev, fields}], same, entry.

            Example: coffer backup pick --customer C-7K3M-9QXD --from stick --at 2026-11-21T18:00 --dry-run
            """)

    @Option(help: ArgumentHelp("The customer's number.", valueName: "number"))
    var customer: String

    @Option(help: ArgumentHelp("A target this device knows, or an address.", valueName: "target"))
    var from: String

    @Option(help: ArgumentHelp("The newest archive not after this time, e.g. 2026-11-21T18:00.", valueName: "time"))
    var at: String?

    @Option(help: ArgumentHelp("Only this kind of record, e.g. customer; may be repeated.", valueName: "kind"))
    var kind: [String] = []

    @Flag(help: "Say which fields would change, and change nothing.")
    var dryRun = false

    @Option(help: ArgumentHelp("A recovery card's file; once for each card.", valueName: "file"), completion: .file())
    var cardFile: [String] = []

    @Option(help: ArgumentHelp("Where the archive lies for a while. Default: /var/tmp.", valueName: "dir"))
    var scratch = "/var/tmp"

    @OptionGroup var access: TargetOptions
    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        guard let number = CustomerNumber(customer) else {
            throw Failure.usage("--customer is no customer's number", hint: "e.g. C-7K3M-9QXD", why: "customer")
        }
        let moment = try RestoreSource.moment(at)
        guard !scratch.isEmpty else {
            throw Failure.usage("--scratch names no folder", hint: "--scratch DIR", why: "scratch")
        }
        let session = try await Session.open(options, output)
        guard let origin = LogOrigin(session.logKey.name) else {
            throw Failure.usage("your identity names no log", hint: "enrol again", why: "identity")
        }
        let source = try RestoreSource(
            access.store(from, options), name: from, vault: session.vault.description)
        let cards = try source.cards(CardSource(files: cardFile))
        let archived = try source.archived(
            number, cards, at: moment, upTo: origin.incarnation, kinds: kind, scratch: scratch, output)
        let scope = RequestScope(object: archived.manifest.hash, customers: [number])
        var picked = Picked()
        for portion in archived.portions {
            let pages: [PickPage.Request]
            do throws(ArchivedCustomer.Failure) { pages = try archived.pages(of: portion) } catch {
                throw Failure(archived: error, target: from)
            }
            for page in pages { _ = try await session.call(PickPage.self, page, scope) }
            let now = session.nowSeconds + session.clockOffsetSeconds
            picked.add(
                try await session.call(
                    PickCustomer.self, archived.request(portion, cards, at: now, dryRun: dryRun), scope))
        }
        picked.same = archived.rows.count - picked.changes.count
        answer(picked, archived.manifest.manifest, number, output)
    }

    /// What all portions together came to.
    private struct Picked {
        var changes: [PickCustomer.Change] = []
        var same = 0
        var last: Answer<PickCustomer.Reply>?

        mutating func add(_ reply: Answer<PickCustomer.Reply>) {
            // Her own record is in each portion; where nothing is written it differs each time.
            let known = Set(changes.map(\.id))
            changes += reply.message.changes.filter { !known.contains($0.id) }
            last = reply
        }
    }

    private func answer(
        _ picked: Picked, _ manifest: ArchiveManifest, _ number: CustomerNumber, _ output: Output
    ) {
        guard let last = picked.last else { return }
        let changes = picked.changes
        output.answer(
            last.members([
                "changes": .array(
                    changes.map { change in
                        [
                            "fields": .array(change.fields.map { .string($0) }), "id": .string(change.id),
                            "kind": .string(change.kind), "new": .bool(change.isNew),
                            "rev": .integer(Int64(clamping: change.rev)),
                        ]
                    }),
                "customer": .string(number.text), "dry_run": .bool(dryRun),
                "made": .string(Moment.iso(manifest.created)), "same": .count(picked.same),
                "set": .string(manifest.set),
            ])
        ) {
            var table = Table([.init("record"), .init("kind"), .init(dryRun ? "would be" : "is"), .init("fields")])
            for change in changes {
                table.add([
                    change.id, change.kind, change.isNew ? "brought back" : "as archived",
                    change.fields.joined(separator: ", "),
                ])
            }
            let same = "\(picked.same) as they were \(Moment.local(manifest.created))\n"
            return changes.isEmpty ? same : table.rendered(paint: output.paint) + same
        }
        output.entry(last.entry)
    }
}

extension Failure {
    init(archived failure: ArchivedCustomer.Failure, target: String) {
        switch failure {
        case .erased:
            self.init(
                code: "erased", why: "erased", message: "this customer has been erased",
                hint: "nobody brings her back; a new file gets a new number", exitCode: 4)
        case .nothing:
            self.init(
                code: "not-found", why: "customer", message: "the archive has no such records of this customer",
                hint: "check the number, or take another archive: --at", exitCode: 4)
        case .unknownKind(let kind):
            self = .usage("the archive knows no kind of record \(kind)", hint: "--kind customer", why: "kind")
        case .tooMany(let most):
            self = .usage(
                "she has more than \(most) records", hint: "bring them back kind by kind: --kind order", why: "kind")
        case .tooLarge:
            self = .usage(
                "one of her records is too large for a request", hint: "leave its kind out: --kind", why: "kind")
        case .plan(let failure): self.init(VaultRestoration.Failure.plan(failure), target: target)
        case .archive(let error): self.init(VaultRestoration.Failure.archive(error), target: target)
        case .fetch(let error): self.init(VaultRestoration.Failure.fetch(error), target: target)
        case .host(let error): self = .file(error, "the archive cannot be opened in the scratch folder", why: "scratch")
        case .storage(let problem, let hint):
            self.init(
                code: "unavailable", why: "storage", message: "the archive cannot be opened: \(problem)", hint: hint,
                exitCode: 5)
        }
    }
}
