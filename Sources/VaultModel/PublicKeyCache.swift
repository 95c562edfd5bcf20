public import Primitives
import Synchronization

/// Keys that have been checked to be points of large order: the check costs a third of a signature's, and the people of
/// a shop keep their keys. Only keys with a valid signature should enter, so that strangers cannot push others out
/// cheaply. Thread-safe.
public final class PublicKeyCache: Sendable {
    private static let most = 1_024
    private let known = Mutex<[KeyID: Ed25519.PublicKey]>([:])

    public init() {}

    /// Nil for a key that no signature can be trusted under.
    public func key(_ kid: KeyID) -> Ed25519.PublicKey? {
        known.withLock { $0[kid] } ?? Ed25519.PublicKey(kid.rawKey)
    }

    /// Keeps a key; the cache is emptied when it is full.
    public func remember(_ key: Ed25519.PublicKey, as kid: KeyID) {
        known.withLock { known in
            guard known[kid] == nil else { return }
            if known.count >= Self.most { known.removeAll(keepingCapacity: true) }
            known[kid] = key
        }
    }
}
