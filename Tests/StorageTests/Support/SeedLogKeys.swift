import AccessLog
import Keys
import Primitives
import VaultModel

@testable import Storage

/// Log keys that two processes can have: everything follows from a known seed. Every month key is that
/// seed; nothing is wrapped. Good enough for files that are deleted at once.
struct SeedLogKeys: LogKeys {
    let vault: VaultID
    let verifier: VerifierKey
    private static let seed = [UInt8](repeating: 42, count: 32)

    init(vault: VaultID) {
        self.vault = vault
        let origin = LogOrigin(vault: vault, incarnation: 1).description
        guard let verifier = VerifierKey(name: origin, key: Self.signingKey().publicKey) else {
            preconditionFailure("an origin is a key name")
        }
        self.verifier = verifier
    }

    private static func signingKey() -> Ed25519.SigningKey { Ed25519.SigningKey(seed: SecretBytes(copying: seed)) }

    func signCheckpoint(_ message: [UInt8]) -> [UInt8] { Self.signingKey().sign(message) }

    func wrap(_ key: MonthKey) -> WrappedMonthKey {
        WrappedMonthKey(month: key.month, half: key.half.rawValue, epoch: 1, wrap: [])
    }

    /// Every month key is the seed: what `wrap` was given is not used.
    func unwrap(_ key: WrappedMonthKey) throws(EnvelopeError) -> MonthKey {
        guard let half = MonthKey.Half(rawValue: key.half) else { throw .keyVersion }
        return MonthKey(SecretBytes(copying: Self.seed), month: key.month, half: half)
    }
}
