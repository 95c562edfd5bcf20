import Policy
import Testing

/// A bad policy and the one place where it must be refused.
struct BadPolicy: Sendable, CustomTestStringConvertible {
    let text: String
    let line: Int
    let column: Int
    let problem: String
    let hint: String

    init(_ text: String, _ line: Int, _ column: Int, _ problem: String, hint: String = "") {
        self.text = text
        self.line = line
        self.column = column
        self.problem = problem
        self.hint = hint
    }

    var testDescription: String { problem }
}

@Suite("A policy is read strictly")
struct StrictnessTests {
    /// `Sample.small` has its classes on line 4, the fields from line 9, the further roles on line 12, the rest on 13.
    static let table: [BadPolicy] = yaml + members + fields + roles + rules + duties

    @Test("the small policy the table varies is itself accepted")
    func smallIsGood() throws {
        let policy = try Sample.parse(Sample.small()).get()
        #expect(policy.reviewDays == 90 && policy.undoHours == 72 && policy.soloWaitHours == 24)
    }

    @Test("each mistake is reported once, where it stands, with a hint", arguments: table)
    func refused(bad: BadPolicy) throws {
        guard case .failure(let found) = Sample.parse(bad.text) else {
            Issue.record("accepted")
            return
        }
        let problems = found.problems
        #expect(problems.count == 1, "\(problems.map(\.description).joined(separator: "\n"))")
        let first = try #require(problems.first)
        #expect(first.file == "p.yaml")
        #expect(first.line == bad.line && first.column == bad.column, "\(first)")
        #expect(first.problem.contains(bad.problem), "\(first)")
        #expect(first.hint.contains(bad.hint), "\(first)")
    }

    // MARK: YAML itself

