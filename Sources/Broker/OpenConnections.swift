internal import Synchronization
internal import Turnstile
internal import VaultModel

/// Which connections were used by which keys: so that a leaver's can be cut.
///
/// Connections are held weakly; keys whose connections have all gone are dropped when another one is noted.
final class OpenConnections: Sendable {
    private struct Held {
        weak var connection: (any PeerConnection)?
    }

    private let held = Mutex<[KeyID: [Held]]>([:])

    /// Notes that a verified request of `key` came over `connection`.
    func note(_ connection: any PeerConnection, of key: KeyID) {
        held.withLock { held in
            if held[key, default: []].contains(where: { $0.connection === connection }) { return }
            held[key, default: []].removeAll { $0.connection == nil }
            held[key, default: []].append(Held(connection: connection))
        }
    }

    /// Cuts all connections of these keys but `own`; how many there were.
    func cut(_ keys: [KeyID], but own: (any PeerConnection)?) -> Int {
        let doomed = held.withLock { held in
            keys.flatMap { held.removeValue(forKey: $0) ?? [] }.compactMap(\.connection).filter { $0 !== own }
        }
        for connection in doomed { connection.cut() }
        return doomed.count
    }
}
