import AccessLog
import Console
import Offline
import Primitives

/// The cards that `coffer init` was asked for.
struct CardOrder {
    let recovery: CardQuorum?
    let unsealing: CardQuorum?
    let folder: CardFolder

    /// Nil where no cards are wanted.
    init?(recovery: String?, unsealing: String?, folder: String?, vault: String) throws(Failure) {
        let recovery = try Self.quorum(recovery, "--recovery")
        let unsealing = try Self.quorum(unsealing, "--unseal-shares")
        guard recovery != nil || unsealing != nil else {
            guard folder == nil else {
                throw .usage("which cards?", hint: "--recovery 2/3, --unseal-shares 2/3, or both", why: "cards")
            }
            return nil
        }
        guard let folder else {
            throw .usage("where do the cards go?", hint: "--cards DIR, outside the vault's folder", why: "cards")
        }
        self.recovery = recovery
        self.unsealing = unsealing
        self.folder = try CardFolder(folder, vault: vault)
    }

    private static func quorum(_ text: String?, _ option: String) throws(Failure) -> CardQuorum? {
        guard let text else { return nil }
        return try CardArguments.quorum(text, option)
    }

    var uses: [CardUse] { (recovery == nil ? [] : [.recovery]) + (unsealing == nil ? [] : [.unsealing]) }

    /// Makes the cards and writes their files, before there is a vault that relies on them.
    func write(_ creation: VaultCreation) throws(Failure) -> CardCeremony {
        let ceremony = CardCeremony(vault: creation.vault, unsealing: unsealing, recovery: recovery)
        try folder.write(ceremony, recovery: ceremony.recoveryKeys(logKey: creation.logKey.key.bytes))
        try folder.requireReadable(ceremony)
        return ceremony
    }
}
