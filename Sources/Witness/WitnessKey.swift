public import AccessLog
public import Host
internal import Primitives

/// The key a witness signs with, in the one-line form that Go's `note` package writes: `PRIVATE+KEY+name+hash+seed`.
///
/// It is not behind a passphrase: a witness must answer after a restart without a person, and what a thief of the key
/// gains is a voice that claims to have seen a log, not a value of anybody.
public final class WitnessKey: Sendable {
    /// What is given to the logs: type 4, a cosignature key.
    public let verifier: VerifierKey
    private let key: Ed25519.SigningKey

    public enum Problem: Error, Equatable, Sendable {
        case host(HostError)
        /// Others than the owner may read or change the file.
        case exposed
        /// Not a private key for cosignatures.
        case form
        /// A name that is empty, too long, or has a space, a plus or a control in it.
        case name
    }

    private static let prefix = "PRIVATE+KEY+"
    private static let fileBytes = 1_024

    private init(_ key: consuming Ed25519.SigningKey, name: String) throws(Problem) {
        guard let verifier = VerifierKey(name: name, algorithm: .cosignature, key: key.publicKey) else { throw .name }
        self.verifier = verifier
        self.key = key
    }

    /// A new key, not stored yet. Without a name it is called `coffer-witness-` and eight digits of its hash.
    public static func generate(name: String?) throws(Problem) -> WitnessKey {
        let key = Ed25519.SigningKey.generate()
        let own = "coffer-witness-" + Hex.encode(Array(SHA256.hash(key.publicKey.bytes).prefix(4)))
        return try WitnessKey(key, name: name ?? own)
    }

    /// Reads a key's file. It must be its owner's alone.
    public static func read(_ path: String) throws(Problem) -> WitnessKey {
        var bytes: [UInt8]
        let permissions: UInt32
        do throws(HostError) {
            permissions = try FileIdentity(of: path).permissions
            bytes = try DurableFile.read(path, limit: fileBytes)
        } catch { throw .host(error) }
        guard permissions & 0o077 == 0 else { throw .exposed }
        if bytes.last == 0x0A { bytes.removeLast() }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.utf8.starts(with: prefix.utf8) else { throw .form }
        // The name has no plus in it, the base64 may.
        let parts = text.dropFirst(prefix.count).split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let id = Hex.decode(String(parts[1])), var raw = Base64.decode(String(parts[2])),
            raw.count == 33, raw.removeFirst() == VerifierKey.Algorithm.cosignature.rawValue
        else { throw .form }
        let key = try WitnessKey(Ed25519.SigningKey(seed: SecretBytes(wiping: &raw)), name: String(parts[0]))
        guard key.verifier.id == id else { throw .form }
        return key
    }

    /// Stores the key in a new file, mode 0600, durable. Fails with EEXIST when something is there.
    public func store(at path: String) throws(Problem) {
        // Its next stop is a file: it leaves locked memory here.
        let raw = [verifier.algorithm.rawValue] + key.seed().exposeBytes()
        let text = Self.prefix + verifier.name + "+" + Hex.encode(verifier.id) + "+" + Base64.encode(raw) + "\n"
        do throws(HostError) { try DurableFile.create(path, with: Array(text.utf8)) } catch { throw .host(error) }
    }

    /// Adds the cosignature of a note, made at this time.
    public func cosign(_ note: inout SignedNote, timeSeconds: UInt64) {
        let signature = key.sign(Cosignature.message(text: note.text, timeSeconds: timeSeconds))
        note.append(signature: Cosignature.bytes(timeSeconds: timeSeconds, signature: signature), by: verifier)
    }
}
