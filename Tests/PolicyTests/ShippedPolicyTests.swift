import Policy
import Testing
import VaultModel

@Suite("Shipped policies")
struct ShippedPolicyTests {
    static let files = ["takeout.yaml", "shoe-care.yaml"]

    @Test("are read without a problem", arguments: files)
    func read(file: String) throws {
        switch try PolicyDocument.parse(Sample.bytes(file), file: file) {
        case .success(let policy):
            #expect(policy.trade + ".yaml" == file)
            #expect(policy.region == .mainlandChina)
            #expect(policy.sha256.utf8.count == 64)
            #expect(try policy.bytes == Sample.bytes(file))
        case .failure(let problems):
            Issue.record("\(problems.problems.map(\.description).joined(separator: "\n"))")
        }
    }

    @Test("give every role exactly these rights over every field", arguments: zip(files, [takeout, shoeCare]))
    func matrix(file: String, expected: [String]) throws {
        let policy = try Sample.shipped(file)
        let found = policy.records.flatMap { Matrix.lines(policy, record: $0.name) }
        for line in found where !expected.contains(line) { Issue.record("more: \(line)") }
        for line in expected where !found.contains(line) { Issue.record("less: \(line)") }
    }

    static let both = [
        "customer courier: address p",
        "customer management: all F1M1=1",
        "membership customer-service: all Fw",
        "order customer-service: all Fw",
        "preference customer-service: all Fw",
        "review customer-service: all Fw",
        "review online-service: all w",
        "feedback customer-service: all Fw",
        "feedback online-service: all Fw",
        "complaint customer-service: received_at class severity order_number content wanted_outcome steps result "
            + "satisfaction closed_at follow_up_on Fw, compensation amount F",
        "complaint finance: amount F",
        "complaint management: received_at class severity order_number content wanted_outcome satisfaction closed_at "
            + "follow_up_on F, steps compensation amount result Fw",
        "visit customer-service: all Fw",
    ]

    static let takeout =
        both + [
            "customer customer-service: name phone address Fwl, email preferences source marketing_consent member_number "
                + "level points Fw, birthday verified_at w",
            "customer online-service: name phone address M, preferences F, member_number =",
            "order online-service: number ordered_at dishes quantity amount payment delivered_at F, requests status Fw",
            "order finance: number ordered_at dishes quantity amount payment status F",
        ]

    static let shoeCare =
        both + [
            "customer customer-service: member_number email shoes bought_on care_wanted preferences source "
                + "marketing_consent level points Fw, name phone address Fwl, id_number F1Mw, birthday verified_at w",
            "customer online-service: member_number =, name phone address M, shoes care_wanted preferences F",
            "service_order customer-service: all Fw",
            "service_order online-service: all F",
            "service_order craftsman: number taken_in_at brand style bought_on due_on returned_at F, "
                + "condition care_wanted ready_at status Fw",
            "order finance: number ordered_at service quantity amount payment status F",
        ]

    @Test("show customer service neither ID number nor birthday of a takeout customer, for any purpose, in any form")
    func takeoutCounter() throws {
        let policy = try Sample.shipped("takeout.yaml")
        for field in ["customer.id_number", "customer.birthday"] {
            for purpose in policy.purposes {
                for form in Form.allCases {
                    let ask = PolicyAsk(
                        act: .read, fields: [try fieldName(field)], form: form, purpose: purpose, approvals: 9)
                    guard case .deny(.field, _) = policy.decide(role: try role("customer-service"), ask: ask) else {
                        Issue.record("\(field) for \(purpose) as \(form)")
                        continue
                    }
                }
            }
        }
    }

    @Test("keep finance from anything personal", arguments: files)
    func finance(file: String) throws {
        let policy = try Sample.shipped(file)
        let finance = try #require(policy.role(try role("finance")))
        let seen = finance.reads.flatMap(\.fields).compactMap(policy.field)
        #expect(!seen.isEmpty)
        #expect(seen.allSatisfy { !$0.isPersonal })
        #expect(finance.lookups.isEmpty && finance.writes.isEmpty && finance.verbs.isEmpty)
    }

