public import Authority
import CanonicalJSON
public import VaultModel
public import Wire

/// The blocks of one key, verified: what the authority signed for it. What is signed anew is made from these, so that a
/// lying broker cannot have another key, person or role signed. Which of several genuine blocks is the newest is the
/// broker's word.
public struct SignedRight: Sendable {
    /// Why nothing is signed.
    public enum Problem: Error, Equatable, Sendable {
        /// A block that the authority did not sign for this vault and this key.
        case forged
        /// The key has no right, has been revoked, or is in another role by now.
        case nothingToRenew
        /// No use of the right is known.
        case unused
    }

    public let enrolment: EnrolBlock
    /// Nil for a key without a right.
    public let root: CapabilityBlock?
    /// What the broker knows besides.
    public let known: StaffRights.Right
    /// Enrolment and root as they were signed.
    public let blocks: [SignedBlock]

    public var kid: KeyID { enrolment.kid }

    /// Verifies what the broker shows of a key.
    ///
    /// - Parameters:
    ///   - vault: the vault the identity was made for.
    ///   - authority: the authority's key as the identity knows it, not as the broker names it.
    ///   - earlier: authorities it took the place of; what they signed still stands.
    public init(
        _ right: StaffRights.Right, vault: VaultID, authority: KeyID, earlier: [KeyID] = []
    ) throws(Problem) {
        let authorities = [authority] + earlier
        let first = try Self.open(right.enrolment, vault, authorities)
        guard case .enrol(let enrolment) = first.block, enrolment.kid == right.kid else { throw .forged }
        self.enrolment = enrolment
        known = right
        guard right.root.objectValue?.isEmpty == false else {
            (root, blocks) = (nil, [first])
            return
        }
        let second = try Self.open(right.root, vault, authorities)
        guard case .capability(let root) = second.block, root.parent == nil, root.audience == right.kid else {
            throw .forged
        }
        self.root = root
        blocks = [first, second]
    }

    private static func open(
        _ value: JSONValue, _ vault: VaultID, _ authorities: [KeyID]
    ) throws(Problem) -> SignedBlock {
        let signed: SignedBlock
        do throws(BlockRefusal) { signed = try Block.open(DSSEEnvelope(value), vault: vault) } catch { throw .forged }
        guard authorities.contains(signed.issuer) else { throw .forged }
        return signed
    }

    // MARK: - What a review may make of it

    /// The same right from `now`, seconds since 1970, for as long as a root may live.
    public func renewed(by authority: KeyID, now: Int64) throws(Problem) -> CapabilityBlock {
        guard var block = root, block.role == enrolment.role, !known.isRevoked else { throw .nothingToRenew }
        block.issuer = authority
        block.notBefore = now
        block.expires = now + CapabilityBlock.rootSeconds
        block.nonce = .random()
        return block
    }

    /// The right to what was used, and to nothing else. Where no field or no purpose was used, that side stays as it was.
    public func narrowed(by authority: KeyID, now: Int64) throws(Problem) -> CapabilityBlock {
        var block = try renewed(by: authority, now: now)
        let acts = known.acts.filter(block.acts.contains)
        guard !acts.isEmpty else { throw .unused }
        let fields = known.fields.filter(block.fields.contains)
        let purposes = known.purposes.filter(block.purposes.contains)
        block.acts = .only(acts)
        if !fields.isEmpty { block.fields = .only(fields) }
        if !purposes.isEmpty { block.purposes = .only(purposes) }
        return block
    }

    /// All that the role gives, in the same shops: what undoes a narrowing.
    public func widened(by authority: KeyID, now: Int64) throws(Problem) -> CapabilityBlock {
        let block = try renewed(by: authority, now: now)
        return .root(
            vault: block.vault, authority: authority, audience: kid, role: block.role, shops: block.shops,
            notBefore: now, expires: block.expires)
    }

    /// The end of all roots of the key that are in force; nil when there is none.
    public func ending(by authority: KeyID, now: Int64) -> RevokeBlock? {
        RevokeBlock(
            header: BlockHeader(vault: enrolment.vault, issuer: authority, at: now), kids: [],
            caps: known.roots.compactMap { BlockID($0) }, reason: "review")
    }
}