    private static let yaml: [BadPolicy] = [
        BadPolicy("", 1, 1, "empty", hint: "version: 1"),
        BadPolicy("# nothing\n", 1, 1, "empty"),
        BadPolicy("version: 1\nversion: 1\n", 1, 1, #""version" appears twice"#, hint: "keep one"),
        BadPolicy("a: {b: 1, b: 2}\n", 1, 5, #""b" appears twice"#),
        BadPolicy("a: {b: 1, \"b\": 2}\n", 1, 5, #""b" appears twice"#),
        BadPolicy("a: &x {b: 1}\nc: 1\n", 1, 4, "an anchor", hint: "write it out"),
        BadPolicy("a: *x\n", 1, 4, "an alias", hint: #""*" in quotes"#),
        BadPolicy("a: [1, *x]\n", 1, 8, "an alias"),
        BadPolicy("- *x\n", 1, 3, "an alias"),
        BadPolicy("&k key: 1\n", 1, 1, "an anchor"),
        BadPolicy("a: !!str 1\n", 1, 4, "a tag", hint: "leave it out"),
        BadPolicy("a: !foo {b: 1}\n", 1, 4, "a tag"),
        BadPolicy("a: |\n  text\n", 1, 4, "a block of text", hint: "one line"),
        BadPolicy("a: >-\n  text\n", 1, 4, "a block of text"),
        BadPolicy("%YAML 1.2\na: 1\n", 1, 1, #""%" has no meaning"#),
        BadPolicy("a: @x\n", 1, 4, #""@" has no meaning"#),
        BadPolicy("---\na: 1\n", 1, 1, "a document mark"),
        BadPolicy("a: 1\n...\n", 2, 1, "a document mark"),
        BadPolicy("a:\t1\n", 1, 3, "a tab", hint: "with spaces"),
        BadPolicy("a: 1 # x\u{202E}y\n", 1, 9, "an invisible character"),
        BadPolicy("\u{FEFF}a: 1\n", 1, 1, "an invisible character"),
        BadPolicy("a: \u{0}\n", 1, 4, "an invisible character"),
        BadPolicy("a: 1\rb: 2\n", 1, 5, "an invisible character"),
        BadPolicy("a: [1\nb: 2\n", 2, 2, "not YAML"),
        BadPolicy("a: 'x\n", 2, 1, "not YAML"),
        BadPolicy(
            "a: {b: {b: {b: {b: {b: {b: {b: {b: {b: {b: {b: {b: {b: {b: {b: {b: {b: 1}}}}}}}}}}}}}}}}}\n", 1, 68,
            "too deep"),
        BadPolicy(String(repeating: "x", count: 1_001), 1, 1_001, "too long"),
        BadPolicy(String(repeating: "# 23456789\n", count: 23_832), 1, 1, "262152 bytes", hint: "262144"),
        BadPolicy("just words\n", 1, 1, "a policy needs members, not a single value"),
        BadPolicy("[1, 2]\n", 1, 1, "a policy needs members, not a list"),
    ]

    // MARK: Members of the whole

    private static let members: [BadPolicy] = [
        BadPolicy(
            Sample.small(rest: "review_day: 30"), 13, 1, #"no member "review_day""#,
            hint: #"did you mean "review_days"?"#),
        BadPolicy(Sample.small(rest: "zzz: 30"), 13, 1, #"no member "zzz""#, hint: "one of: version, trade"),
        BadPolicy(Sample.small(rest: "review_days: 121"), 13, 14, "cannot be 121", hint: "from 1 to 120"),
        BadPolicy(Sample.small(rest: "review_days: ninety"), 13, 14, "whole number"),
        BadPolicy(Sample.small(rest: "review_days: \"90\""), 13, 14, "whole number", hint: "without quotes"),
        BadPolicy(Sample.small(rest: "review_days: 090"), 13, 14, "whole number"),
        BadPolicy(Sample.small(rest: "review_days: 9_0"), 13, 14, "whole number"),
        BadPolicy(Sample.small(rest: "review_days: 0x10"), 13, 14, "whole number"),
        BadPolicy(Sample.small(rest: "review_days:"), 13, 13, "whole number"),
        BadPolicy(Sample.small(rest: "undo_hours: -1"), 13, 13, "whole number"),
        BadPolicy(Sample.small(rest: "erasure: {undo_hours: 0}"), 13, 23, "cannot be 0", hint: "from 1 to 720"),
        BadPolicy(Sample.small(rest: "erasure: {daily_limit: 0}"), 13, 24, "cannot be 0", hint: "from 1 to 1000"),
        BadPolicy(Sample.small(rest: "erasure: {queue_hours: 721}"), 13, 24, "cannot be 721", hint: "from 1 to 720"),
        BadPolicy(
            Sample.small(rest: "erasure: {undo_hour: 3}"), 13, 11, #"no member "undo_hour""#,
            hint: #"did you mean "undo_hours"?"#),
        BadPolicy(Sample.small(rest: "erasure: 72"), 13, 10, "needs members"),
        BadPolicy(Sample.small(rest: "<<: {a: 1}"), 13, 1, "a merge key"),
        BadPolicy(Sample.small(rest: "? [a]\n: 1"), 13, 3, "must be a word, not a list"),
        BadPolicy(Sample.small(rest: "null: 1"), 13, 1, "must be a word, not nothing"),
        BadPolicy(Sample.small().replacing("version: 1", with: "version: 2"), 1, 10, "cannot be 2"),
        BadPolicy(Sample.small().replacing("version: 1", with: "undo_hours: 1"), 1, 1, #"lacks "version""#),
        BadPolicy(Sample.small().replacing("trade: test", with: "trade: Take Out"), 2, 8, "is not a name"),
        BadPolicy(
            Sample.small().replacing("region: CN", with: "region: China"), 3, 9, "is not a region", hint: "CN, HK"),
        BadPolicy(Sample.small().replacing("region: CN", with: "region: ZZ"), 3, 9, "is not a region"),
        BadPolicy(
            Sample.small(classes: "identity: {personal: yes}"), 4, 32, "true or false", hint: "write true or false"),
        BadPolicy(
            Sample.small(classes: "identity: {default_form: hidden}"), 4, 36, #"cannot be "hidden""#,
            hint: "masked, full"),
        BadPolicy(Sample.small(classes: "identity: {default_form: match}"), 4, 36, #"cannot be "match""#),
        BadPolicy(Sample.small(classes: "identity: {full: {approval: 0}}"), 4, 39, "cannot be 0", hint: "from 1 to 9"),
        BadPolicy(Sample.small(classes: "identity: {full: {}}"), 4, 28, #"lacks "approval""#),
        BadPolicy(
            Sample.small(classes: "identity: {full: {approvals: 1}, personal: true}"), 4, 29, #"no member "approvals""#,
            hint: #""approval"?"#),
        BadPolicy(Sample.small(classes: "identity: {}, Bad: {}"), 4, 25, "not a name for a class"),
        BadPolicy(Sample.small().replacing("[order, care]", with: "order"), 5, 11, "needs a list, not a single value"),
        BadPolicy(Sample.small().replacing("[order, care]", with: "[order, order]"), 5, 19, "listed twice"),
        BadPolicy(Sample.small().replacing("[order, care]", with: "[]"), 5, 11, "an empty list"),
        BadPolicy(Sample.small().replacing("[order, care]", with: "[order, ~]"), 5, 19, "lists words, not nothing"),
        BadPolicy(Sample.small().replacing("[order, care]", with: "[order, Order]"), 5, 19, "is not a name"),
        BadPolicy(Sample.small().replacing("  customer:", with: "  client:"), 7, 3, #"no record "customer""#),
        BadPolicy(Sample.small().replacing("owner:", with: "boss:"), 11, 3, #"no role "owner""#),
        BadPolicy(
            Sample.small().replacing("policy: [apply]", with: "clock: true"), 11, 10, "lacks policy: [apply]",
            hint: "change the policy"),
        BadPolicy(
            Sample.small().replacing("[approve]", with: "[review]"), 11, 18, "lacks staff: [approve]",
            hint: "let anyone in"),
    ]

    // MARK: Records and fields

    private static let fields: [BadPolicy] = [
        field("name: {type: nam, class: identity}", 20, #"cannot be "nam""#, hint: #"did you mean "name"?"#),
        field("name: {type: name, class: identty}", 33, #"no class "identty""#, hint: #"did you mean "identity"?"#),
        field("name: {class: identity}", 13, #"lacks "type""#, hint: "phone, address"),
        field("name: {type: name}", 13, #"lacks "class""#, hint: "identity"),
        field("name: {type: name, class: identity, mask: middle}", 49, "does not suit type", hint: "surname, all"),
        field("name: {type: name, class: identity, mask: none}", 49, "does not suit type"),
        field("name: {type: name, class: identity, mask: surnam}", 49, #"cannot be "surnam""#, hint: #""surname"?"#),
        field("name: {type: name, class: identity, many: maybe}", 49, "true or false"),
        field(
            "name: {type: name, class: identity, index: {kind: equality, bits: 10}}", 57, "does not suit",
            hint: "leave the index out"),
        field(
            "name: {type: phone, class: identity, index: {kind: equality, bits: 10}}", 58, "does not suit",
            hint: "kind: last4"),
        field(
            "name: {type: email, class: identity, index: {kind: last4, bits: 10}}", 58, "does not suit",
            hint: "kind: equality"),
        field(
            "name: {type: email, class: identity, index: {kind: equality, bits: 7}}", 74, "cannot be 7",
            hint: "from 8 to 16"),
        field("name: {type: email, class: identity, index: {kind: equality, bits: 17}}", 74, "cannot be 17"),
        field("name: {type: email, class: identity, index: {kind: equality}}", 51, #"lacks "bits""#),
        field("name: {type: email, class: identity, index: equality}", 51, "needs members, not a single value"),
        field("name: {type: enum, class: identity}", 13, #"lacks "values""#),
        field("name: {type: name, class: identity, values: [a]}", 51, #"only type "enum" has values"#),
        field("name: {type: enum, class: identity, values: [a, 美团]}", 55, "cannot be a value"),
        field("name: {type: enum, class: identity, values: [a, a]}", 55, "listed twice"),
        field("Name: {type: name, class: identity}", 7, "not a name for a field"),
        field("name: [type, name]", 13, "needs members, not a list"),
        BadPolicy(
            Sample.small(classes: "identity: {}, money: {personal: false}", fields: "name: {type: name, class: money}"),
            9, 33, "is not personal", hint: "outlive an erasure"),
        BadPolicy(
            Sample.small().replacing("    fields:", with: "    required: [nam]\n    fields:"), 8, 16,
            #"no field "nam""#, hint: #""name"?"#),
        retention("{years: 3}", 16, #"lacks "after""#),
        retention("{after: last_activity}", 16, "needs one term"),
        retention("{after: last_activity, years: 3, days: 1}", 16, "needs one term"),
        retention("{after: last-activity, years: 3}", 24, #"cannot be "last-activity""#, hint: #""last_activity"?"#),
        retention("{after: closed, years: 0}", 39, "cannot be 0"),
        retention("{after: closed, year: 3}", 32, #"no member "year""#, hint: #""years"?"#),
    ]

    private static func field(_ text: String, _ column: Int, _ problem: String, hint: String = "") -> BadPolicy {
        BadPolicy(Sample.small(fields: text), 9, column, problem, hint: hint)
    }

    private static func retention(_ text: String, _ column: Int, _ problem: String, hint: String = "") -> BadPolicy {
        BadPolicy(
            Sample.small().replacing("    fields:", with: "    retention: \(text)\n    fields:"), 8, column, problem,
            hint: hint)
    }

    // MARK: Roles

    private static let roles: [BadPolicy] = [
        role("staf: [approve]", 7, #"no member "staf""#, hint: #"did you mean "staff"?"#),
        role("staff: [aprove]", 15, #"no verb "aprove""#, hint: #""approve"?"#),
        role("staff: true", 14, "needs a list"),
        role("clock: [true]", 14, "true or false"),
        role("import: yes", 15, "true or false"),
        role("lookup: [phon]", 16, #"no lookup by "phon""#, hint: #""phone"?"#),
        role("lookup: [phone]", 16, "nothing can be looked up by", hint: "type phone with index: {kind: last4"),
        role("lookup: [email]", 16, "nothing can be looked up by"),
        role("lookup: name", 15, "needs a list"),
        role("limits: {opens_per_day: 0}", 31, "cannot be 0"),
        role("limits: {list_rows: 10001}", 27, "cannot be 10001"),
        role("limits: {opens: 5}", 16, #"no member "opens""#),
        role("stats: {minimum_group: 4}", 30, "cannot be 4"),
        role("stats: {}", 14, #"lacks "minimum_group""#),
        role("stats: true", 14, "needs members"),
        role("notify: [Hello]", 16, "not the name of a template"),
        role("propose: [customer.nam]", 17, #"no field "customer.nam""#, hint: #""customer.name"?"#),
        role("propose: [name]", 17, #"no field "name""#, hint: "record.field"),
        BadPolicy(Sample.small(roles: "Bad_Role: {}"), 12, 3, "not a name for a role"),
        BadPolicy(Sample.small(roles: "r: nothing"), 12, 6, "needs members"),
    ]

    private static func role(_ text: String, _ column: Int, _ problem: String, hint: String = "") -> BadPolicy {
        BadPolicy(Sample.small(roles: "r: {\(text)}"), 12, column, problem, hint: hint)
    }

    // MARK: Rules

    private static let rules: [BadPolicy] = [
        role(
            "read: [{record: customer, fields: [nam], form: full, purposes: [order]}]", 42, #"no field "nam""#,
            hint: #""name"?"#),
        role(
            "read: [{record: custmer, fields: [name], form: full, purposes: [order]}]", 23, #"no record "custmer""#,
            hint: #""customer"?"#),
        role(
            "read: [{record: customer, fields: [name], form: ful, purposes: [order]}]", 55, #"cannot be "ful""#,
            hint: #""full"?"#),
        role(
            "read: [{record: customer, fields: [name], form: full, purposes: [ordr]}]", 72, #"no purpose "ordr""#,
            hint: #""order"?"#),
        role("read: [{record: customer, fields: [name], form: full}]", 14, #"lacks "purposes""#),
        role("read: [{record: customer, fields: [name], purposes: [order]}]", 14, #"lacks "form""#),
        role("read: [{record: customer, form: full, purposes: [order]}]", 14, #"lacks "fields""#),
        role("read: [{fields: [name], form: full, purposes: [order]}]", 14, #"lacks "record""#),
        role(
            "read: [{record: customer, fields: [name], form: full, purposes: [order], approval: 10}]", 90,
            "cannot be 10"),
        role("read: {record: customer}", 13, "needs a list, not members"),
        role("read: [customer]", 14, "needs members"),
        role(
            "read: [{record: customer, fields: all, form: full, purposes: [order]}]", 41,
            "needs a list, not a single value"),
        role("read: [{record: customer, fields: [\"*\"], form: full, purposes: [order]}]", 42, #"no field "*""#),
        role(
            "read: [{record: customer, fields: [name], except: [name], form: full, purposes: [order]}]", 57, "goes with"
        ),
        role(
            "read: [{record: customer, fields: \"*\", except: [name], form: full, purposes: [order]}]", 54,
            "leaves no field"),
        role("write: [{record: customer, except: [nam]}]", 43, #"no field "nam""#),
        role("write: [{record: customer, form: full}]", 34, #"no member "form""#),
        lend("to: ownr, minutes: 9, max: 5", 76, #"no role "ownr""#, hint: #""owner"?"#),
        lend("to: owner, minutes: 0, max: 5", 92, "cannot be 0"),
        lend("to: owner, minutes: 1441, max: 5", 92, "cannot be 1441"),
        lend("to: owner, minutes: 9", 18, #"lacks "max""#),
        lend("to: owner, max: 9", 18, #"lacks "minutes""#),
        lend("minutes: 9, max: 5", 18, #"lacks "to""#),
        lend("to: owner, minutes: 9, max: 5, bound_to: ordr", 113, #"no record "ordr""#),
        lend("to: owner, minutes: 9, max: 0", 100, "cannot be 0"),
        BadPolicy(
            Sample.small(
                roles:
                    "r: {delegate: [{record: customer, fields: [name], purposes: [order], to: owner, minutes: 9, max: 5}]}"
            ),
            12, 45, #"cannot lend "customer.name""#, hint: "own read rules"),
        BadPolicy(
            Sample.small(
                roles:
                    "r: {delegate: [{record: customer, fields: [name], purposes: [order], to: owner, minutes: 9, max: 5}], "
                    + "read: [{record: customer, fields: [name], form: masked, purposes: [order]}]}"),
            12, 45, #"cannot lend "customer.name" in form full"#),
    ]

    /// A role that reads names and lends them, with the end of the rule left open.
    private static func lend(_ text: String, _ column: Int, _ problem: String, hint: String = "") -> BadPolicy {
        role(
            "delegate: [{record: customer, fields: [name], purposes: [order], \(text)}], "
                + "read: [{record: customer, fields: [name], form: full, purposes: [order]}]",
            column, problem, hint: hint)
    }

    // MARK: Duties

    private static let duties: [BadPolicy] = [
        duty(
            "name: d, on: customer, every_days: 90, field: verified_at, role: ownr", 71, #"no role "ownr""#,
            hint: #""owner"?"#),
        duty("name: d, on: custmer, every_days: 90, field: verified_at, role: owner", 19, #"no record "custmer""#),
        duty("name: d, on: customer, field: verified_at, role: owner", 5, "one schedule"),
        duty(
            "name: d, on: customer, every_days: 9, within_hours: 9, field: verified_at, role: owner", 5, "one schedule"),
        duty("name: d, on: customer, every_days: 90, role: owner", 5, #"lacks "field""#),
        duty(
            "name: d, on: customer, every_days: 90, field: name, role: owner", 52,
            #"no field "name" of type date or datetime"#),
        duty(
            "name: d, on: customer, every_days: 90, field: verified, role: owner", 52, #"no field "verified""#,
            hint: "verified_at"),
        duty("name: d, on: customer, date: name, role: owner", 35, #"no field "name" of type date"#),
        duty("name: d, on: customer, every_days: 0, field: verified_at, role: owner", 41, "cannot be 0"),
        duty(
            "name: d, on: customer, every_days: 9, field: verified_at, role: owner, purpose: car", 86,
            #"no purpose "car""#, hint: #""care"?"#),
        duty(
            "name: d, on: customer, every_days: 9, field: verified_at, role: owner, needs_consent: name", 92,
            #"no consent "name""#),
        duty("on: customer, every_days: 9, field: verified_at, role: owner", 5, #"lacks "name""#),
        duty("name: D D, on: customer, every_days: 9, field: verified_at, role: owner", 12, "not a name for a duty"),
        duty(
            "name: d, on: customer, every_days: 9, field: verified_at, role: owner, extra: 1", 77, #"no member "extra""#
        ),
        duty(
            "name: d, on: customer, every_days: 9, field: verified_at, role: owner}\n"
                + "  - {name: d, on: customer, every_days: 9, field: verified_at, role: owner",
            line: 15, 12, #"another duty "d""#),
    ]

    private static func duty(_ text: String, line: Int = 14, _ column: Int, _ problem: String, hint: String = "")
        -> BadPolicy
    {
        BadPolicy(Sample.small(rest: "duties:\n  - {\(text)}"), line, column, problem, hint: hint)
    }
}