    @Test(
        "give people's and keys' verbs to the owner alone, the log's to the compliance officer alone", arguments: files)
    func separation(file: String) throws {
        let policy = try Sample.shipped(file)
        let acts: [(Act, String)] = [
            (.enrol, "owner"), (.revoke, "owner"), (.offboard, "owner"), (.review, "owner"), (.policy, "owner"),
            (.unseal, "owner"), (.seal, "owner"), (.rotate, "owner"), (.scrub, "owner"),
            (.logTail, "compliance-officer"), (.logExport, "compliance-officer"), (.logPurge, "compliance-officer"),
            (.hold, "compliance-officer"), (.leakScan, "compliance-officer"), (.canary, "compliance-officer"),
            (.incident, "compliance-officer"), (.subject, "compliance-officer"),
            (.export, "compliance-officer"), (.backupCheck, "backup-operator"),
            (.backupRestore, "backup-operator"), (.backupPrune, "backup-operator"), (.stats, "management"),
            (.import, "customer-service"), (.delegate, "customer-service"), (.propose, "courier"),
        ]
        for (act, holder) in acts {
            let holders = policy.roles.filter { $0.hasRight(to: act, in: policy) }.map(\.name.text)
            #expect(holders == [holder], "\(act)")
        }
        let erasers = policy.roles.filter { $0.hasRight(to: .erase, in: policy) }.map(\.name.text)
        #expect(Set(erasers) == ["compliance-officer", "owner"] && policy.erasure == .standard)
        #expect(policy.allows(try role("owner"), .backup, "prune-apply"))
        #expect(!policy.allows(try role("backup-operator"), .backup, "prune-apply"))
        // Whoever carries archives writes no records from them.
        #expect(policy.allows(try role("owner"), .backup, "pick"))
        #expect(!policy.allows(try role("backup-operator"), .backup, "pick"))
        #expect(policy.allows(try role("owner"), .clock))
        // The key of a timer, which nobody watches, makes archives and tells of drills.
        let machine = try role("backup-machine")
        let carriers = policy.roles.filter { $0.hasRight(to: .backupRun, in: policy) }.map(\.name.text)
        #expect(carriers == ["backup-operator", "backup-machine"])
        let rights = try #require(policy.roles.first { $0.name == machine })
        #expect(rights.verbs.count == 1 && rights.reads.isEmpty && rights.lookups.isEmpty && rights.writes.isEmpty)
        #expect(policy.allows(machine, .backup, "run") && policy.allows(machine, .backup, "drill"))
        #expect(!policy.allows(machine, .backup, "restore") && !policy.allows(machine, .backup, "list"))
    }

    @Test("have a field for every column of the lists shops bring along")
    func columns() throws {
        let takeout = try Sample.shipped("takeout.yaml")
        for name in ["name", "phone", "address", "email", "birthday", "preferences", "source", "marketing_consent"] {
            #expect(takeout.record(named: "customer")?.field(named: name) != nil, "\(name)")
        }
        let shoes = try Sample.shipped("shoe-care.yaml")
        for name in [
            "member_number", "name", "phone", "address", "id_number", "email", "shoes", "bought_on", "care_wanted",
            "points",
        ] {
            #expect(shoes.record(named: "customer")?.field(named: name) != nil, "\(name)")
        }
        for name in ["number", "ordered_at", "dishes", "quantity", "amount", "payment", "requests"] {
            #expect(takeout.record(named: "order")?.field(named: name) != nil, "\(name)")
        }
    }

    @Test("hold fields to their types: a source that is not listed is refused with the list")
    func values() throws {
        let policy = try Sample.shipped("takeout.yaml")
        let source = try #require(policy.field(try fieldName("customer.source")))
        #expect(try source.canonical(" event ", region: policy.region) == "event")
        #expect(
            throws: FieldValueError.enumerationNotListed(allowed: ["meituan", "eleme", "phone", "event", "walk-in"])
        ) {
            try source.canonical("tiktok", region: policy.region)
        }
        #expect(
            policy.record(named: "customer")?.requiredFields == [
                try fieldName("customer.name"), try fieldName("customer.phone"),
            ])
        #expect(policy.fields(for: .phone).map(\.name) == [try fieldName("customer.phone")])
        #expect(policy.fields(for: .name).map(\.name) == [try fieldName("customer.name")])
    }
}

extension RoleDefinition {
    /// Whether some ask of this act is not refused for want of the act itself.
    fileprivate func hasRight(to act: Act, in policy: PolicyDocument) -> Bool {
        if case .deny(.act, _) = policy.decide(role: name, ask: PolicyAsk(act: act)) { return false }
        return true
    }
}
