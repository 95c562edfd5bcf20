import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import Offline
import Primitives
import Wire

struct KeysSlotsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slots", abstract: "Ways to unseal.",
        subcommands: [SlotsListCommand.self, SlotsAddCommand.self, SlotsRemoveCommand.self])
}

struct SlotsListCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the ways to unseal.",
        discussion: "Members of --json: slots[{id, kind, name}].\n\nExample: coffer keys slots list")

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        output.slots(try await session.call(GetKeys.self, .init()).message.slots)
    }
}

struct SlotsAddCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a passphrase, or a key file with which the broker unseals by itself.",
        discussion: """
            Without an option a new passphrase is asked for. A host key is made here and written to a file that must lie \
            on another file system than the vault: whoever steals the disk must not have both. Start the broker with \
            cofferd --unseal-key-file FILE.

            Members of --json: slots[{id, kind, name}].

            Example: coffer keys slots add --host-key /run/credentials/coffer.key
            """)

    @Option(
        help: ArgumentHelp("File whose first line is the new passphrase, instead of a prompt.", valueName: "file"),
        completion: .file())
    var newPassphraseFile: String?

    @Option(
        help: ArgumentHelp(
            "Make a key file there instead of a passphrase; nothing may be there yet.", valueName: "file"),
        completion: .file())
    var hostKey: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        guard newPassphraseFile == nil || hostKey == nil else {
            throw Failure.usage(
                "a passphrase or a key file, not both", hint: "--new-passphrase-file or --host-key", why: "slot")
        }
        if let hostKey { return try await add(hostKey, output) }
        let session = try await Session.open(options, output)
        let source = Passphrase(file: newPassphraseFile, option: "--new-passphrase-file", output: output)
        let passphrase = try source.new(for: "the vault")
        guard let text = String(validating: passphrase.exposeBytes(), as: UTF8.self) else {
            throw Failure.usage("the new passphrase is not UTF-8", why: "passphrase")
        }
        output.slots(try await add("passphrase", Sensitive(text), session))
    }

    private func add(_ path: String, _ output: Output) async throws {
        let folder = try options.folder
        guard !FilePaths.lies(path, in: folder) else {
            throw Failure.usage(
                "the key file would lie inside the vault's folder",
                hint: "a copy of the folder would open itself: name a place elsewhere", why: "host-key")
        }
        guard !FilePaths.shareFileSystem(path, folder) else {
            throw Failure.usage(
                "the key file would lie on the vault's own file system",
                hint: "whoever takes the disk would have both: name a place on another one, e.g. a stick or a "
                    + "credential of systemd", why: "host-key")
        }
        try InitCommand.requireAbsent(path, "there is something at the key file's place already", hint: "name another")
        let session = try await Session.open(options, output)
        let key = HostKeyFile.generate()
        do throws(HostError) {
            var bytes = key.bytes.exposeBytes()
            defer { Wipe.zero(&bytes) }
            try DurableFile.create(path, with: bytes, mode: 0o600)
        } catch { throw Failure.file(error, "the key file cannot be written", why: "host-key") }
        let slots: [KeySlot]
        do {
            slots = try await add("host-key", Sensitive(Base64.encode(key.bytes.exposeBytes())), session)
        } catch {
            // A key that opens nothing only misleads; after a lost answer it may open something and stays.
            if !error.mayHaveWorked { try? DurableFile.remove(path) }
            throw error
        }
        output.slots(slots)
        output.warning("unattended: whoever reads \(path) and the vault's folder can open the vault")
        output.hint("the broker's user must be able to read it; start: cofferd --dir DIR --unseal-key-file \(path)")
    }

    private func add(_ kind: String, _ secret: Sensitive, _ session: Session) async throws(Failure) -> [KeySlot] {
        let request = AddSlot.Request(kind: kind, secret: secret)
        return try await session.call(AddSlot.self, request, RequestScope(object: AddSlot.object(kind: kind)))
            .message.slots
    }
}

struct SlotsRemoveCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove one way to unseal; the last one stays.",
        discussion: """
            Whoever kept an old copy of vault.seal can still open that copy with what is removed here. After somebody \
            left who knew it, use coffer keys reshare: it changes the root key as well.

            Members of --json: slots[{id, kind, name}].

            Example: coffer keys slots remove 2
            """)

    @Argument(help: "The slot's number: coffer keys slots list.")
    var id: UInt16

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let reply = try await session.call(
            RemoveSlot.self, .init(id: UInt64(id)), RequestScope(object: RemoveSlot.object(id: UInt64(id))))
        output.slots(reply.message.slots)
    }
}

extension Output {
    func slots(_ slots: [KeySlot]) {
        answer(["slots": .slots(slots)]) {
            var list = LabelList()
            for slot in slots { list.add("slot \(slot.id)", slot.words) }
            return list.rendered(paint: paint)
        }
    }
}

extension Failure {
    /// Whether the broker may have done what was asked: all but a plain refusal, after which nothing was changed.
    var mayHaveWorked: Bool {
        switch ErrorCode(rawValue: code) {
        case .malformed, .unauthenticated, .denied, .approvalRequired, .notFound, .conflict, .tooLarge, .rateLimited,
            .sealed, .erased:
            false
        case .integrity, .unavailable, .internal: true
        case nil: code != "usage"
        }
    }
}
