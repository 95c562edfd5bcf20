public import Keys
public import Policy
public import Storage
public import VaultModel

/// Where each field of the policy is stored: the numbers that `vault.db` assigned once and never reuses.
///
/// The numbers are part of every envelope's context. A map is made from registry and policy together; a field the
/// registry does not know yet has no place.
public struct FieldMap: Sendable {
    public struct Place: Sendable {
        public let definition: FieldDefinition
        /// The number of the record kind.
        public let table: UInt16
        public let field: UInt16
        public let pad: PadPolicy
    }

    private let places: [FieldName: Place]
    private let kinds: [String: UInt16]

    /// How each registered field is padded, by kind and number: also those that the policy no longer has.
    private let pads: [UInt32: PadPolicy]
    /// The numbers of all registered fields, by kind and name.
    private let numbers: [UInt16: [String: UInt16]]

    public init(policy: PolicyDocument, registry: Registry) {
        kinds = Dictionary(uniqueKeysWithValues: registry.kinds.map { ($0.name, $0.number) })
        let names = Dictionary(uniqueKeysWithValues: registry.kinds.map { ($0.number, $0.name) })
        var numbers: [FieldName: UInt16] = [:]
        var pads: [UInt32: PadPolicy] = [:]
        for field in registry.fields {
            pads[Self.key(field.kind, field.number)] = PadPolicy(rawValue: field.pad)
            guard let kind = names[field.kind], let name = FieldName(record: kind, field: field.name) else { continue }
            numbers[name] = field.number
        }
        self.pads = pads
        self.numbers = Dictionary(grouping: registry.fields, by: \.kind).mapValues { fields in
            Dictionary(fields.map { ($0.name, $0.number) }) { first, _ in first }
        }
        var places: [FieldName: Place] = [:]
        for record in policy.records {
            guard let table = kinds[record.name] else { continue }
            for definition in record.fields {
                guard let number = numbers[definition.name],
                    let pad = PadPolicy(rawValue: definition.type.padPolicyNumber)
                else { continue }
                places[definition.name] = Place(definition: definition, table: table, field: number, pad: pad)
            }
        }
        self.places = places
    }

    /// The number of a registered field, whether the policy still has it or not.
    public func number(ofField name: String, table: UInt16) -> UInt16? {
        numbers[table]?[name]
    }

    private static func key(_ table: UInt16, _ field: UInt16) -> UInt32 { UInt32(table) << 16 | UInt32(field) }

    /// How a registered field is padded, whether the policy still has it or not.
    public func pad(table: UInt16, field: UInt16) -> PadPolicy? { pads[Self.key(table, field)] }

    /// The name of a record kind that was ever registered.
    public func name(ofKind number: UInt16) -> String? { kinds.first { $0.value == number }?.key }

    /// The numbers of all record kinds there ever were.
    public var allKinds: [UInt16] { kinds.values.sorted() }

    public func place(_ name: FieldName) -> Place? { places[name] }

    /// The number of a record kind.
    public func kind(_ record: String) -> UInt16? { kinds[record] }

    /// The fields of a record kind, in the order of their numbers.
    public func places(of record: String) -> [Place] {
        places.values.filter { $0.definition.name.record == record }.sorted { $0.field < $1.field }
    }

    public func index(of name: FieldName) -> BlindIndex.Definition? {
        guard let place = places[name], let index = place.definition.index,
            let normaliser = index.normaliser(for: place.definition.type)
        else { return nil }
        // One index a field: its number within the field is 1.
        return BlindIndex.Definition(
            field: place.field, index: 1, normaliser: normaliser.rawValue, bits: UInt16(index.bits))
    }
}

extension FieldMap {
    /// What the registry is to number for a policy.
    public static func registrations(of policy: PolicyDocument) -> [FieldRegistration] {
        policy.records.flatMap { record in
            record.fields.map { field in
                FieldRegistration(
                    kind: record.name, name: field.name.field, pad: field.type.padPolicyNumber,
                    isPersonal: field.isPersonal)
            }
        }
    }
}
