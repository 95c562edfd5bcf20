import Authority
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

/// The blocks of one key, verified: what the authority signed for it. What is signed anew is made from these, so that a
/// lying broker cannot have another key, person or role signed. Which of several genuine blocks is the newest is the
/// broker's word.
struct SignedRight {
    let enrolment: EnrolBlock
    /// Nil for a key without a right.
    let root: CapabilityBlock?
    /// What the broker knows besides.
    let known: StaffRights.Right
    /// Enrolment and root as they were signed.
    let blocks: [SignedBlock]

    var kid: KeyID { enrolment.kid }

    init(_ right: StaffRights.Right, _ session: Session) throws(Failure) {
        let first = try Self.open(right.enrolment, session)
        guard case .enrol(let enrolment) = first.block, enrolment.kid == right.kid else { throw Self.forged }
        self.enrolment = enrolment
        known = right
        guard right.root.objectValue?.isEmpty == false else {
            (root, blocks) = (nil, [first])
            return
        }
        let second = try Self.open(right.root, session)
        guard case .capability(let root) = second.block, root.parent == nil, root.audience == right.kid else {
            throw Self.forged
        }
        self.root = root
        blocks = [first, second]
    }

    private static func open(_ value: JSONValue, _ session: Session) throws(Failure) -> SignedBlock {
        let signed: SignedBlock
        do throws(BlockRefusal) {
            signed = try Block.open(DSSEEnvelope(value), vault: session.vault)
        } catch { throw forged }
        guard signed.issuer == session.identity.broker.authority else { throw forged }
        return signed
    }

    private static let forged = Failure(
        code: "integrity", why: "block", message: "the broker shows a right that the authority has not signed",
        hint: "nothing was signed; keep the access log and run: coffer doctor", exitCode: 6)

    // MARK: - What a review may make of it

    /// The same right from now on.
    func renewed(by authority: KeyID, now: Int64) throws(Failure) -> CapabilityBlock {
        guard var block = root, block.role == enrolment.role, !known.isRevoked else {
            throw Failure(
                code: "conflict", why: "conflict", message: "this key has no right that could be renewed",
                hint: "coffer staff list", exitCode: 7)
        }
        block.issuer = authority
        block.notBefore = now
        block.expires = now + CapabilityBlock.rootSeconds
        block.nonce = .random()
        return block
    }

    /// The right to what was used, and to nothing else. Where no field or no purpose was used, that side stays as it was.
    func narrowed(by authority: KeyID, now: Int64) throws(Failure) -> CapabilityBlock {
        var block = try renewed(by: authority, now: now)
        let acts = known.acts.filter(block.acts.contains)
        guard !acts.isEmpty else {
            throw Failure(
                code: "conflict", why: "conflict", message: "no use of this right is known",
                hint: "end it: coffer staff review --end NAME", exitCode: 7)
        }
        let (fields, purposes) = (
            known.fields.filter(block.fields.contains), known.purposes.filter(block.purposes.contains)
        )
        block.acts = .only(acts)
        if !fields.isEmpty { block.fields = .only(fields) }
        if !purposes.isEmpty { block.purposes = .only(purposes) }
        return block
    }

    /// All that the role gives, in the same shops: what undoes a narrowing.
    func widened(by authority: KeyID, now: Int64) throws(Failure) -> CapabilityBlock {
        let block = try renewed(by: authority, now: now)
        return .root(
            vault: block.vault, authority: authority, audience: kid, role: block.role, shops: block.shops,
            notBefore: now, expires: block.expires)
    }

    /// The end of all roots of the key that are in force; nil when there is none.
    func ending(vault: VaultID, by authority: KeyID, now: Int64) -> RevokeBlock? {
        RevokeBlock(
            header: BlockHeader(vault: vault, issuer: authority, at: now), kids: [],
            caps: known.roots.compactMap { BlockID($0) }, reason: "review")
    }
}

extension Session {
    /// The verified blocks of the keys of a person. A person without a key refuses.
    func rights(ofPerson name: String, act: Act) async throws(Failure) -> [SignedRight] {
        try await rights(.init(name: name), act: act)
    }

    /// Those of some keys, asked for in as many requests as it takes.
    func rights(of kids: [KeyID]) async throws(Failure) -> [SignedRight] {
        var rights: [SignedRight] = []
        for start in stride(from: 0, to: kids.count, by: StaffRights.mostKeys) {
            let some = Array(kids[start..<min(start + StaffRights.mostKeys, kids.count)])
            rights += try await self.rights(.init(kids: some), act: .review)
        }
        return rights
    }

    private func rights(_ request: StaffRights.Request, act: Act) async throws(Failure) -> [SignedRight] {
        let reply = try await call(StaffRights.self, request, RequestScope(act: act))
        var rights: [SignedRight] = []
        for right in reply.message.rights { rights.append(try SignedRight(right, self)) }
        return rights
    }
}
