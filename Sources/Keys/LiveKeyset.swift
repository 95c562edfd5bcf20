internal import Synchronization

/// The keyset in force: one place to look it up, because a rotation puts another one there while everything goes on.
///
/// Whoever asks holds on to the keyset it got for one step and no longer: a key may be destroyed afterwards.
public final class LiveKeyset: Sendable {
    private let keyset: Mutex<Keyset>

    public init(_ keyset: Keyset) { self.keyset = Mutex(keyset) }

    public var value: Keyset { keyset.withLock { $0 } }

    /// Puts the next keyset in force. Its `vault.seal` is durable.
    public func replace(by next: Keyset) { keyset.withLock { $0 = next } }
}
