public import VaultModel

/// A policy: the record kinds of a trade, its roles and what each may do, its duties. Made by `parse` only, so that
/// every name in it is declared.
public struct PolicyDocument: Hashable, Sendable {
    /// The file, byte for byte.
    public let bytes: [UInt8]
    /// SHA-256 of `bytes`, 64 lower-case hexadecimal digits: the id of the policy in blocks and log entries.
    public let sha256: String
    public let trade: String
    /// Where phone numbers without a country code are dialled.
    public let region: Region
    /// Days after which a root falls due for re-certification.
    public let reviewDays: Int
    /// Hours in which an import can be taken back; an erasure too, where `erasure` says nothing else.
    public let undoHours: Int
    /// Hours an act that needs approval waits where there is no second person.
    public let soloWaitHours: Int
    /// How long entries of the access log stay readable.
    public let logRetention: LogRetention
    public let erasure: ErasureRules
    /// In the order of the file, like all lists here.
    public let classes: [FieldClass]
    public let purposes: [Purpose]
    public let records: [RecordDefinition]
    public let roles: [RoleDefinition]
    public let duties: [Duty]

    let fieldsByName: [FieldName: FieldDefinition]
    let rolesByName: [RoleName: RoleDefinition]
    let purposeSet: Set<Purpose>

    public var roleNames: [RoleName] { roles.map(\.name) }

    public func role(_ name: RoleName) -> RoleDefinition? { rolesByName[name] }

    public func record(named name: String) -> RecordDefinition? { records.first { $0.name == name } }

    public func field(_ name: FieldName) -> FieldDefinition? { fieldsByName[name] }

    public func declares(_ purpose: Purpose) -> Bool { purposeSet.contains(purpose) }

    /// The limits of a role; nil when the policy has no such role.
    public func limits(of role: RoleName) -> RoleLimits? { rolesByName[role]?.limits }

    /// Whether a role has a right: `allows(owner, .keys, "rotate")`, `allows(owner, .clock)`. An undeclared role has
    /// none.
    public func allows(_ role: RoleName, _ group: RightGroup, _ verb: String = RightGroup.granted) -> Bool {
        rolesByName[role]?.verbs[group]?.contains(verb) ?? false
    }

    /// The fields a lookup searches, in the order of the file.
    public func fields(for lookup: LookupKind) -> [FieldDefinition] {
        records.flatMap(\.fields).filter { field in
            field.type == lookup.fieldType && (lookup.indexKind == nil || field.index?.kind == lookup.indexKind)
        }
    }
}
