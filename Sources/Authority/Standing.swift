public import VaultModel

/// The outcome of a successful evaluation: who is asking, in what role, by what blocks. The right that follows is
/// *these blocks ∩ what the policy gives that role now*; the policy's part is decided elsewhere.
public struct Standing: Hashable, Sendable {
    public let person: PersonID
    public let kid: KeyID
    /// The role of the key, which is that of the last block.
    public let role: RoleName
    /// The shops of the last block, the narrowest.
    public let shops: Scope<ShopName>
    /// Root first. A right that does not come from the root directly (`isDelegated`) is justified by the delegation
    /// rules of the delegators' roles, and its budgets must be counted.
    public let chain: Chain

    public var root: BlockID { chain.root.id }
    /// The block that the request was made under: what goes into the log.
    public var capability: BlockID { chain.last.id }
    public var blocks: [BlockID] { chain.links.map(\.id) }
    public var isDelegated: Bool { chain.links.count > 1 }

    /// Blocks with a limited number of uses and that number; each must have uses left, and all are incremented in the
    /// transaction that logs the request.
    public var budgets: [(block: BlockID, maxUses: Int64)] {
        chain.links.filter { $0.block.maxUses < CapabilityBlock.unlimited }.map { ($0.id, $0.block.maxUses) }
    }
}

/// A request is refused, and why.
public struct Refusal: Error, Hashable, Sendable {
    public let reason: Reason
    public init(_ reason: Reason) { self.reason = reason }
}

/// What the authority has said about a key, as of the last registered block.
public struct Enrolment: Hashable, Sendable {
    /// The block in force for this key.
    public let statement: EnrolBlock
    public let block: BlockID
    /// Where that block stands in the log.
    public let index: UInt64

    public var person: PersonID { statement.person }
    public var kid: KeyID { statement.kid }
    public var role: RoleName { statement.role }

    /// Why the person may not see values at this second, or nil: no confidentiality agreement signed, or no training
    /// that still counts.
    public func obstacle(at now: Int64) -> Reason? {
        guard let nda = statement.nda, nda.beginsSeconds <= now else { return .confidentiality }
        guard let training = statement.training, now < training.endsSeconds else { return .training }
        return nil
    }
}

/// A capability in the log.
public struct RegisteredCapability: Hashable, Sendable {
    public let chain: Chain
    /// Where its block stands in the log.
    public let index: UInt64
    /// When the log took it, in milliseconds since 1970.
    public let registeredMilliseconds: Int64

    public var id: BlockID { chain.last.id }
    public var block: CapabilityBlock { chain.last.block }
    public var isRoot: Bool { chain.links.count == 1 }
}

/// A revocation of one key or block.
public struct Revocation: Hashable, Sendable {
    /// The block that revokes.
    public let block: BlockID
    /// From this log index on.
    public let index: UInt64
    public let reason: String
}

/// A policy put in force.
public struct PolicyPin: Hashable, Sendable {
    /// SHA-256 of the policy's bytes in lower-case hexadecimal.
    public let sha256: String
    public let block: BlockID
    public let index: UInt64
}

/// The owner's last word on the clock.
public struct ClockStatement: Hashable, Sendable {
    /// Seconds since 1970.
    public let seconds: Int64
    public let block: BlockID
    public let index: UInt64
}
