import Primitives
import VaultModel

extension PolicyDocument {
    /// Reads a policy strictly: an unknown or repeated member, an undeclared role, record, field, purpose or class, a
    /// value of the wrong kind are refused. Every mistake found is reported, not only the first; at least one when the
    /// result is a failure.
    /// - Parameter file: the name problems are reported under.
    public static func parse(_ bytes: [UInt8], file: String) -> Result<PolicyDocument, PolicyProblems> {
        let log = ProblemLog(file: file)
        var parser = PolicyParser(log: log)
        let document = PolicyYAML.tree(bytes, log: log).flatMap { parser.document($0, bytes: bytes) }
        if let document, log.count == 0 { return .success(document) }
        if log.count == 0 { log.add(.start, "the policy cannot be read", hint: "") }
        return .failure(PolicyProblems(log.sorted))
    }
}

/// The mistakes in one policy file, in the order of the file; never empty.
public struct PolicyProblems: Error, Hashable, Sendable {
    public let problems: [PolicyProblem]

    init(_ problems: [PolicyProblem]) { self.problems = problems }
}

/// Reads the tree of a policy file. What earlier parts declare is kept here for the later ones to be checked against.
struct PolicyParser {
    let log: ProblemLog
    var classes: [FieldClass] = []
    var purposes: [Purpose] = []
    var records: [RecordDefinition] = []
    var roleNames: [String] = []

    init(log: ProblemLog) { self.log = log }

    private static let names = [
        "version", "trade", "region", "review_days", "undo_hours", "solo_wait_hours", "log_retention", "erasure",
        "classes", "purposes", "records", "roles", "duties",
    ]

    /// Nil, or a document that must not be used, when something was reported.
    mutating func document(_ root: PolicyNode, bytes: [UInt8]) -> PolicyDocument? {
        let top = MembersReader(root, "a policy", names: Self.names, log: log)
        if top.required("version", hint: "write version: 1") != nil { _ = top.integer("version", in: 1...1) }
        let trade = label(top, "trade", hint: "the shop's trade, e.g. trade: takeout")
        let region = region(top)
        classes = classes(top)
        purposes = purposes(top)
        records = records(top)
        let roles = roles(top)
        let duties = duties(top)
        let undoHours = top.integer("undo_hours", in: 0...720) ?? ErasureRules.standard.undoHours
        let erasure = erasure(top, undoHours: undoHours)
        guard let trade, let region else { return nil }
        let fields = records.flatMap(\.fields).map { ($0.name, $0) }
        return PolicyDocument(
            bytes: bytes, sha256: Hex.encode(SHA256.hash(bytes)), trade: trade, region: region,
            reviewDays: top.integer("review_days", in: 1...120) ?? 90,
            undoHours: undoHours,
            soloWaitHours: top.integer("solo_wait_hours", in: 1...720) ?? 24, logRetention: logRetention(top),
            erasure: erasure, classes: classes, purposes: purposes, records: records, roles: roles, duties: duties,
            fieldsByName: Dictionary(fields) { first, _ in first },
            rolesByName: Dictionary(roles.map { ($0.name, $0) }) { first, _ in first },
            purposeSet: Set(purposes))
    }

    /// A required word of the form of `Label.isValid`.
    private func label(_ top: MembersReader, _ name: String, hint: String) -> String? {
        guard top.required(name, hint: hint) != nil, let text = top.text(name) else { return nil }
        if Label.isValid(text) { return text }
        log.add(top.position(of: name), "\(quoted(text)) is not a name", hint: labelHint)
        return nil
    }

    private func region(_ top: MembersReader) -> Region? {
        guard top.required("region", hint: "where the shop's phones are, e.g. region: CN") != nil,
            let text = top.text("region")
        else { return nil }
        if let region = Region(text) { return region }
        log.add(
            top.position(of: "region"), "\(quoted(text)) is not a region",
            hint: "two capital letters, e.g. CN, HK, MO, TW, SG")
        return nil
    }

    private func logRetention(_ top: MembersReader) -> LogRetention {
        let standard = LogRetention.standard
        guard let node = top.node("log_retention") else { return standard }
        let reader = MembersReader(node, "log_retention", names: ["core_months", "detail_months"], log: log)
        let months = LogRetention.allowedMonths
        let kept = LogRetention(
            coreMonths: reader.integer("core_months", in: months) ?? standard.coreMonths,
            detailMonths: reader.integer("detail_months", in: months) ?? standard.detailMonths)
        if kept.coreMonths < kept.detailMonths {
            log.add(
                node.position, "details cannot be kept longer than the cores they belong to",
                hint: "make core_months at least \(kept.detailMonths)")
        }
        return kept
    }

    /// A policy without the section gives an erasure the time it gives anything that can be taken back.
    private func erasure(_ top: MembersReader, undoHours: Int) -> ErasureRules {
        let standard = ErasureRules.standard
        let hours = ErasureRules.allowedHours
        let undo = max(hours.lowerBound, undoHours)
        guard let node = top.node("erasure") else {
            return ErasureRules(undoHours: undo, dailyLimit: standard.dailyLimit, queueHours: standard.queueHours)
        }
        let reader = MembersReader(node, "erasure", names: ["undo_hours", "daily_limit", "queue_hours"], log: log)
        return ErasureRules(
            undoHours: reader.integer("undo_hours", in: hours) ?? undo,
            dailyLimit: reader.integer("daily_limit", in: ErasureRules.allowedLimit) ?? standard.dailyLimit,
            queueHours: reader.integer("queue_hours", in: hours) ?? standard.queueHours)
    }

    private func classes(_ top: MembersReader) -> [FieldClass] {
        guard let node = top.required("classes", hint: "e.g. classes: {contact: {}}") else { return [] }
        return MembersReader.members(of: node, "classes", log: log).compactMap { name, value in
            guard let text = declared(name, "class", Label.isValid, hint: labelHint) else { return nil }
            let reader = MembersReader(
                value, "class \(quoted(text))", names: ["personal", "default_form", "full"], log: log)
            var approvals = 0
            if let full = reader.node("full") {
                let inner = MembersReader(full, "\"full\"", names: ["approval"], log: log)
                if inner.required("approval", hint: "how many other persons, e.g. full: {approval: 1}") != nil {
                    approvals = inner.integer("approval", in: 1...9) ?? 0
                }
            }
            return FieldClass(
                name: text, isPersonal: reader.boolean("personal") ?? true,
                defaultForm: reader.word("default_form", among: [Form.masked, .full]) ?? .full,
                fullApprovals: approvals)
        }
    }

    private func purposes(_ top: MembersReader) -> [Purpose] {
        guard top.required("purposes", hint: "what data is used for, e.g. purposes: [order, delivery]") != nil else {
            return []
        }
        return (top.words("purposes") ?? []).compactMap { word in
            if let purpose = Purpose(word.text) { return purpose }
            log.add(word.position, "\(quoted(word.text)) is not a name", hint: labelHint)
            return nil
        }
    }

    var labelHint: String { "lower-case letters, digits and hyphens, a letter first, 32 at most" }
    var memberHint: String { "lower-case letters, digits and underscores, a letter first, 16 at most" }

    /// The text of a name being declared, if it has the right shape.
    func declared(_ name: PolicyNode, _ what: String, _ isValid: (String) -> Bool, hint: String) -> String? {
        guard let text = name.text else { return nil }
        if isValid(text) { return text }
        log.add(name.position, "\(quoted(text)) is not a name for a \(what)", hint: hint)
        return nil
    }
}
