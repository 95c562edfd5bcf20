import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import Transfer

struct BackupTargetsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "targets",
        abstract: "Where archives are carried: add, list, test, remove.",
        subcommands: [
            BackupTargetsAddCommand.self, BackupTargetsListCommand.self, BackupTargetsTestCommand.self,
            BackupTargetsRemoveCommand.self,
        ])
}

struct BackupTargetsAddCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Make a folder, an SFTP server or a bucket a target of archives.",
        discussion: """
            The address is a folder (a mounted disk), sftp://user@host:port/path or s3://bucket/prefix. Credentials stand \
            in a file that only you can read, one a line: key-file = PATH, password = WORD, access-key-id = ID, \
            secret-access-key = KEY. An SFTP server needs the fingerprint of its host key: ssh-keygen -l prints it on the \
            server.

            The target is marked with a random id, so that another disk at the same place is noticed. The same target can \
            keep the archives of several vaults.

            Members of --json: name, id, protection, is_new.

            Example: coffer backup targets add stick /media/stick/coffer
            """)

    @Argument(help: ArgumentHelp("What you call it: small letters, digits, - and _.", valueName: "name"))
    var name: String

    @Argument(help: ArgumentHelp("Folder, sftp:// or s3:// address.", valueName: "address"))
    var address: String

    @OptionGroup var access: TargetOptions
    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        guard TargetFolder.isName(name) else {
            throw Failure.usage("this is no name for a target", hint: "small letters, digits, - and _", why: "name")
        }
        let targets = try TargetAccess(options)
        // Later commands, those of a timer too, start in other folders.
        let address = address.contains("://") ? address : FilePaths.whole(address)
        var kept = access
        kept.credentials = access.credentials.map(FilePaths.whole)
        let (mark, isNew, protection) = try mark(kept.settings(address, id: ""))
        do throws(TargetFolder.Problem) {
            try targets.folder.add(name, kept.settings(address, id: mark.id))
        } catch { throw Failure(error) }
        output.answer([
            "id": .string(mark.id), "is_new": .bool(isNew), "name": .string(name),
            "protection": .string(protection.word),
        ]) { "\(name)  \(mark.id)  \(protection.word)\n" }
        if !output.isJSON, let warning = protection.warning { output.hint(warning) }
    }

    /// The mark of the target, made where there is none.
    private func mark(
        _ settings: TargetSettings
    ) throws(Failure) -> (mark: TargetMark, isNew: Bool, protection: Protection) {
        do throws(TransferError) {
            let store = try settings.store()
            let protection = try store.probe().protection
            if let found = try TargetMark.read(store) { return (found, false, protection) }
            let mark = TargetMark.random()
            try mark.write(store)
            return (mark, true, protection)
        } catch { throw Failure(.transfer(error), target: name) }
    }
}

/// How a target is reached.
struct TargetOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("File with the target's credentials, readable by you alone.", valueName: "file"),
        completion: .file())
    var credentials: String?

    @Option(help: ArgumentHelp("SFTP: SHA256:… of the server's host key, or its line.", valueName: "key"))
    var hostKey: String?

    @Option(help: ArgumentHelp("S3: the server's address, e.g. https://s3.example.org.", valueName: "url"))
    var endpoint: String?

    @Option(help: ArgumentHelp("S3: the bucket's region.", valueName: "name"))
    var region: String?

    @Option(help: ArgumentHelp("S3: how objects are locked: none, governance, compliance.", valueName: "mode"))
    var lock: String = "none"

    func settings(_ address: String, id: String) -> TargetSettings {
        TargetSettings(
            address: address, id: id, credentials: credentials ?? "", hostKey: hostKey ?? "", endpoint: endpoint ?? "",
            region: region ?? "", lock: lock)
    }

    /// A target that this device knows by this name, or an address: for reading what the cards vouch for.
    func store(_ name: String, _ options: GlobalOptions) throws(Failure) -> any ObjectStore {
        let targets = try TargetAccess(options).folder
        var settings = settings(name, id: "")
        do throws(TargetFolder.Problem) {
            if TargetFolder.isName(name), try targets.names().contains(name) { settings = try targets.read(name) }
        } catch { throw Failure(error) }
        do throws(TransferError) { return try settings.store() } catch {
            if case .missingTarget = error { throw RestoreSource.noTarget(name) }
            throw Failure(.transfer(error), target: name)
        }
    }
}

struct BackupTargetsListCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "The targets this device knows.",
        discussion: "Example: coffer backup targets list")

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let targets = try TargetAccess(options)
        let names: [String]
        do throws(TargetFolder.Problem) { names = try targets.folder.names() } catch { throw Failure(error) }
        var known: [(name: String, settings: TargetSettings)] = []
        for name in names { known.append((name, try targets.settings(name))) }
        output.answer([
            "targets": .array(
                known.map { target in
                    [
                        "address": .string(target.settings.address), "id": .string(target.settings.id),
                        "name": .string(target.name),
                    ]
                })
        ]) {
            var table = Table([.init("name"), .init("id"), .init("address")])
            for target in known { table.add([target.name, target.settings.id, target.settings.address]) }
            return table.rendered(paint: output.paint)
        }
        if known.isEmpty, !output.isJSON { output.note("none") }
    }
}

struct BackupTargetsTestCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Connect to the targets, and say what protects the archives there.",
        discussion: """
            immutable: the target itself refuses removal until each archive's date. snapshotted: what is removed stays as \
            an older version. mutable: whoever has the credentials can remove everything.

            Example: coffer backup targets test
            """)

    @Argument(help: ArgumentHelp("Only these targets.", valueName: "name"))
    var targets: [String] = []

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let access = try TargetAccess(options)
        var found: [(name: String, facts: StoreFacts)] = []
        for name in try access.names(targets) {
            let target = try access.open(name)
            do throws(TransferError) { found.append((name, try target.store.probe())) } catch {
                throw Failure(.transfer(error), target: name)
            }
        }
        output.answer([
            "targets": .array(
                found.map { target in
                    [
                        "free": .integer(target.facts.freeBytes ?? 0), "name": .string(target.name),
                        "protection": .string(target.facts.protection.word),
                    ]
                })
        ]) { found.map { "\($0.name)  \($0.facts.protection.word)\n" }.joined() }
        guard !output.isJSON else { return }
        for warning in Set(found.compactMap(\.facts.protection.warning)).sorted() { output.hint(warning) }
    }
}

struct BackupTargetsRemoveCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Forget a target on this device. What lies there stays.",
        discussion: "Example: coffer backup targets remove stick")

    @Argument(help: ArgumentHelp("The target's name.", valueName: "name"))
    var name: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let access = try TargetAccess(options)
        do throws(TargetFolder.Problem) { try access.folder.remove(name) } catch { throw Failure(error) }
        output.answer(["name": .string(name)]) { "\(name): forgotten here; its archives stay where they are\n" }
    }
}

extension Protection {
    var word: String {
        switch self {
        case .immutable: "immutable"
        case .snapshotted: "snapshotted"
        case .mutable: "mutable"
        }
    }

    /// What a person should know; nil where there is nothing to worry about.
    var warning: String? {
        switch self {
        case .immutable: nil
        case .snapshotted: "snapshotted: whoever may remove versions can remove the archives"
        case .mutable: "mutable: whoever has these credentials can remove the archives; keep a second target elsewhere"
        }
    }
}
