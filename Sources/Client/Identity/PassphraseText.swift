// Foundation for one thing only: Unicode normalisation.
private import Foundation
import Primitives

/// A passphrase in the form that is hashed.
enum PassphraseText {
    /// UTF-8 in normalisation form KC, so that the passphrase opens from any keyboard; nil when it is not UTF-8, empty
    /// or too long. ASCII, its own normal form, never leaves locked memory. Anything else passes through strings in
    /// ordinary memory that nothing wipes.
    static func normalised(_ passphrase: borrowing SecretBytes) -> SecretBytes? {
        guard (1...ClientLimits.passphraseBytes).contains(passphrase.count) else { return nil }
        let isASCII = passphrase.withBytes { span in
            (0..<span.byteCount).allSatisfy { unsafe span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) < 0x80 }
        }
        guard !isASCII else { return passphrase.clone() }
        guard let text = String(validating: passphrase.exposeBytes(), as: UTF8.self) else { return nil }
        var normal = Array(text.precomposedStringWithCompatibilityMapping.utf8)
        return SecretBytes(wiping: &normal)
    }
}
