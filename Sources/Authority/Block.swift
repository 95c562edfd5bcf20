import Primitives
public import VaultModel

/// One statement of any kind.
public enum Block: Hashable, Sendable {
    case capability(CapabilityBlock)
    case enrol(EnrolBlock)
    case revoke(RevokeBlock)
    case policy(PolicyBlock)
    case approve(ApproveBlock)
    case purge(PurgeBlock)
    case hold(HoldBlock)
    case clock(ClockBlock)
    case recover(RecoverBlock)

    /// Reads a payload of a known kind, or refuses. Says nothing about the signature.
    public static func parse(_ payload: [UInt8], as kind: BlockKind) throws(BlockRefusal) -> Block {
        switch kind {
        case .capability: .capability(try CapabilityBlock(parsing: payload))
        case .enrol: .enrol(try EnrolBlock(parsing: payload))
        case .revoke: .revoke(try RevokeBlock(parsing: payload))
        case .policy: .policy(try PolicyBlock(parsing: payload))
        case .approve: .approve(try ApproveBlock(parsing: payload))
        case .purge: .purge(try PurgeBlock(parsing: payload))
        case .hold: .hold(try HoldBlock(parsing: payload))
        case .clock: .clock(try ClockBlock(parsing: payload))
        case .recover: .recover(try RecoverBlock(parsing: payload))
        }
    }

    public var body: any BlockBody {
        switch self {
        case .capability(let block): block
        case .enrol(let block): block
        case .revoke(let block): block
        case .policy(let block): block
        case .approve(let block): block
        case .purge(let block): block
        case .hold(let block): block
        case .clock(let block): block
        case .recover(let block): block
        }
    }

    /// Keys the block brings into use; they must be points of large order, or anyone could sign for them.
    private var introducedKeys: [KeyID] {
        switch self {
        case .capability(let block): [block.audience]
        case .enrol(let block): [block.kid]
        case .recover(let block):
            switch block.replacement {
            case .authority(let key): [key, block.logKey]
            case .keys(let keys): keys + [block.logKey]
            }
        case .revoke, .policy, .approve, .purge, .hold, .clock: []
        }
    }

    /// Verifies an envelope: type, strict form, version, vault, signer and signature, in this order; the first failure
    /// is the refusal.
    ///
    /// The result proves that `issuer` said this for `vault`. Whether she may, and whether it still holds, is for
    /// `AuthorityState`.
    public static func open(_ envelope: DSSEEnvelope, vault: VaultID) throws(BlockRefusal) -> SignedBlock {
        guard let kind = BlockKind(payloadType: envelope.payloadType) else { throw .type }
        let block = try parse(envelope.payload, as: kind)
        let body = block.body
        guard body.vault == vault else { throw .vault }
        guard envelope.keyid == body.issuer else { throw .signer }
        guard let key = Ed25519.PublicKey(body.issuer.rawKey),
            key.isValid(signature: envelope.signature, for: envelope.pae)
        else { throw .signature }
        for key in block.introducedKeys where Ed25519.PublicKey(key.rawKey) == nil { throw .value("key") }
        return SignedBlock(verified: block, envelope: envelope)
    }
}

/// A block whose signature, form and vault have been verified. Only `Block.open` makes one.
public struct SignedBlock: Hashable, Sendable {
    public let id: BlockID
    public let block: Block
    public let envelope: DSSEEnvelope

    fileprivate init(verified block: Block, envelope: DSSEEnvelope) {
        id = BlockID(payload: envelope.payload)
        self.block = block
        self.envelope = envelope
    }

    public var issuer: KeyID { block.body.issuer }
}
