internal import Primitives
public import VaultModel

/// `anchor` as bytes; the layout stands at `Anchor`.
extension Anchor {
    static let magic = Array("COFFANCH".utf8)
    static let format: UInt16 = 1
    static let bodySize = 208
    static let macSize = 32

    /// The bytes of the file under the root key; while the root key is being replaced, under the next one as well, so
    /// that the anchor holds whichever of the two seal files survives a crash.
    public func encode(root: RootKey, next: RootKey? = nil) -> [UInt8] {
        precondition(isWellFormed, "tags and roots have 32 bytes, a pending state follows the current one")
        var bytes = Self.magic
        bytes.reserveCapacity(Self.bodySize + 2 * Self.macSize)
        bytes.appendLittleEndian(Self.format)
        bytes.append(pending == nil ? 0 : 1)
        bytes.append(next == nil ? 1 : 2)
        bytes.appendLittleEndian(UInt32(0))
        bytes += vault.bytes
        bytes.appendLittleEndian(incarnation)
        for state in [current, pending ?? State(seq: 0, tag: Self.zeroTag)] {
            bytes.appendLittleEndian(state.seq)
            bytes += state.tag
        }
        bytes.appendLittleEndian(keyring.generation)
        bytes += keyring.tag
        bytes.appendLittleEndian(sealGeneration)
        bytes.appendLittleEndian(log.size)
        bytes += log.root
        assert(bytes.count == Self.bodySize)
        var macs = BLAKE2b.mac(bytes, key: root.anchorMAC)
        if let next { macs += BLAKE2b.mac(bytes, key: next.anchorMAC) }
        return bytes + macs
    }

    /// Reads and verifies the file: one of its MACs is `root`'s. Without a root key an anchor says nothing, so there is
    /// no other way to read one.
    public static func open(_ bytes: [UInt8], vault: VaultID, root: RootKey) throws(AnchorError) -> Anchor {
        guard bytes.starts(with: magic) else { throw .notAnAnchor }
        guard bytes.count >= bodySize else { throw .malformed }
        guard bytes.littleEndian(at: 8, as: UInt16.self) == format else { throw .version }
        let macCount = Int(bytes[11])
        guard (1...2).contains(macCount), bytes.count == bodySize + macCount * macSize else { throw .malformed }

        // The MAC comes before any use of the content.
        let body = Array(bytes[..<bodySize])
        let expected = BLAKE2b.mac(body, key: root.anchorMAC)
        let stored = (0..<macCount).map { Array(bytes[bodySize + $0 * macSize..<bodySize + ($0 + 1) * macSize]) }
        guard stored.contains(where: { ConstantTime.equal($0, expected) }) else { throw .mac }
        let anchor = try parse(body)
        guard anchor.vault == vault else { throw .otherVault }
        return anchor
    }

    private static func parse(_ body: [UInt8]) throws(AnchorError) -> Anchor {
        let hasPending = body[10] == 1
        guard body[10] <= 1, body.littleEndian(at: 12, as: UInt32.self) == 0,
            let vault = VaultID(Array(body[16..<32]))
        else { throw .malformed }
        let pending = State(seq: body.littleEndian(at: 80), tag: Array(body[88..<120]))
        guard hasPending || pending == State(seq: 0, tag: zeroTag) else { throw .malformed }
        var anchor = Anchor(
            vault: vault, incarnation: body.littleEndian(at: 32),
            current: State(seq: body.littleEndian(at: 40), tag: Array(body[48..<80])),
            keyring: Keyring(generation: body.littleEndian(at: 120), tag: Array(body[128..<160])),
            sealGeneration: body.littleEndian(at: 160),
            log: Log(size: body.littleEndian(at: 168), root: Array(body[176..<208])))
        anchor.pending = hasPending ? pending : nil
        guard anchor.isWellFormed else { throw .malformed }
        return anchor
    }

    private static let zeroTag = [UInt8](repeating: 0, count: 32)

    private var isWellFormed: Bool {
        let hashes = [current.tag, keyring.tag, log.root] + (pending.map { [$0.tag] } ?? [])
        guard hashes.allSatisfy({ $0.count == 32 }), current.seq < UInt64.max else { return false }
        return pending.map { $0.seq == current.seq + 1 } ?? true
    }
}

/// Why bytes are not the vault's anchor.
public enum AnchorError: Error, Equatable, Sendable {
    case notAnAnchor
    case version
    case malformed
    /// No MAC is the root key's: edited, or of another vault.
    case mac
    /// Authentic, but of another vault.
    case otherVault
}
