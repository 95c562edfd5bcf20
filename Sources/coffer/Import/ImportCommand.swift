import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import Import
import Primitives
import VaultModel
import Wire

struct ImportCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take customers over from a CSV file.",
        discussion: """
            Try it with --dry-run first: everything is checked, nothing is written. An import that was interrupted goes \
            on where it stopped when the same command is given again. Rejected rows hold customers in plain text: shred \
            the rejects file, and the source, once you are done.

            Example: coffer import customers.csv --map policies/maps/takeout-customers.yaml --rejects bad.csv
            """)

    @Argument(help: ArgumentHelp("The CSV file.", valueName: "file"), completion: .file(extensions: ["csv"]))
    var file: String

    @Option(
        help: ArgumentHelp("Which column is which field.", valueName: "map"), completion: .file(extensions: ["yaml"]))
    var map: String

    @Flag(help: "Check everything and write nothing.")
    var dryRun = false

    @Option(help: ArgumentHelp("New file for the rows that were not taken, with reasons.", valueName: "file"))
    var rejects: String?

    @Option(
        help: ArgumentHelp("utf-8, gb18030 or big5; found out if left out.", valueName: "encoding"),
        completion: .list(TextEncoding.allCases.map(\.rawValue)))
    var encoding: String?

    @Option(help: ArgumentHelp("What for, as the policy names it.", valueName: "purpose"))
    var purpose = "import"

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let encoding = try textEncoding()
        let purpose = try Arguments.purpose(purpose)
        let mapping = try Self.mapping(map, output)
        let source = try ImportFailure.catching { () throws(ImportError) in
            try ImportSource(file, mapping: mapping, encoding: encoding)
        }
        let fields = source.fieldNames.compactMap { FieldName($0) }
        guard mapping.record == "customer", fields.allSatisfy({ $0.record == "customer" }) else {
            throw Failure.usage("only customers can be imported so far", hint: "use another map", why: "map")
        }
        let rejected = try rejectsFile(header: source.header)
        let scope = RequestScope(fields: fields, object: Hex.encode(source.file.sha256), purpose: purpose.text)
        let session = try await Session.open(options, output)
        let begin = BeginImport.Request(
            map: Hex.encode(mapping.sha256), rows: Int64(source.rowCount), dryRun: dryRun)
        let begun = try await session.call(BeginImport.self, begin, scope)
        let resumed = Int(begun.message.resume)
        if resumed > 0 { output.note("an earlier import of this file took \(resumed) rows; going on behind them") }
        let rows =
            try resumed == 0
            ? source
            : ImportFailure.catching { () throws(ImportError) in
                try ImportSource(file, mapping: mapping, encoding: encoding, skipping: resumed)
            }
        var run = ImportRun(
            session: session, job: begun.message.job, scope: scope, dryRun: dryRun, rejects: rejected, output: output)
        try await run.send(rows)
        let total = try await session.call(EndImport.self, .init(job: begun.message.job), scope).message
        answer(total, rejectedHere: run.rejectedHere, begun, output)
        rejects(rejected, count: Int(total.rejected) + run.rejectedHere, output)
    }

    private func answer(
        _ total: EndImport.Reply, rejectedHere: Int, _ begun: Answer<BeginImport.Reply>, _ output: Output
    ) {
        let rejected = total.rejected + Int64(rejectedHere)
        let rows = total.rows + Int64(rejectedHere)
        output.answer(
            begun.members([
                "dry_run": .bool(dryRun), "duplicates": .integer(total.duplicates),
                "imported": .integer(total.imported),
                "rejected": .integer(rejected), "rows": .integer(rows), "updated": .integer(total.updated),
            ])
        ) {
            var list = LabelList()
            list.add("rows", "\(rows)")
            list.add(dryRun ? "would be imported" : "imported", "\(total.imported)")
            list.add(dryRun ? "would be updated" : "updated", "\(total.updated)")
            list.add("duplicates", "\(total.duplicates)")
            list.add("rejected", "\(rejected)", ink: rejected > 0 ? .warning : nil)
            return list.rendered(paint: output.paint)
        }
        output.entry(begun.entry)
    }

    private func rejects(_ file: RejectsFile?, count: Int, _ output: Output) {
        if let file, file.count > 0 {
            output.warning("\(file.count) rejected rows with customers' data in plain text are in the rejects file")
            output.hint("correct them and import that file with the same map, then: shred -u FILE")
        } else if count > 0, file == nil {
            output.hint("name a file for the rejected rows to see why: --rejects FILE")
        }
        if !dryRun, !output.isJSON {
            output.hint("the source holds customers in plain text; once you are done: shred -u FILE")
        }
    }

    private func rejectsFile(header: [String]) throws(Failure) -> RejectsFile? {
        guard let rejects else { return nil }
        do throws(HostError) { return try RejectsFile(rejects, header: header) } catch {
            if error.fileExists {
                throw .usage(
                    "the rejects file is there already", hint: "name a new one: --rejects FILE", why: "rejects")
            }
            throw .file(error, "the rejects file cannot be made", why: "rejects")
        }
    }

    private func textEncoding() throws(Failure) -> TextEncoding? {
        guard let name = encoding else { return nil }
        guard let encoding = TextEncoding(rawValue: name.lowercased()) else {
            throw .usage("this encoding is not known", hint: "--encoding utf-8, gb18030 or big5", why: "encoding")
        }
        return encoding
    }

    private static func mapping(_ path: String, _ output: Output) throws(Failure) -> MappingFile {
        let bytes: [UInt8]
        do throws(HostError) { bytes = try DurableFile.read(path, limit: ImportLimits.mappingBytes) } catch {
            throw .file(error, "the mapping file cannot be read", why: "map")
        }
        do throws(MappingRefusal) {
            return try MappingFile.parse(bytes, file: path)
        } catch {
            for problem in error.problems {
                output.note("\(error.file):\(problem.line):\(problem.column): \(problem.problem); \(problem.hint)")
            }
            throw .usage("the mapping file is not right", hint: "see the lines above", why: "map")
        }
    }
}

/// Errors of the source file.
enum ImportFailure {
    static func catching<T>(_ body: () throws(ImportError) -> T) throws(Failure) -> T {
        do throws(ImportError) { return try body() } catch {
            throw .usage(error.message, hint: error.hint, why: "import-file")
        }
    }
}
