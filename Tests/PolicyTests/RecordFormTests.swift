import Policy
import Testing
import VaultModel

@Suite struct RecordFormTests {
    private let policy: PolicyDocument

    init() throws { policy = try Sample.shipped("takeout.yaml") }

    private func form(_ fields: [String: [String]], isWhole: Bool, isArchived: Bool = false) throws -> RecordForm {
        try RecordForm(
            fields, record: try #require(policy.record(named: "customer")), region: policy.region, isWhole: isWhole,
            isArchived: isArchived)
    }

    @Test func `required fields are there in a new record and not emptied later; archived ones are taken as they are`()
        throws
    {
        let phone = try fieldName("customer.phone")
        #expect(
            try form(["name": ["林小美"], "phone": ["13912345678"]], isWhole: true).values[phone] == ["+8613912345678"])
        #expect(throws: RecordForm.Problem.self) { try form(["name": ["林小美"]], isWhole: true) }
        #expect(try form(["name": ["林小美"]], isWhole: false).values[phone] == nil)
        #expect(throws: RecordForm.Problem.self) { try form(["name": ["林小美"], "phone": []], isWhole: false) }
        // The policy may not have asked for it then.
        #expect(try form(["name": ["林小美"], "phone": []], isWhole: false, isArchived: true).values[phone] == [])
        #expect(throws: RecordForm.Problem.self) {
            try form(["name": ["林小美", "林大美"]], isWhole: false, isArchived: true)
        }
    }
}
