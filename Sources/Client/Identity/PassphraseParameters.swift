import Primitives
import Wire

/// What one try of an identity's passphrase costs: Argon2id, one lane.
struct PassphraseParameters: Hashable, Sendable {
    /// Passes over the memory.
    let operations: Int
    let memoryBytes: Int
    /// 16 random bytes, fresh for each file: no two files hash a passphrase alike.
    let salt: [UInt8]

    /// What new files cost. The default takes some four seconds on a small shop server; `test` is for trying things out.
    static func fresh(for profile: WireProfile) -> PassphraseParameters {
        let salt = Random.bytes(PasswordHash.saltSize)
        switch profile {
        case .default: return PassphraseParameters(operations: 4, memoryBytes: 512 << 20, salt: salt)
        case .test: return PassphraseParameters(operations: 1, memoryBytes: 8 << 20, salt: salt)
        }
    }

    /// Whether a file of this profile may ask for this cost: the floor keeps a cheapened file from being trusted, the
    /// cap keeps a tampered one from hanging the host. Checked before any work is done.
    func isAllowed(for profile: WireProfile) -> Bool {
        guard salt.count == PasswordHash.saltSize else { return false }
        switch profile {
        case .default: return (3...10).contains(operations) && (256 << 20...2 << 30).contains(memoryBytes)
        case .test: return (1...3).contains(operations) && (8 << 10...64 << 20).contains(memoryBytes)
        }
    }

    /// The 32-byte key of a passphrase.
    func key(of passphrase: borrowing SecretBytes) throws(IdentityError) -> SecretBytes {
        guard let text = PassphraseText.normalised(passphrase) else { throw .passphrase }
        do {
            return try PasswordHash.argon2id(
                text, salt: salt, operations: operations, memoryBytes: memoryBytes, size: XChaChaPoly.keySize)
        } catch {
            switch error {
            case .outOfMemory: throw .memory
            case .parameters: throw .cost
            }
        }
    }
}
