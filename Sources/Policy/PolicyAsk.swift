public import VaultModel

/// What a role asks of the policy. Members that do not belong to the act are left at their defaults.
public struct PolicyAsk: Hashable, Sendable {
    public let act: Act
    /// The record kind of an act that names no field: `list`, `write` of a whole record, `verify`.
    public var record: String?
    public var fields: [FieldName]
    /// Nil asks for the best form the role has without approval.
    public var form: Form?
    public var purpose: Purpose?
    public var lookup: LookupKind?
    /// The verb within a group of rights (`PolicyDocument.rights(for:)`), e.g. `restrict` for `subject`.
    public var verb: String?
    /// The template of a `notify`.
    public var template: String?
    /// The role a `delegate` lends to.
    public var recipient: RoleName?
    /// How long a `delegate` is to live.
    public var minutes: Int?
    /// How often a delegated capability may be used.
    public var uses: Int?
    /// The record kind a delegated capability is bound to.
    public var boundTo: String?
    /// The role of the person who lent the capability under which this is asked: the reader's own rights then do not
    /// count, the lender's do.
    public var delegator: RoleName?
    /// How many other persons have approved this very request.
    public var approvals: Int
    /// The emergency a read claims, as `BreakGlass.digest` writes it; nil for none. Rules that do not name it then do
    /// not count.
    public var breakGlass: String?
    /// Whether an erasure does not wait, or is one too many for a day: then another person must approve it.
    public var needsSecond: Bool

    public init(
        act: Act, record: String? = nil, fields: [FieldName] = [], form: Form? = nil, purpose: Purpose? = nil,
        lookup: LookupKind? = nil, verb: String? = nil, template: String? = nil, recipient: RoleName? = nil,
        minutes: Int? = nil, uses: Int? = nil, boundTo: String? = nil, delegator: RoleName? = nil, approvals: Int = 0,
        breakGlass: String? = nil, needsSecond: Bool = false
    ) {
        self.act = act
        self.record = record
        self.fields = fields
        self.form = form
        self.purpose = purpose
        self.lookup = lookup
        self.verb = verb
        self.template = template
        self.recipient = recipient
        self.minutes = minutes
        self.uses = uses
        self.boundTo = boundTo
        self.delegator = delegator
        self.approvals = approvals
        self.breakGlass = breakGlass
        self.needsSecond = needsSecond
    }
}

/// What the policy answers. A refusal is a value with a reason.
public enum PolicyDecision: Hashable, Sendable {
    case allow(PolicyGrant)
    /// `detail` names rules, roles and fields, never a customer's value; it is for people and is not logged.
    case deny(Reason, detail: String)
    /// Allowed once so many other persons have approved the request.
    case approval(Int)
}

/// What is allowed, and how far.
public struct PolicyGrant: Hashable, Sendable {
    /// The form in which `fields` may be shown.
    public let form: Form
    /// The fields the act covers. For `find` and `list`: those whose masked form may be released.
    public let fields: [FieldName]
    public let limits: RoleLimits
    /// For `delegate`: the rule that covers it.
    public let delegation: DelegateRule?
    /// For `stats`: the smallest group that may be shown.
    public let minimumGroup: Int?

    /// What concerns nobody but the person who asks: it shows no field and needs no rule.
    public static let own = PolicyGrant(
        form: .match, fields: [], limits: .standard, delegation: nil, minimumGroup: nil)
}

extension PolicyAsk {
    /// To report what archives of keys lie on the targets: whoever carries archives there may, and whoever removes them; nil
    /// under any other act.
    public init?(reportUnder act: Act) {
        switch act {
        case .backupRun: self.init(act: .backupRun, verb: "run")
        case .backupPrune: self.init(act: .backupPrune, verb: "prune-apply")
        default: return nil
        }
    }
}
