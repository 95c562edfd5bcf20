public import Keys
import Primitives
import VaultModel

/// Makes the keyed terms and tags that vouch for the rows of `vault.db` and `keyring.db`.
public struct StateTags: Sendable {
    let keyset: Keyset
    let incarnation: UInt64

    public init(_ keyset: Keyset, incarnation: UInt64) {
        self.keyset = keyset
        self.incarnation = incarnation
    }

    /// What a record adds to the row-set digest: its seal, and the plain columns that no seal covers.
    func term(_ row: RecordSealRow) -> StateDigest.Term {
        var plain = ByteWriter(capacity: 64)
        plain.append(row.customer.bytes)
        plain.append(row.kind)
        plain.append(row.month)
        plain.append(UInt32(bitPattern: row.status.rawValue))
        plain.append(Array(row.shop.utf8))
        return keyset.stateDigestTerm(record: row.id, revision: row.rev, seal: row.seal, plain: plain.bytes)
    }

    func tag(_ digest: StateDigest, seq: UInt64) -> [UInt8] {
        keyset.stateTag(of: digest, incarnation: incarnation, seq: seq)
    }

    func term(_ row: KeyringRow) -> StateDigest.Term { keyset.keyringTerm(of: row.encoded) }

    func keyringTag(_ digest: StateDigest, generation: UInt64) -> [UInt8] {
        keyset.keyringTag(of: digest, incarnation: incarnation, generation: generation)
    }
}

/// A row of `keyring.db`, with an encoding of its own.
enum KeyringRow {
    case key(WrappedKey)
    case month(WrappedMonthKey)
    case destroyed(month: UInt32, half: UInt8, time: Int64)
    case tombstone(Tombstone)

    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: 160)
        switch self {
        case .key(let key):
            writer.append(UInt8(1))
            writer.append(key.customer.bytes)
            writer.append(key.version)
            writer.append(key.epoch)
            writer.append(UInt32(bitPattern: key.state.rawValue))
            writer.append(key.wrap)
        case .month(let key):
            writer.append(UInt8(2))
            writer.append(key.month)
            writer.append(key.half)
            writer.append(key.epoch)
            writer.append(key.wrap)
        case .destroyed(let month, let half, let time):
            writer.append(UInt8(3))
            writer.append(month)
            writer.append(half)
            writer.append(UInt64(bitPattern: time))
        case .tombstone(let tombstone):
            writer.append(UInt8(4))
            writer.append(tombstone.customer.bytes)
            writer.append(UInt64(bitPattern: tombstone.time))
        }
        return writer.bytes
    }
}
