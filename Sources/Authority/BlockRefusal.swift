public import CanonicalJSON
public import VaultModel

/// Why a block, a chain of blocks or its registration was refused. The first failure decides; its `code` may be logged
/// and its `reason` is what the requester hears.
///
/// Member names in `value` and `set` are ours, never the input's.
public enum BlockRefusal: Error, Hashable, Sendable {
    /// What a delegation may narrow and never widen.
    public enum Dimension: String, CaseIterable, Hashable, Sendable {
        case act, fld, frm, pur, shop, sub, time, max
    }

    // MARK: The block by itself

    /// Not the canonical form, or not exactly the members of its kind.
    case syntax(JSONError)
    /// A payload type that is not ours, or another one than the payload's `typ`.
    case type
    case version
    /// Signed for another vault.
    case vault
    /// A member's value is not of its form.
    case value(String)
    /// A set is empty, not sorted, or has an element twice.
    case set(String)
    /// The envelope names another key than the payload.
    case signer
    case signature

    // MARK: The chain

    /// No block, or more than four.
    case chainLength
    /// The first block is not the authority's, or claims a parent.
    case root
    /// A root with a budget: a root's `max` is 2^53-1.
    case rootMax
    case parentHash
    /// A block is not signed by the holder of the block before.
    case linkage
    /// A block is given to its own issuer.
    case selfIssued
    case depth
    case widened(Dimension)
    /// Longer than 120 days for a root or 24 hours for a delegation, or ending before it begins.
    case lifetime
    case revokedKey
    case revokedCapability
    case unregistered
    case notYetValid
    case expired

    // MARK: Registration

    /// The issuer may not make this kind of statement.
    case issuer
    /// The block is registered already.
    case duplicate
    /// Entries are registered in the order of the log.
    case logOrder
    /// A capability for a key that is not enrolled.
    case notEnrolled
    /// A capability for another role than the one its holder's key is enrolled for.
    case role
    /// A key belongs to one person for good.
    case person
    /// The statement is about the authority key itself, which is replaced by recovery and nothing else.
    case authorityKey
    /// A policy block that does not continue the policy in force.
    case policyChain

    /// A short stable name, for the log and for `--json`.
    public var code: String {
        switch self {
        case .syntax: "syntax"
        case .type: "type"
        case .version: "version"
        case .vault: "vault"
        case .value(let name): "value-" + name
        case .set(let name): "set-" + name
        case .signer: "signer"
        case .signature: "signature"
        case .chainLength: "chain-length"
        case .root: "root"
        case .rootMax: "root-max"
        case .parentHash: "parent-hash"
        case .linkage: "linkage"
        case .selfIssued: "self-issued"
        case .depth: "depth"
        case .widened(let dimension): "widen-" + dimension.rawValue
        case .lifetime: "lifetime"
        case .revokedKey: "revoked-key"
        case .revokedCapability: "revoked-capability"
        case .unregistered: "unregistered"
        case .notYetValid: "not-yet-valid"
        case .expired: "expired"
        case .issuer: "issuer"
        case .duplicate: "duplicate"
        case .logOrder: "log-order"
        case .notEnrolled: "not-enrolled"
        case .role: "role"
        case .person: "person"
        case .authorityKey: "authority-key"
        case .policyChain: "policy-chain"
        }
    }

    /// The reason in the log's own enumeration.
    public var reason: Reason {
        switch self {
        case .syntax, .type, .version, .value, .set: .malformed
        case .revokedKey: .revokedKey
        case .revokedCapability: .revokedCapability
        case .unregistered: .unregistered
        case .notYetValid: .notYetValid
        case .expired: .expired
        case .notEnrolled: .notEnrolled
        case .duplicate, .policyChain, .person: .conflict
        case .issuer, .authorityKey: .act
        default: .chain
        }
    }
}
