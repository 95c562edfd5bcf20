import Policy
import Testing
import VaultModel

/// The example of the documentation, with its two abbreviated records written out.
private let example = """
    version: 1
    trade: takeout
    region: CN                       # default phone region and ID rules
    review_days: 90                  # roots fall due, die at 120 unless re-certified
    undo_hours: 72
    solo_wait_hours: 24              # where there is no second person
    classes:
      identity: {}
      contact: {}
      location: {}
      government-id: {default_form: masked, full: {approval: 1}}      # N other persons
      service: {}
      settlement: {personal: false}
    purposes: [order, delivery, support, complaint, settlement, care, import, subject-request, incident]
    records:
      customer:
        required: [name, phone]
        retention: {after: last_activity, years: 3}
        fields:
          name:      {type: name,    class: identity, mask: surname}
          phone:     {type: phone,   class: contact,  index: {kind: last4, bits: 10},    mask: middle, many: true}
          address:   {type: address, class: location, many: true, mask: district}
          email:     {type: email,   class: contact,  index: {kind: equality, bits: 10}, mask: local}
          id_number: {type: id-number, class: government-id, index: {kind: equality, bits: 10}, mask: tail4}
          birthday:  {type: date,    class: identity, mask: month}
          preferences: {type: text,  class: service}
          source:    {type: enum, values: [meituan, eleme, phone, event, walk-in], class: service}
          marketing_consent: {type: consent, class: service}
      order:
        fields:
          number:     {type: code, class: settlement}
          amount:     {type: amount, class: settlement}
          payment:    {type: enum, values: [cash, wechat], class: settlement}
          ordered_at: {type: datetime, class: settlement}
      feedback: {fields: {content: {type: text, class: service}}}
    roles:
      customer-service:
        limits: {opens_per_10_minutes: 60, opens_per_day: 300, list_rows: 20}
        lookup: [phone, last4, email, name]
        import: true
        notify: [pickup-ready, order-confirmed]
        attach: true
        read:  [{record: customer, fields: [name, phone, address, preferences], form: full, purposes: [order, support, complaint]}]
        write: [{record: customer, fields: "*", except: [id_number]}, {record: order}, {record: feedback}]
        delegate: [{record: customer, fields: [name, phone, address], purposes: [delivery], to: courier, minutes: 90, max: 5, bound_to: order}]
      courier: {propose: [customer.address]}   # reads nothing of its own: only what is delegated
      finance: {read: [{record: order, fields: [number, amount, payment, ordered_at], form: full, purposes: [settlement]}]}
      management: {stats: {minimum_group: 5}, read: [{record: customer, fields: "*", form: full, purposes: [incident], approval: 1}]}
      compliance-officer: {log: [tail, export, verify, report, purge], approve: true, leak: [scan, canary], incident: true, drill: true, export: true, subject: [copy, erase, restrict]}
      backup-operator: {backup: [run, list, check, status, prune-plan, restore]}
      owner: {staff: [invite, approve, set, review, offboard], policy: [apply], keys: [unseal, seal, rotate], clock: true, drill: true, approve: true, backup: [prune-apply]}
    duties:
      - {name: quarterly-check, on: customer, every_days: 90, field: verified_at, role: customer-service}
      - {name: birthday-greeting, on: customer, date: birthday, needs_consent: marketing_consent, role: customer-service, purpose: care}
    """

@Suite("The documented example")
struct ExampleTests {
    @Test("is accepted as it stands")
    func accepted() throws {
        switch Sample.parse(example) {
        case .failure(let found): Issue.record("\(found.problems.map(\.description).joined(separator: "\n"))")
        case .success(let policy):
            #expect(policy.roleNames.count == 7)
            #expect(policy.duties.count == 2)
            #expect(policy.duties.first?.schedule == .everyDays(90, field: .builtIn(.verifiedAt)))
            #expect(policy.duties.last?.schedule == .yearly(try fieldName("customer.birthday")))
            #expect(policy.duties.last?.needsConsent == (try fieldName("customer.marketing_consent")))
            let phone = try #require(policy.field(try fieldName("customer.phone")))
            #expect(phone.index == FieldIndex(kind: .last4, bits: 10))
            #expect(phone.index?.normaliser(for: .phone) == .phoneLast4)
            #expect(phone.isMany && phone.isRequired)
            #expect(
                policy.record(named: "customer")?.retention == Retention(after: .lastActivity, count: 3, unit: .years))
        }
    }
}
