import Host
public import Primitives
internal import VaultModel

/// An identity on disk: the seed of an Ed25519 key under a passphrase, and beside it in the clear whose it is and which
/// broker it trusts. Canonical JSON, mode 0600:
///
/// ```
/// {"authority":kid,"kdf":{"alg":"argon2id13","mem":bytes,"ops":n,"salt":b64url},"kid":…,"kind":"person","log_key":…,
///  "name":…,"nonce":b64url,"profile":…,"reply_key":kid,"seed":b64url,"tls_pin":…,"v":1,"vault":hex}
/// ```
/// `seed` is XChaCha20-Poly1305 of the 32 seed bytes under Argon2id(passphrase). The associated data is the file without
/// `seed`, so that no pinned key, cost or profile can be exchanged under a passphrase that still opens the file.
public struct IdentityFile: Equatable, Sendable {
    public let identity: Identity
    let parameters: PassphraseParameters
    let nonce: [UInt8]
    let sealedSeed: [UInt8]

    init(identity: Identity, parameters: PassphraseParameters, nonce: [UInt8], sealedSeed: [UInt8]) {
        self.identity = identity
        self.parameters = parameters
        self.nonce = nonce
        self.sealedSeed = sealedSeed
    }

    /// Seals a key. Takes seconds and the memory of the profile's cost.
    ///
    /// - Parameters:
    ///   - identity: `identity.kid` must be the key's.
    ///   - passphrase: 1 to 1,024 bytes of UTF-8; it is normalised here.
    public static func seal(
        _ key: borrowing Ed25519.SigningKey, identity: Identity, passphrase: borrowing SecretBytes
    ) throws(IdentityError) -> IdentityFile {
        precondition(identity.kid.rawKey == key.publicKey.bytes, "an identity names its own key")
        guard identity.name.utf8.count <= 256 else { throw .form }
        let parameters = PassphraseParameters.fresh(for: identity.profile)
        let wrapping = try parameters.key(of: passphrase)
        // The wrapping key is of this file alone (fresh salt), and it seals this one message under a random nonce.
        let nonce = Random.bytes(XChaChaPoly.nonceSize)
        let context = associatedData(identity: identity, parameters: parameters, nonce: nonce)
        let sealed = XChaChaPoly.seal(secret: key.seed(), authenticating: context, nonce: nonce, key: wrapping)
        return IdentityFile(identity: identity, parameters: parameters, nonce: nonce, sealedSeed: sealed)
    }

    /// The key, if this is the passphrase and the file is as it was written. Takes as long as sealing.
    public func open(passphrase: borrowing SecretBytes) throws(IdentityError) -> Ed25519.SigningKey {
        guard parameters.isAllowed(for: identity.profile) else { throw .cost }
        let wrapping = try parameters.key(of: passphrase)
        let context = Self.associatedData(identity: identity, parameters: parameters, nonce: nonce)
        let seed: SecretBytes
        do {
            seed = try XChaChaPoly.openSecret(sealedSeed, authenticating: context, nonce: nonce, key: wrapping)
        } catch {
            throw .wrongPassphrase
        }
        guard seed.count == 32 else { throw .form }
        let key = Ed25519.SigningKey(seed: seed)
        guard key.publicKey.bytes == identity.kid.rawKey else { throw .form }
        return key
    }

    /// Writes the file with mode 0600; refuses to replace one. The folders above are made with mode 0700.
    public func create(at path: String) throws(IdentityError) {
        do throws(HostError) {
            try Folder.createAll(FilePaths.folder(of: path), mode: 0o700)
            try DurableFile.create(path, with: encode(), mode: 0o600)
        } catch {
            throw error.fileExists ? .exists : .file(error.errno)
        }
    }

    /// Reads a file that only its owner can read.
    public static func read(_ path: String) throws(IdentityError) -> IdentityFile {
        let bytes: [UInt8]
        do throws(HostError) {
            let found = try FileIdentity(of: path)
            guard found.permissions & 0o077 == 0 else { throw HostError(operation: "stat", path: path, errno: 0) }
            bytes = try DurableFile.read(path, limit: ClientLimits.fileBytes)
        } catch {
            if error.isMissingFile { throw .missing }
            throw error.errno == 0 ? .permissions : .file(error.errno)
        }
        return try IdentityFile(parsing: bytes)
    }
}
