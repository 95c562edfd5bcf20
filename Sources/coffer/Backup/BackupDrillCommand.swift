import Archive
import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import Offline
import Primitives
import VaultModel
import Wire

struct BackupDrillCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill",
        abstract: "Bring the newest archive back somewhere else, check it, time it, and throw it away.",
        discussion: """
            With the recovery cards (tier T4) it does everything a restore does: pages against their root, every key, the \
            log's own signature; then it opens the copy, opens the fields of some records, makes the index anew and finds \
            some customers in it. No value is shown. The copy is as secret as the vault: choose a disk of this machine (--scratch).

            With a drill key (--drill-key, tier T3) it needs neither cards nor any key of a customer: databases are put \
            together and checked by SQLite, every entry of the log against the signed checkpoint, the ledger of erasures \
            against the rows. Archives open with the key that coffer backup drill-key set has named.

            The folder is removed at the end. The broker notes in the access log how it went, how long it took and how old \
            the records were; with --no-note it is not asked.

            Exit codes: 0 it came back, 5 no room for the copy, 12 something is not what was written, 13 the target cannot be reached, 14 a wrong \
            target, 15 nothing to restore, 17 the cards or the drill key, 18 a gap, 130 interrupted.

            Members of --json: tier, set, records, rpo_s, took_ms, erased, entry; T4: customers, sampled, fields, indexed; \
            T3: rows, entries, left_out.

            Example: coffer backup drill --from stick
            """)

    @Option(help: ArgumentHelp("A target this device knows. Default: the only one.", valueName: "name"))
    var from: String?

    @Option(help: ArgumentHelp("A recovery card's file; once for each card.", valueName: "file"), completion: .file())
    var cardFile: [String] = []

    @Option(help: ArgumentHelp("The drill key's file, instead of cards.", valueName: "file"), completion: .file())
    var drillKey: String?

    @Option(help: ArgumentHelp("Where the copy lies for a while. Default: /var/tmp.", valueName: "dir"))
    var scratch = "/var/tmp"

    @Flag(help: "Do not tell the broker, on a machine that does not reach it.")
    var noNote = false

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        guard drillKey == nil || cardFile.isEmpty else {
            throw Failure.usage("cards or a drill key, not both", hint: "--card-file or --drill-key", why: "drill-key")
        }
        let access = try TargetAccess(options)
        let names = try access.names([from].compactMap { $0 })
        guard let name = names.first, names.count == 1 else {
            throw Failure.usage(
                "this device knows several targets", hint: "name one: --from " + names.joined(separator: " or "),
                why: "from")
        }
        if let drillKey {
            try await drill(with: DrillKeyFile.read(drillKey), name, access, output)
        } else {
            try await drillWithCards(name, access, output)
        }
    }

    private func session(_ output: Output) async throws(Failure) -> Session? {
        noNote ? nil : try await Session.open(options, output)
    }

    // MARK: - With a drill key

    private func drill(
        with key: AgeIdentity, _ name: String, _ access: TargetAccess, _ output: Output
    ) async throws {
        let identity = try IdentityAccess.read(try options.identityPath).identity
        let run = try DrillRun(.structure, try await session(output), target: name, scratch: scratch, output)
        defer { run.end() }
        let source: StructuralSource
        do throws(Failure) {
            source = try StructuralSource(access.open(name), logKey: identity.broker.logKey, output)
        } catch { throw await run.noteFailure(error) }
        let newest = source.catalog.manifests.last?.manifest
        let report: StructuralDrill.Report
        do throws(Failure) {
            let drill = try source.drill(key, output)
            do throws(HostError) { try Folder.create(run.place, mode: 0o700) } catch {
                throw .file(error, "the scratch folder could not be made", why: "scratch")
            }
            do throws(StructuralDrill.Failure) { report = try drill.run(in: run.place) } catch {
                throw Failure(drill: error, target: name)
            }
        } catch {
            throw await run.noteFailure(error, records: newest?.created ?? 0, set: newest?.set ?? "")
        }
        try run.requireGoingOn()
        let took = run.took
        run.end()
        let noted = try await run.note(true, took: took, records: report.records, set: report.set)
        let own: [String: JSONValue] = [
            "entries": .count(report.entries), "left_out": .count(report.leftOut), "rows": .count(report.rows),
        ]
        answer(run, noted, records: report.records, set: report.set, took: took, erased: report.erased, own, output) {
            $0.add("records", "\(report.rows) rows, none opened")
            $0.add("log", "\(report.entries) entries, as signed")
            $0.add("erased", "\(report.erased), of whom a restore would leave out \(report.leftOut)")
        }
    }

    // MARK: - With cards

    private func drillWithCards(_ name: String, _ access: TargetAccess, _ output: Output) async throws {
        let session = try await session(output)
        let vault = try IdentityAccess.read(try options.identityPath).identity.vault
        let source = try RestoreSource(access.open(name).store, name: name, vault: vault.description)
        let cards = try source.cards(CardSource(files: cardFile))
        let run = try DrillRun(.cards, session, target: name, scratch: scratch, output)
        defer { run.end() }
        let restoration: VaultRestoration
        do throws(Failure) { restoration = try source.restoration(cards, at: nil, output) } catch {
            throw await run.noteFailure(error)
        }
        let receipt: VaultRestoration.Receipt
        let works: RestoredCheck.Result
        do throws(VaultRestoration.Failure) {
            // Nobody else will open the copy: its passphrase is drawn and forgotten.
            let passphrase = SecretBytes(copying: Array(Hex.encode(Random.bytes(16)).utf8))
            receipt = try await restoration.write(
                to: run.place, living: .owners, passphrase: passphrase, stop: { try run.requireGoingOn() })
            works = try await RestoredCheck(folder: run.place).run(passphrase: passphrase)
        } catch {
            throw await run.noteFailure(
                Failure(drillWithCards: error, target: name), records: restoration.records, set: restoration.set)
        }
        try run.requireGoingOn()
        let took = run.took
        run.end()
        let noted = try await run.note(true, took: took, records: receipt.records, set: restoration.set)
        let own: [String: JSONValue] = [
            "customers": .count(receipt.customers), "fields": .count(works.fields), "indexed": .count(works.indexed),
            "sampled": .count(works.records),
        ]
        answer(
            run, noted, records: receipt.records, set: restoration.set, took: took, erased: receipt.erased, own, output
        ) {
            $0.add("customers", "\(receipt.customers), \(works.indexed) in the new index")
            $0.add("opened", "\(works.fields) fields of \(works.records) records")
        }
    }

    // MARK: - The answer

    private func answer(
        _ run: DrillRun, _ noted: Answer<NoMembers>?, records: Int64, set: String, took: Int64, erased: Int,
        _ own: [String: JSONValue], _ output: Output, _ lines: (inout LabelList) -> Void
    ) {
        let members: [String: JSONValue] = [
            "erased": .count(erased), "records": .string(Moment.iso(records)), "rpo_s": .integer(run.age(records)),
            "set": .string(set), "tier": .string(run.tier.rawValue), "took_ms": .integer(took),
        ]
        let all = members.merging(own) { first, _ in first }
        output.answer(noted?.members(all) ?? all) {
            var list = LabelList()
            list.add("result", "brought back and thrown away (\(run.tier.rawValue))", ink: .good)
            list.add("records of", Moment.local(records))
            lines(&list)
            list.add("lost, today", "what came in the last " + Restorability.span(run.age(records) * 1_000))
            list.add("took", Restorability.seconds(took))
            return list.rendered(paint: output.paint)
        }
        if let noted { output.entry(noted.entry) }
    }
}

extension Failure {
    /// The place of a drill is named by another option than that of a restore.
    fileprivate init(drillWithCards failure: VaultRestoration.Failure, target: String) {
        let place = "the scratch folder could not be written"
        switch failure {
        case .room(let needed):
            self.init(
                code: "unavailable", why: "room",
                message: "there is no room for the copy: no space for \(ByteCount.text(needed))",
                hint: "make room on that disk, or name another: --scratch DIR", exitCode: 5)
        case .host(let error): self = .file(error, place, why: "scratch")
        case .storage(let problem, let hint):
            self.init(
                code: "unavailable", why: "storage", message: "\(place): \(problem)", hint: hint, exitCode: 5)
        default: self.init(failure, target: target)
        }
    }
}
