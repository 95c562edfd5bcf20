import Primitives
import Testing
import VaultModel

@testable import Keys

extension SecretBytes {
    init(text: String) { self.init(copying: Array(text.utf8)) }
}

/// A sealed test vault. One passphrase hash per test at most, as each takes 8 MiB and some milliseconds.
struct SealFixture {
    let vault: VaultID
    let keyset: Keyset
    let root: RootKey
    let seal: VerifiedSeal

    init(passphrase: String = "correct horse") throws {
        let fixture = try Fixture()
        vault = fixture.vault
        keyset = try fixture.keyset()
        root = fixture.root()
        seal = try VerifiedSeal.create(
            SealFixture.facts(vault, keyset), keyset: keyset, root: root, passphrase: SecretBytes(text: passphrase))
    }

    static func facts(_ vault: VaultID, _ keyset: Keyset, profile: VaultProfile = .test) -> SealFacts {
        SealFacts(
            vault: vault, profile: profile, createdAtMilliseconds: 1_795_300_000_000, registryHash: ramp(1, 32),
            policyPin: ramp(2, 32),
            authority: KeyID(Ed25519.SigningKey(seed: SecretBytes(copying: ramp(3, 32))).publicKey),
            logKey: keyset.logPublicKey, replyKey: keyset.replyPublicKey, tlsPin: ramp(4, 32))
    }
}

func parseError(_ bytes: [UInt8]) -> SealFileError? {
    failure { () throws(SealFileError) in try SealFile.parse(bytes) }
}

func unlockError(_ file: SealFile, _ passphrase: String) -> UnsealError? {
    failure { () throws(UnsealError) in try file.rootKey(passphrase: SecretBytes(text: passphrase)) }
}
