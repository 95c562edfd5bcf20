public import Authority
public import Policy
import Primitives
public import VaultModel

/// Asks of every read that was granted whether a policy would grant it.
///
/// What the policy decides is replayed: act, role, fields, form, purpose, emergency, approvals, and for what was lent
/// every lender on the way. Limits, ends of rights and shops are not the policy's to check. How a look-up searched
/// stands in no entry: one that some way of searching allows counts as allowed.
public struct PolicyReplay: Sendable {
    /// Indices listed of each group; all are counted.
    public static let listed = 20

    /// Granted reads that are alike, and that the policy would refuse.
    public struct Group: Hashable, Sendable {
        public let act: Act
        public let kind: EntryKind
        public let role: String
        /// The role of whoever lent the right; empty for one's own.
        public let lender: String
        public let fields: [FieldName]
        public let form: Form?
        public let purpose: String
        public let reason: Reason
        /// Names rules, roles and fields.
        public let detail: String
        public internal(set) var count: UInt64
        /// Different keys.
        public internal(set) var keys: Int
        /// Milliseconds since 1970.
        public internal(set) var first: Int64
        public internal(set) var last: Int64
        /// The first `listed` of them.
        public internal(set) var indices: [UInt64]
    }

    public struct Verdict: Sendable {
        public internal(set) var judged: UInt64 = 0
        public internal(set) var refused: UInt64 = 0
        /// The most frequent first.
        public internal(set) var groups: [Group] = []
    }

    /// Reads that differ in nothing a policy looks at.
    private struct Case: Hashable {
        let act: Act
        let kind: EntryKind
        let role: String
        let fields: [FieldName]
        let form: Form?
        let purpose: String
        let capability: String
        let emergency: String
        /// The request that had been approved; empty where none was needed.
        let request: String
    }

    private struct Uses {
        var count: UInt64 = 0
        var keys: Set<KeyID> = []
        var first: Int64 = .max
        var last: Int64 = 0
        var indices: [UInt64] = []
    }

    private let since: Int64
    private let until: Int64
    private var cases: [Case: Uses] = [:]
    private var order: [Case] = []
    private var roots: Set<String> = []
    private var approvals: [String: Int] = [:]
    private var waits: Set<String> = []
    private var lent: [String: CapabilityBlock] = [:]

    /// - Parameters:
    ///   - since: milliseconds since 1970, included.
    ///   - until: milliseconds since 1970, not included; 0 for no end.
    public init(since: Int64, until: Int64) {
        self.since = since
        self.until = until
    }

    // MARK: - Entries

    /// Takes the next entry, a read or not.
    public mutating func add(_ entry: ScannedEntry) {
        guard let core = entry.core, core.decision == .allow else { return }
        switch core.kind {
        case .role:
            if let id = Hex.decode(core.object).flatMap({ BlockID($0) }) { roots.insert(id.text) }
        case .approve: if !core.object.isEmpty { approvals[core.xid, default: 0] += 1 }
        case .alert: waits.insert(core.xid)
        default: break
        }
        guard let act = core.act, [.read, .match, .find, .list, .export].contains(act), !core.fields.isEmpty,
            let kid = core.kid, core.time >= since, until == 0 || core.time < until
        else { return }
        let isEmergency = core.kind == .breakglass
        let key = Case(
            act: act, kind: core.kind, role: core.role, fields: core.fields, form: core.form, purpose: core.purpose,
            capability: core.capability, emergency: isEmergency ? core.object : "",
            request: isEmergency ? "" : core.xid)
        if cases[key] == nil { order.append(key) }
        var uses = cases[key] ?? Uses()
        uses.count += 1
        uses.keys.insert(kid)
        uses.first = min(uses.first, core.time)
        uses.last = max(uses.last, core.time)
        if uses.indices.count < Self.listed { uses.indices.append(core.seq) }
        cases[key] = uses
    }

    /// Blocks that are needed to know who lent what was read by: fetch each and give it to `learn` until none is left.
    public var wanted: [BlockID] {
        let used = Set(order.map(\.capability)).subtracting(roots)
        let parents = lent.values.compactMap { $0.parent?.text }
        return Set(used).union(parents).filter { lent[$0] == nil && !$0.isEmpty }.sorted().compactMap { BlockID($0) }
    }

