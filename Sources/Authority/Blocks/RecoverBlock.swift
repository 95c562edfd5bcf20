import CanonicalJSON
public import VaultModel

/// Replaces a lost authority, or the keys of a restored vault, by word of the recovery quorum.
public struct RecoverBlock: BlockBody {
    public enum Replacement: Hashable, Sendable {
        /// A new authority key: `authority` is set and `keys` empty.
        case authority(KeyID)
        /// Keys to be trusted again: `authority` is `""` and `keys` are set.
        case keys([KeyID])
    }

    public static let kind = BlockKind.recover

    public var header: BlockHeader
    public var replacement: Replacement
    /// How many times the vault has been brought back, 1 for the first.
    public var incarnation: Int64
    /// `log_key`: the log's public key from now on, written like a `kid`.
    public var logKey: KeyID

    public init(header: BlockHeader, replacement: Replacement, incarnation: Int64, logKey: KeyID) {
        self.header = header
        self.replacement = replacement
        self.incarnation = incarnation
        self.logKey = logKey
    }
}

extension RecoverBlock: HeadedBlock {
    init(from reader: inout BlockReader) throws(BlockRefusal) {
        header = try BlockHeader(from: &reader)
        let authority = try reader.optional("authority") { KeyID($0) }
        let keys = try reader.set("keys", mayBeEmpty: true) { KeyID($0) }
        switch (authority, keys.isEmpty) {
        case (let authority?, true): replacement = .authority(authority)
        case (nil, false): replacement = .keys(keys)
        default: throw .value("keys")
        }
        incarnation = try reader.integer("incarnation")
        logKey = try reader.value("log_key") { KeyID($0) }
    }

    var members: [String: JSONValue] {
        let (authority, keys): (String, [KeyID]) =
            switch replacement {
            case .authority(let key): (key.text, [])
            case .keys(let keys): ("", keys)
            }
        return with([
            "authority": .string(authority),
            "incarnation": .integer(incarnation),
            "keys": .set(keys.map(\.text)),
            "log_key": .string(logKey.text),
        ])
    }
}
