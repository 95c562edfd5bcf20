internal import Host
internal import Keys
internal import Primitives
internal import Turnstile
internal import VaultModel
internal import Wire

/// A file that the broker may unseal with when nobody is there.
public enum UnattendedFile: Sendable {
    /// The passphrase is its first line.
    case passphrase(String)
    /// The key is all of its 32 bytes.
    case hostKey(String)

    func key() throws(RequestRefusal) -> UnsealKey {
        switch self {
        case .passphrase(let path):
            var bytes = try Self.read(path)
            if let end = bytes.firstIndex(of: 0x0A) { bytes.removeSubrange(end...) }
            return .passphrase(HeldSecret(SecretBytes(wiping: &bytes)))
        case .hostKey(let path):
            var bytes = try Self.read(path)
            guard bytes.count == HostKeySlot.keySize else {
                Wipe.zero(&bytes)
                throw .invalid("\(path) is no host key: coffer keys slots add --host-key FILE makes one")
            }
            return .hostKey(HeldSecret(SecretBytes(wiping: &bytes)))
        }
    }

    private static func read(_ path: String) throws(RequestRefusal) -> [UInt8] {
        do throws(HostError) { return try DurableFile.read(path, limit: 4_096) } catch {
            throw RequestRefusal(.unavailable, .unavailable, hint: "\(path): \(error.reason)")
        }
    }
}