    /// Takes a block that `wanted` named.
    public mutating func learn(_ signed: SignedBlock) {
        if case .capability(let block) = signed.block { lent[signed.id.text] = block }
    }

    // MARK: - The verdict

    public func verdict(of policy: PolicyDocument) -> Verdict {
        var verdict = Verdict()
        var groups: [String: Group] = [:]
        for key in order {
            guard let uses = cases[key] else { continue }
            verdict.judged += uses.count
            let chain = chain(of: key)
            guard let (reason, detail) = refusal(of: key, chain, by: policy) else { continue }
            verdict.refused += uses.count
            let lender = chain.count > 1 ? chain[chain.count - 2].text : ""
            let name = [
                key.act.rawValue, key.kind.rawValue, key.role, lender, key.form?.rawValue ?? "", key.purpose,
                reason.rawValue, detail, key.fields.map(\.description).joined(separator: ","),
            ].joined(separator: "\u{0}")
            if var known = groups[name] {
                known.count += uses.count
                known.keys = max(known.keys, uses.keys.count)
                known.first = min(known.first, uses.first)
                known.last = max(known.last, uses.last)
                known.indices = Array((known.indices + uses.indices).sorted().prefix(Self.listed))
                groups[name] = known
            } else {
                groups[name] = Group(
                    act: key.act, kind: key.kind, role: key.role, lender: lender, fields: key.fields, form: key.form,
                    purpose: key.purpose, reason: reason, detail: detail, count: uses.count, keys: uses.keys.count,
                    first: uses.first, last: uses.last, indices: uses.indices)
            }
        }
        verdict.groups = groups.values.sorted { ($1.count, $0.first) < ($0.count, $1.first) }
        return verdict
    }

    /// The roles on the way of a right, the reader's last.
    private func chain(of key: Case) -> [RoleName] {
        var roles: [RoleName] = []
        var id = BlockID(key.capability)
        while let known = id, let block = lent[known.text], roles.count < Chain.longest {
            roles.insert(block.role, at: 0)
            id = block.parent
        }
        return roles.count > 1 ? roles : [RoleName(key.role)].compactMap { $0 }
    }

    /// Why the policy would refuse; nil where it allows.
    private func refusal(
        of key: Case, _ chain: [RoleName], by policy: PolicyDocument
    ) -> (reason: Reason, detail: String)? {
        guard let reader = chain.last else { return (.unknownRole, "the entry names no role") }
        var ask = PolicyAsk(
            act: key.act, record: key.fields.first?.record, fields: key.fields, form: key.form,
            purpose: Purpose(key.purpose), breakGlass: key.emergency.isEmpty ? nil : key.emergency)
        if !key.request.isEmpty { ask.approvals = waits.contains(key.request) ? .max : approvals[key.request] ?? 0 }
        guard chain.count > 1 else { return refusal(policy, reader, ask) }
        for (lender, holder) in zip(chain, chain.dropFirst()) {
            ask.delegator = lender
            if let refusal = refusal(policy, holder, ask) { return refusal }
        }
        return nil
    }

    private func refusal(
        _ policy: PolicyDocument, _ role: RoleName, _ ask: PolicyAsk
    ) -> (reason: Reason, detail: String)? {
        var ask = ask
        guard ask.act == .find else { return Self.refusal(policy.simulate(role: role, ask: ask).decision) }
        var first: (reason: Reason, detail: String)?
        for kind in LookupKind.allCases {
            ask.lookup = kind
            guard let refusal = Self.refusal(policy.simulate(role: role, ask: ask).decision) else { return nil }
            // What stands in the way of a search that the role may do says more than that it may not do another.
            if first == nil || first?.reason == .lookup { first = refusal }
        }
        return first?.reason == .lookup ? (.lookup, "role \(role) may not look up at all") : first
    }

    private static func refusal(_ decision: PolicyDecision) -> (reason: Reason, detail: String)? {
        switch decision {
        case .allow: nil
        case .deny(let reason, let detail): (reason, detail)
        case .approval(let persons):
            (.approvalRequired, "the approval of \(persons) other person\(persons == 1 ? "" : "s") would be needed")
        }
    }
}
