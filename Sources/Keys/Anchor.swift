internal import Primitives
public import VaultModel

/// The file `anchor`: how far the vault had come, so that an older copy of any of its files is noticed.
///
/// It is written in two phases. Before `vault.db` commits state n+1, `pending` names it; afterwards it becomes
/// `current`. A crash in between leaves one of the two states the anchor allows, never a false alarm.
///
/// ```
///   0  8 "COFFANCH"          8  2 format = 1    10  1 flags: bit 0 pending    11  1 number of MACs, 1 or 2
///  12  4 zero               16 16 vault id      32  8 incarnation
///  40  8 seq                48 32 T             80  8 pending seq             88 32 pending T
/// 120  8 keyring generation 128 32 keyring tag 160  8 seal generation
/// 168  8 log size          176 32 log root
/// 208 32 BLAKE2b-256(kdf(RK,1,"CFanchor"), bytes 0..<208)   [240 32 the same under the next root key]
/// ```
/// Without `pending` its forty bytes are zero. Two MACs stand only while the root key is being replaced.
public struct Anchor: Equatable, Sendable {
    /// A state of `vault.db`: its number and the tag of its row-set digest.
    public struct State: Equatable, Sendable {
        public var seq: UInt64
        /// 32 bytes, from `Keyset.stateTag`.
        public var tag: [UInt8]

        public init(seq: UInt64, tag: [UInt8]) {
            self.seq = seq
            self.tag = tag
        }
    }

    /// The keyring's generation and its tag, from `Keyset.keyringTag`.
    public struct Keyring: Equatable, Sendable {
        public var generation: UInt64
        public var tag: [UInt8]

        public init(generation: UInt64, tag: [UInt8]) {
            self.generation = generation
            self.tag = tag
        }
    }

    /// The log's size and root at the last write. What its control tables say is compared with its entries.
    public struct Log: Equatable, Sendable {
        public var size: UInt64
        public var root: [UInt8]

        public init(size: UInt64, root: [UInt8]) {
            self.size = size
            self.root = root
        }
    }

    public let vault: VaultID
    public var incarnation: UInt64
    public internal(set) var current: State
    /// The state that is about to be, or has just been, committed; its seq is one above `current`'s.
    public internal(set) var pending: State?
    public var keyring: Keyring
    public var sealGeneration: UInt64
    public var log: Log

    /// An anchor with nothing pending. Tags and root have 32 bytes.
    public init(
        vault: VaultID, incarnation: UInt64, current: State, keyring: Keyring, sealGeneration: UInt64, log: Log
    ) {
        self.vault = vault
        self.incarnation = incarnation
        self.current = current
        self.keyring = keyring
        self.sealGeneration = sealGeneration
        self.log = log
    }

    // MARK: - The two phases

    /// Phase one: the anchor to write before `vault.db` commits the state after `current` with this tag.
    public func intending(_ tag: [UInt8]) -> Anchor {
        var anchor = self
        anchor.pending = State(seq: current.seq + 1, tag: tag)
        return anchor
    }

    /// Phase two: the anchor to write after the commit. Without a pending state it stays as it is.
    public func concluded() -> Anchor {
        guard let pending else { return self }
        var anchor = self
        anchor.current = pending
        anchor.pending = nil
        return anchor
    }

    /// The anchor after a crash before the commit: the pending state never came to be.
    public func withdrawn() -> Anchor {
        var anchor = self
        anchor.pending = nil
        return anchor
    }

    /// Where a state found in `vault.db` stands.
    public enum Standing: Equatable, Sendable {
        /// The one the anchor names.
        case current
        /// The pending one: the commit went through, phase two did not.
        case pending
        /// An earlier or a foreign one: `vault.db` was rolled back or replaced.
        case rollback
        /// The right number with another content: `vault.db` was edited.
        case tampered
    }

    /// Judges the state of `vault.db` by its number and the tag recomputed from its rows.
    public func standing(of found: State) -> Standing {
        if found.seq == current.seq {
            return ConstantTime.equal(found.tag, current.tag) ? .current : .tampered
        }
        if let pending, found.seq == pending.seq {
            return ConstantTime.equal(found.tag, pending.tag) ? .pending : .tampered
        }
        return .rollback
    }
}
