import Primitives
private import VaultModel

/// A passphrase in the form that is hashed.
enum PassphraseText {
    /// UTF-8 in normalisation form KC, so that the passphrase opens from any keyboard; nil when it is not UTF-8, empty
    /// or too long.
    static func normalised(_ passphrase: borrowing SecretBytes) -> SecretBytes? {
        guard (1...ClientLimits.passphraseBytes).contains(passphrase.count) else { return nil }
        return VaultModel.PassphraseText.normalised(passphrase)
    }
}
