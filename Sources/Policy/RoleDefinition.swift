public import VaultModel

/// What a role may do. A member absent from the file is a right the role does not have.
public struct RoleDefinition: Hashable, Sendable {
    public let name: RoleName
    public let limits: RoleLimits
    public let lookups: [LookupKind]
    public let reads: [ReadRule]
    public let writes: [WriteRule]
    public let delegations: [DelegateRule]
    /// Fields whose correction the role may propose without a right to write.
    public let proposals: [FieldName]
    /// Templates the role may have sent to a customer without seeing her phone or address.
    public let templates: [String]
    /// The smallest group a statistic may show; nil when the role has no right to statistics.
    public let minimumGroup: Int?
    /// The verbs of the remaining rights. A right that is only granted or not has the verb `RightGroup.granted`.
    public let verbs: [RightGroup: Set<String>]
}

/// How much a role may open. Where the file is silent, `standard`.
public struct RoleLimits: Hashable, Sendable {
    /// Values' records opened in any ten minutes, per person.
    public let opensPer10Minutes: Int
    /// Records opened in a day, per person.
    public let opensPerDay: Int
    /// Rows of one listing or lookup.
    public let listRows: Int

    public static let standard = RoleLimits(opensPer10Minutes: 60, opensPerDay: 300, listRows: 20)

    public init(opensPer10Minutes: Int, opensPerDay: Int, listRows: Int) {
        self.opensPer10Minutes = opensPer10Minutes
        self.opensPerDay = opensPerDay
        self.listRows = listRows
    }
}

/// A right to see fields, for purposes. `fields: "*"` is resolved: the rule lists what it covers.
public struct ReadRule: Hashable, Sendable {
    public let record: String
    public let fields: Set<FieldName>
    public let form: Form
    public let purposes: Set<Purpose>
    /// How many other persons must approve each request; nil leaves it to the fields' classes.
    public let approvals: Int?
    /// Emergencies in which the rule needs no approval at once, but a review by another person afterwards: labels such
    /// as `threat-to-life`.
    public let breakGlass: [String]
}

/// A right to write fields.
public struct WriteRule: Hashable, Sendable {
    public let record: String
    public let fields: Set<FieldName>
    /// Empty when any declared purpose will do, and none is needed.
    public let purposes: Set<Purpose>
}

/// A right to lend fields to a role, for a few minutes.
public struct DelegateRule: Hashable, Sendable {
    public let record: String
    public let fields: Set<FieldName>
    public let purposes: Set<Purpose>
    public let form: Form
    public let to: RoleName
    /// The longest life of a capability.
    public let minutes: Int
    /// The most reads of one capability.
    public let maximumUses: Int
    /// The record kind a capability must name one of, and dies with; nil when it need not.
    public let boundTo: String?
}

/// Rights that are verbs, or are only granted or not.
public enum RightGroup: String, CaseIterable, Hashable, Sendable {
    case `import`, attach, approve, incident, drill, export, clock
    case log, leak, subject, backup, staff, policy, keys

    /// The verb of a right that is only granted or not (`import: true`).
    public static let granted = "granted"

    /// The verbs a policy may list; empty for a right that is only granted or not.
    public var verbs: [String] {
        switch self {
        case .import, .attach, .approve, .incident, .drill, .export, .clock: []
        case .log: ["tail", "export", "verify", "report", "review", "purge", "hold"]
        case .leak: ["scan", "canary"]
        case .subject: ["copy", "correct", "erase", "restrict", "consent", "next-of-kin", "retention", "disclosure"]
        case .backup:
            [
                "run", "list", "check", "status", "prune-plan", "prune-apply", "restore", "pick", "drill", "targets",
                "schedule",
            ]
        case .staff: ["invite", "approve", "set", "review", "offboard"]
        case .policy: ["apply"]
        case .keys: ["unseal", "seal", "rotate", "scrub", "slots", "reshare", "recover"]
        }
    }
}
