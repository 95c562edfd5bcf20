import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import Offline
import Primitives
import Wire

struct KeysReshareCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "reshare",
        abstract: "Make a new root key and new cards that unseal; old cards open nothing any more.",
        discussion: """
            For when a holder of a card leaves or a card is lost. Wrapping the new root key needs what opens each slot \
            that stays: passphrases are asked for, or named with --keep ID=FILE; a key file always needs --keep. Slots \
            that are not presented are dropped, which is said before anything is done.

            Members of --json: slots[{id, kind, name}], set, cards (the folder).

            Example: coffer keys reshare --unseal-shares 2/3 --cards /media/stick/cards --keep 1=vault.pass
            """)

    @Option(help: ArgumentHelp("How many cards of how many open the vault.", valueName: "k/n"))
    var unsealShares: String

    @Option(
        help: ArgumentHelp("A new or empty folder for the cards, outside the vault's.", valueName: "dir"),
        completion: .directory)
    var cards: String

    @Option(
        help: ArgumentHelp(
            "Keep a slot: its number, and the file with its passphrase or its key. Repeat it for each.",
            valueName: "id=file"))
    var keep: [String] = []

    @Flag(help: "Do not ask before slots are dropped.")
    var yes = false

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let quorum = try CardArguments.quorum(unsealShares, "--unseal-shares")
        let folder = try CardFolder(cards, vault: try options.folder)
        var files: [UInt64: String] = [:]
        for text in keep {
            let (id, file) = try Self.parse(text)
            guard files.updateValue(file, forKey: id) == nil else {
                throw Failure.usage("--keep names a slot twice", why: "keep")
            }
        }
        let session = try await Session.open(options, output)
        let keys = try await session.call(GetKeys.self, .init()).message
        if let unknown = files.keys.first(where: { id in !keys.slots.contains { $0.id == id && $0.kind != "shares" } })
        {
            throw Failure(
                code: "not-found", why: "keep", message: "slot \(unknown) is none that can be kept",
                hint: "passphrases and key files can: coffer keys slots list", exitCode: 4)
        }
        var kept: [Reshare.Kept] = []
        for slot in keys.slots {
            if let secret = try secret(of: slot, files[slot.id], output) { kept.append(secret) }
        }
        try confirm(keys.slots.filter { slot in !kept.contains { $0.id == slot.id } }, output)

        let ceremony = CardCeremony(vault: session.vault, unsealing: quorum, recovery: nil)
        let recovery = keys.recovery.first.map {
            RecoveryKeys(
                vault: session.vault, recipient: $0.recipient, signingKey: $0.signingKey, certificate: $0.certificate)
        }
        guard let set = ceremony.set, let material = ceremony.material else { return }
        try folder.write(ceremony, recovery: recovery)
        try folder.requireReadable(ceremony)
        let slots: [KeySlot]
        do throws(Failure) {
            slots = try await session.call(
                Reshare.self, .init(set: set, material: material, kept: kept),
                RequestScope(object: Reshare.object(set: set))
            ).message.slots
        } catch {
            // Cards of a set that may be the vault's stay where they are.
            if !error.mayHaveWorked { folder.discard() }
            throw error
        }
        output.answer(["slots": .slots(slots), "set": .string(set.set), "cards": .string(folder.path)]) {
            var list = LabelList()
            for slot in slots { list.add("slot \(slot.id)", slot.words) }
            list.add("cards", folder.path)
            return list.rendered(paint: output.paint)
        }
        folder.tellWhatNext(output, confirms: [.unsealing])
    }

    private static func parse(_ text: String) throws(Failure) -> (UInt64, String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let id = UInt16(parts[0]), !parts[1].isEmpty else {
            throw .usage("--keep is a slot's number and a file", hint: "e.g. --keep 1=vault.pass", why: "keep")
        }
        return (UInt64(id), String(parts[1]))
    }

    /// What opens a slot that stays: from its file, or for a passphrase from the terminal, where nothing means dropping.
    private func secret(
        of slot: KeySlot, _ file: String?, _ output: Output
    ) throws(Failure) -> Reshare.Kept? {
        switch (slot.kind, file) {
        case ("passphrase", let file?):
            let passphrase = try Passphrase(file: file, option: "--keep", output: output).existing(
                of: "slot \(slot.id)")
            return try kept(slot, passphrase)
        case ("passphrase", nil) where keep.isEmpty && Terminal.isTerminal(0):
            output.note("leave it empty to drop the slot")
            guard let passphrase = try? Terminal.askSecret("passphrase of slot \(slot.id): "), passphrase.count > 0
            else { return nil }
            return try kept(slot, passphrase)
        case ("host-key", let file?):
            var bytes: [UInt8]
            do throws(HostError) { bytes = try DurableFile.read(file, limit: HostKeyFile.sizeBytes) } catch {
                throw .file(error, "the key file of slot \(slot.id) cannot be read", why: "keep")
            }
            defer { Wipe.zero(&bytes) }
            return Reshare.Kept(id: slot.id, secret: Sensitive(Base64.encode(bytes)))
        default: return nil
        }
    }

    private func kept(_ slot: KeySlot, _ passphrase: borrowing SecretBytes) throws(Failure) -> Reshare.Kept {
        guard let text = String(validating: passphrase.exposeBytes(), as: UTF8.self) else {
            throw .usage("the passphrase of slot \(slot.id) is not UTF-8", why: "passphrase")
        }
        return Reshare.Kept(id: slot.id, secret: Sensitive(text))
    }

    private func confirm(_ dropped: [KeySlot], _ output: Output) throws(Failure) {
        for slot in dropped { output.warning("slot \(slot.id) is dropped: \(slot.words)") }
        guard !yes, dropped.contains(where: { $0.kind != "shares" }) else { return }
        guard let answer = try? Terminal.ask("go on? type yes: "), answer == "yes" else {
            throw .usage(
                "nothing was changed", hint: "keep slots with --keep ID=FILE, or say --yes to drop them", why: "keep")
        }
    }
}

/// Arguments about cards.
enum CardArguments {
    static func quorum(_ text: String, _ option: String) throws(Failure) -> CardQuorum {
        guard let quorum = CardQuorum(text) else {
            throw .usage(
                "\(option) is no quorum", hint: "e.g. 2/3: any 2 of 3 cards; 2 to 16 cards, at least 2 to open",
                why: "quorum")
        }
        return quorum
    }
}
