import Policy
import Testing
import VaultModel

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The policies that ship, and small ones for single questions.
enum Sample {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "policies")

    static func bytes(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: folder.appending(path: name)))
    }

    static func shipped(_ name: String) throws -> PolicyDocument {
        try PolicyDocument.parse(bytes(name), file: name).get()
    }

    static func parse(_ text: String) -> Result<PolicyDocument, PolicyProblems> {
        PolicyDocument.parse(Array(text.utf8), file: "p.yaml")
    }

    /// The least a policy needs, with room for one record's fields, the rest of the roles and the duties.
    static func small(
        classes: String = "identity: {}", fields: String = "name: {type: name, class: identity}", roles: String = "",
        rest: String = ""
    ) -> String {
        """
        version: 1
        trade: test
        region: CN
        classes: {\(classes)}
        purposes: [order, care]
        records:
          customer:
            fields:
              \(fields)
        roles:
          owner: {staff: [approve], policy: [apply]}
          \(roles)
        \(rest)
        """
    }
}

func role(_ text: String) throws -> RoleName { try #require(RoleName(text)) }
func purpose(_ text: String) throws -> Purpose { try #require(Purpose(text)) }
func fieldName(_ text: String) throws -> FieldName { try #require(FieldName(text)) }
