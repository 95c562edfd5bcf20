import Console
import Host
import Offline
import Pages
import Primitives
import VaultModel

/// The folder that new cards are written into: outside the vault's, and empty, so that nobody prints a card of another
/// vault by mistake.
struct CardFolder {
    let path: String
    private let existed: Bool
    private let vaultFolder: String

    init(_ path: String, vault folder: String) throws(Failure) {
        guard !path.isEmpty else { throw .usage("--cards names no folder", hint: "--cards DIR", why: "cards") }
        guard !FilePaths.lies(path, in: folder) else {
            throw .usage(
                "--cards names a place inside the vault's folder",
                hint: "a thief of the vault would have its cards: name a folder elsewhere, best on a stick",
                why: "cards")
        }
        existed = Folder.exists(path)
        if existed {
            guard let names = try? Folder.names(in: path) else {
                throw .usage("--cards is no folder that can be read", hint: "name a new one: --cards DIR", why: "cards")
            }
            guard names.isEmpty else {
                throw .usage("the folder for the cards is not empty", hint: "name a new one: --cards DIR", why: "cards")
            }
        }
        self.path = path
        vaultFolder = FilePaths.resolved(folder) ?? folder
    }

    /// Writes each card as text and as a page, readable by this user alone. A failure leaves none.
    ///
    /// - Parameter recovery: what else is printed about recovery; nil where the vault has none.
    func write(_ ceremony: CardCeremony, recovery: RecoveryKeys?) throws(Failure) {
        do throws(HostError) {
            if !existed { try Folder.createAll(path, mode: 0o700) }
            for card in ceremony.cards {
                // From here on the card is on its way to paper: it leaves locked memory.
                let sheet = CardSheet(
                    isRecovery: card.use == .recovery, index: card.index, needed: card.needed, count: card.count,
                    vault: ceremony.vault, set: card.set,
                    card: String(decoding: card.text.bytes.exposeBytes(), as: UTF8.self),
                    fingerprint: recovery?.fingerprint ?? "", folder: vaultFolder)
                try write(sheet.name + ".txt", sheet.text)
                try write(sheet.name + ".html", sheet.html)
            }
            if let recovery, ceremony.cards.contains(where: { $0.use == .recovery }) {
                try write("recovery.pub", recovery.text)
            }
        } catch {
            discard()
            throw .file(error, "the cards cannot be written", why: "cards")
        }
    }

    private func write(_ name: String, _ text: String) throws(HostError) {
        var bytes = Array(text.utf8)
        defer { Wipe.zero(&bytes) }
        try DurableFile.create(FilePaths.join(path, name), with: bytes, mode: 0o600)
    }

    /// Reads every card back from the disk before anything relies on them: each file holds the card it was made for.
    func requireReadable(_ ceremony: CardCeremony) throws(Failure) {
        for card in ceremony.cards {
            let name = "\(card.use == .recovery ? "recovery" : "unseal")-\(card.index)-of-\(card.count).txt"
            guard let found = try? CardSource.card(inFile: FilePaths.join(path, name)),
                found.bytes.equals(card.text.bytes)
            else {
                discard()
                throw Failure(
                    code: "internal", why: "cards", message: "a card could not be read back from its file",
                    hint: "nothing was changed; name another folder: --cards DIR", exitCode: 70)
            }
        }
    }

    /// Takes everything back that was written: the folder was empty.
    func discard() {
        for name in (try? Folder.names(in: path)) ?? [] { try? DurableFile.remove(FilePaths.join(path, name)) }
        if !existed { Folder.removeAll(path) }
    }

    /// What the person does next.
    func tellWhatNext(_ output: Output, confirms uses: [CardUse]) {
        output.warning("the cards are not finished before some of them were read back")
        output.hint("print every .html file in \(path) and give each card to another person")
        if uses.contains(.recovery) {
            output.hint("keep recovery.pub: it is public, and tells a true archive from a false one")
        }
        for use in uses {
            output.hint(
                "then, with cards from paper: coffer keys cards confirm \(use == .recovery ? "--recovery" : "--unseal")"
            )
        }
        output.hint("then delete \(path): whoever finds the files has the cards")
    }
}
