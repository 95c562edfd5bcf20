public import VaultModel

/// A chain of capabilities from the authority to the key that signs requests, root first, checked as a whole.
///
/// The check is pure: it says whether the blocks derive from one another and hold at a moment. Whether they allow a
/// particular request is `Chain.refusal(of:)`; whether they have been used up is counted in the log's transaction.
public struct Chain: Hashable, Sendable {
    /// Blocks in a chain, root included.
    public static let longest = 4

    /// What a chain is checked against, apart from its own blocks.
    public struct Context: Sendable {
        public var vault: VaultID
        public var authority: KeyID
        public var revokedKeys: Set<KeyID>
        public var revokedBlocks: Set<BlockID>
        public var registered: Set<BlockID>

        public init(
            vault: VaultID, authority: KeyID, revokedKeys: Set<KeyID> = [], revokedBlocks: Set<BlockID> = [],
            registered: Set<BlockID> = []
        ) {
            self.vault = vault
            self.authority = authority
            self.revokedKeys = revokedKeys
            self.revokedBlocks = revokedBlocks
            self.registered = registered
        }
    }

    /// One verified block of a chain.
    public struct Link: Hashable, Sendable {
        public let id: BlockID
        public let block: CapabilityBlock
    }

    /// What the check is for.
    public enum Use: Hashable, Sendable {
        /// The last block is about to be registered: it need not be in the log yet, and time does not matter.
        case registration
        /// A request at this second since 1970.
        case request(now: Int64)
    }

    /// Root first, never empty.
    public let links: [Link]

    public var root: Link { links[0] }
    public var last: Link { links[links.count - 1] }

    /// Opens every envelope and checks the whole chain. The first failure, block by block, is the refusal.
    public static func check(
        _ envelopes: [DSSEEnvelope], in context: Context, for use: Use
    ) throws(BlockRefusal) -> Chain {
        guard (1...longest).contains(envelopes.count) else { throw .chainLength }
        var links: [Link] = []
        for (index, envelope) in envelopes.enumerated() {
            guard envelope.payloadType == BlockKind.capability.payloadType else { throw .type }
            let signed = try Block.open(envelope, vault: context.vault)
            guard case .capability(let block) = signed.block else { throw .type }
            let link = Link(id: signed.id, block: block)
            try derive(link, from: links.last, authority: context.authority)
            guard context.revokedKeys.isDisjoint(with: [block.issuer, block.audience]) else { throw .revokedKey }
            guard !context.revokedBlocks.contains(link.id) else { throw .revokedCapability }
            let isNew = use == .registration && index == envelopes.count - 1
            guard isNew || context.registered.contains(link.id) else { throw .unregistered }
            if case .request(let now) = use { try checkTime(of: block, at: now) }
            links.append(link)
        }
        return Chain(links: links)
    }

    /// Whether `link` may follow `parent`, or may be a root when there is none: the rules that never change once a
    /// block is signed.
    static func derive(_ link: Link, from parent: Link?, authority: KeyID) throws(BlockRefusal) {
        let block = link.block
        guard let parent else { return try checkRoot(block, authority: authority) }
        guard block.parent == parent.id else { throw .parentHash }
        guard block.issuer == parent.block.audience else { throw .linkage }
        guard block.issuer != block.audience else { throw .selfIssued }
        guard block.depth < parent.block.depth else { throw .depth }
        if let dimension = widening(of: block, beyond: parent.block) { throw .widened(dimension) }
        guard lifetime(of: block, isAtMost: CapabilityBlock.delegationSeconds) else { throw .lifetime }
    }

    private static func checkRoot(_ block: CapabilityBlock, authority: KeyID) throws(BlockRefusal) {
        guard block.issuer == authority, block.parent == nil else { throw .root }
        guard block.issuer != block.audience else { throw .selfIssued }
        guard block.depth < Int64(longest) else { throw .depth }
        guard block.maxUses == CapabilityBlock.unlimited else { throw .rootMax }
        guard lifetime(of: block, isAtMost: CapabilityBlock.rootSeconds) else { throw .lifetime }
    }

    /// The first direction in which `child` is wider than `parent`, or says “any”, which only a root may.
    private static func widening(
        of child: CapabilityBlock, beyond parent: CapabilityBlock
    ) -> BlockRefusal.Dimension? {
        if child.acts == .any || !child.acts.isSubset(of: parent.acts) { return .act }
        if child.fields == .any || !child.fields.isSubset(of: parent.fields) { return .fld }
        if !child.forms.allSatisfy(parent.allows) { return .frm }
        if child.purposes == .any || !child.purposes.isSubset(of: parent.purposes) { return .pur }
        if child.shops == .any || !child.shops.isSubset(of: parent.shops) { return .shop }
        if child.subjects == .any || !child.subjects.isSubset(of: parent.subjects) { return .sub }
        if child.notBefore < parent.notBefore || child.expires > parent.expires { return .time }
        if child.maxUses > parent.maxUses { return .max }
        return nil
    }

    /// Both times are 0...2^53-1, so that the difference cannot overflow.
    private static func lifetime(of block: CapabilityBlock, isAtMost seconds: Int64) -> Bool {
        (1...seconds).contains(block.expires - block.notBefore)
    }

    /// One clock and no grace: the broker's own.
    static func checkTime(of block: CapabilityBlock, at now: Int64) throws(BlockRefusal) {
        guard now < block.expires else { throw .expired }
        guard block.notBefore <= now else { throw .notYetValid }
    }

    /// A chain whose links have been derived from one another. The state of the authority keeps such chains.
    init(links: [Link]) {
        precondition((1...Self.longest).contains(links.count), "a chain has one to four blocks")
        self.links = links
    }
}
