import CanonicalJSON
public import VaultModel

/// A right given by one key to another: acts, fields, forms, purposes, shops and subjects, for a time.
///
/// A root is signed by the authority, names a role and may be unlimited (`any`) in any direction; its right is the
/// block ∩ what the policy gives that role now. Every other block is signed by the holder of its parent and may only
/// narrow.
public struct CapabilityBlock: BlockBody {
    public static let kind = BlockKind.capability
    /// 2^53-1: a root is not counted.
    public static let unlimited: Int64 = JSONValue.largestInteger
    /// The longest life of a root: 120 days.
    public static let rootSeconds: Int64 = 120 * 86_400
    /// The longest life of a delegation: 24 hours.
    public static let delegationSeconds: Int64 = 86_400

    public var vault: VaultID
    public var issuer: KeyID
    /// `aud`: the key that may use the right and delegate it.
    public var audience: KeyID
    /// `prf`: the block this one is derived from; nil at the root.
    public var parent: BlockID?
    /// The role the audience acts in.
    public var role: RoleName
    public var acts: Scope<Act>
    public var fields: Scope<FieldName>
    /// A form includes the lower ones; there is no star, `["full"]` is everything.
    public var forms: [Form]
    public var purposes: Scope<Purpose>
    public var shops: Scope<ShopName>
    public var subjects: SubjectScope
    /// `nbf`: the first second of validity.
    public var notBefore: Int64
    /// `exp`: the first second that is too late.
    public var expires: Int64
    /// `max`: how many requests may use the block, all its descendants together.
    public var maxUses: Int64
    /// How many further blocks may follow.
    public var depth: Int64
    public var nonce: BlockNonce

    public init(
        vault: VaultID, issuer: KeyID, audience: KeyID, parent: BlockID?, role: RoleName, acts: Scope<Act>,
        fields: Scope<FieldName>, forms: [Form], purposes: Scope<Purpose>, shops: Scope<ShopName>,
        subjects: SubjectScope, notBefore: Int64, expires: Int64, maxUses: Int64, depth: Int64,
        nonce: BlockNonce = .random()
    ) {
        self.vault = vault
        self.issuer = issuer
        self.audience = audience
        self.parent = parent
        self.role = role
        self.acts = acts
        self.fields = fields
        self.forms = forms
        self.purposes = purposes
        self.shops = shops
        self.subjects = subjects
        self.notBefore = notBefore
        self.expires = expires
        self.maxUses = maxUses
        self.depth = depth
        self.nonce = nonce
    }

    /// A root: all that the policy gives `role`, in the given shops.
    public static func root(
        vault: VaultID, authority: KeyID, audience: KeyID, role: RoleName, shops: Scope<ShopName> = .any,
        notBefore: Int64, expires: Int64, nonce: BlockNonce = .random()
    ) -> CapabilityBlock {
        CapabilityBlock(
            vault: vault, issuer: authority, audience: audience, parent: nil, role: role, acts: .any, fields: .any,
            forms: [.full], purposes: .any, shops: shops, subjects: .any, notBefore: notBefore, expires: expires,
            maxUses: unlimited, depth: Int64(Chain.longest - 1), nonce: nonce)
    }

    /// Whether a value may be shown in `form`: the highest form listed includes the lower ones.
    public func allows(_ form: Form) -> Bool { forms.contains { form <= $0 } }
}

extension CapabilityBlock: BlockCoding {
    init(from reader: inout BlockReader) throws(BlockRefusal) {
        self.init(
            vault: try reader.value("vlt") { VaultID($0) },
            issuer: try reader.value("iss") { KeyID($0) },
            audience: try reader.value("aud") { KeyID($0) },
            parent: try reader.optional("prf") { BlockID($0) },
            role: try reader.value("role") { RoleName($0) },
            acts: try reader.scope("act") { Act(rawValue: $0) },
            fields: try reader.scope("fld") { FieldName($0) },
            forms: try reader.set("frm") { Form(rawValue: $0) },
            purposes: try reader.scope("pur") { Purpose($0) },
            shops: try reader.scope("shop") { ShopName($0) },
            subjects: try reader.subjects("sub"),
            notBefore: try reader.integer("nbf"),
            expires: try reader.integer("exp"),
            maxUses: try reader.integer("max"),
            depth: try reader.integer("depth"),
            nonce: try reader.value("nonce") { BlockNonce($0) })
    }

    var members: [String: JSONValue] {
        [
            "act": .scope(acts, \.rawValue),
            "aud": .string(audience.text),
            "depth": .integer(depth),
            "exp": .integer(expires),
            "fld": .scope(fields, \.description),
            "frm": .set(forms.map(\.rawValue)),
            "iss": .string(issuer.text),
            "max": .integer(maxUses),
            "nbf": .integer(notBefore),
            "nonce": .string(nonce.text),
            "prf": .string(parent?.text ?? ""),
            "pur": .scope(purposes, \.text),
            "role": .string(role.text),
            "shop": .scope(shops, \.text),
            "sub": .subjects(subjects),
            "vlt": .string(vault.description),
        ]
    }
}
