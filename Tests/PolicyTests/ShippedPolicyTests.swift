import Policy
import Testing
import VaultModel

@Suite("Shipped policies")
struct ShippedPolicyTests {
    static let files = ["takeout.yaml", "shoe-care.yaml"]

    @Test("are read without a problem", arguments: files)
    func read(file: String) throws {
        switch try PolicyDocument.parse(Sample.bytes(file), file: file) {
        case .success(let policy): #expect(policy.trade + ".yaml" == file)
        case .failure(let problems): Issue.record("\(problems.problems.map(\.description).joined(separator: "\n"))")
        }
    }
}
