import VaultModel

extension AuthorityState {
    /// Takes a verified block at its place in the log, or refuses and stays as it was.
    ///
    /// Several blocks may share an index, when one entry registers them. `milliseconds` is the entry's time.
    ///
    /// Who may say what: capabilities without a parent, `enrol`, `policy` and `clock` are the authority's; other
    /// capabilities are the parent's holder's. `revoke` is the authority's or that of anybody enrolled: whose keys and
    /// chains she may end is a question of the policy, which is asked when the block comes and again by whoever
    /// verifies the log. So are approvals, purges and holds.
    public mutating func register(
        _ signed: SignedBlock, at index: UInt64, time milliseconds: Int64
    ) throws(BlockRefusal) {
        guard signed.block.body.vault == vault else { throw .vault }
        guard registered[signed.id] == nil else { throw .duplicate }
        if let lastIndex, index < lastIndex { throw .logOrder }
        switch signed.block {
        case .capability(let block):
            try register(block, signed.id, at: index, time: milliseconds)
        case .enrol(let block):
            try requireAuthority(signed)
            try register(block, signed.id, at: index)
        case .revoke(let block):
            if signed.issuer != authority { try requireActive(signed.issuer) }
            try register(block, signed.id, at: index)
        case .policy(let block):
            try requireAuthority(signed)
            guard block.previous == policy?.sha256 else { throw .policyChain }
            policies.append(PolicyPin(sha256: block.sha256, block: signed.id, index: index))
        case .clock(let block):
            try requireAuthority(signed)
            clock = ClockStatement(seconds: block.seconds, block: signed.id, index: index)
        case .approve(let block):
            try register(block, signed.id, at: index, time: milliseconds)
        case .purge(let block):
            try requireActive(block.issuer)
            purges.append(RegisteredPurge(id: signed.id, block: block, index: index, milliseconds: milliseconds))
        case .hold(let block):
            try requireActive(block.issuer)
            holds.removeAll { $0.block.scope == block.scope }
            holds.append(RegisteredHold(id: signed.id, block: block, index: index))
        case .recover(let block):
            guard let quorum, signed.issuer == quorum else { throw .issuer }
            try register(block, signed.id, at: index)
        }
        registered[signed.id] = index
        lastIndex = index
    }

    private func requireAuthority(_ signed: SignedBlock) throws(BlockRefusal) {
        guard signed.issuer == authority else { throw .issuer }
    }

    private func requireActive(_ key: KeyID) throws(BlockRefusal) {
        guard !isRevoked(key) else { throw .revokedKey }
        guard enrolments[key] != nil else { throw .notEnrolled }
    }

    // MARK: - Enrolment

    private mutating func register(_ block: EnrolBlock, _ id: BlockID, at index: UInt64) throws(BlockRefusal) {
        guard block.kid != authority else { throw .authorityKey }
        guard !isRevoked(block.kid) else { throw .revokedKey }
        if let known = enrolments[block.kid], known.person != block.person { throw .person }
        enrolments[block.kid] = Enrolment(statement: block, block: id, index: index)
    }

    // MARK: - Capabilities

    private mutating func register(
        _ block: CapabilityBlock, _ id: BlockID, at index: UInt64, time milliseconds: Int64
    ) throws(BlockRefusal) {
        let link = Chain.Link(id: id, block: block)
        let ancestors = try ancestors(of: block)
        guard ancestors.count < Chain.longest else { throw .chainLength }
        try Chain.derive(link, from: ancestors.last, authority: authority)
        let chain = Chain(links: ancestors + [link])
        try requireUnrevoked(chain)
        guard let holder = enrolments[block.audience] else { throw .notEnrolled }
        guard holder.role == block.role else { throw .role }
        guard milliseconds < block.expires * 1000 else { throw .expired }
        capabilities[id] = RegisteredCapability(chain: chain, index: index, registeredMilliseconds: milliseconds)
        if ancestors.isEmpty { rootsByKey[block.audience, default: []].append(id) }
    }

    /// The chain above a block, from the log.
    private func ancestors(of block: CapabilityBlock) throws(BlockRefusal) -> [Chain.Link] {
        guard let parent = block.parent else { return [] }
        guard let known = capabilities[parent] else { throw .unregistered }
        return known.chain.links
    }

    /// No key and no block of the chain is revoked.
    func requireUnrevoked(_ chain: Chain) throws(BlockRefusal) {
        for link in chain.links {
            guard !isRevoked(link.block.issuer), !isRevoked(link.block.audience) else { throw .revokedKey }
            guard !isRevoked(link.id) else { throw .revokedCapability }
        }
    }

    // MARK: - Revocation

    /// Whether a block ends nothing but capabilities in whose chain its issuer signed a block: what everybody who lends
    /// may take back.
    public func endsOnlyOwn(_ block: RevokeBlock) -> Bool {
        block.kids.isEmpty
            && block.caps.allSatisfy { id in
                capabilities[id]?.chain.links.contains { $0.block.issuer == block.issuer } == true
            }
    }

    /// Keys and blocks unknown here may be revoked too, so that a lost key can be barred before anyone enrols it. What
    /// is revoked already keeps its first index.
    private mutating func register(_ block: RevokeBlock, _ id: BlockID, at index: UInt64) throws(BlockRefusal) {
        guard !block.kids.contains(authority) else { throw .authorityKey }
        let revocation = Revocation(block: id, index: index, reason: block.reason)
        for key in block.kids where revokedKeys[key] == nil { revokedKeys[key] = revocation }
        for capability in block.caps where revokedCapabilities[capability] == nil {
            revokedCapabilities[capability] = revocation
        }
    }
}
