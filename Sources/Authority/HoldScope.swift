import CanonicalJSON
public import VaultModel

/// What a hold keeps from being purged and erased: entries, and customers, of one kind.
public enum HoldScope: Hashable, Sendable {
    /// Everything about these customers, by their numbers; sorted, unique and not empty once it is signed.
    case customers([String])
    /// Everything these persons did, whichever key they used.
    case persons([PersonID])
    /// Every entry from the first time on and before the second, in seconds since 1970.
    case period(Range<Int64>)

    /// Whether an entry is held, as far as its parts are known.
    ///
    /// - Parameters:
    ///   - customers: those the entry names.
    ///   - person: whose key signed its request.
    ///   - milliseconds: its time.
    public func covers(customers: [String], person: PersonID?, milliseconds: Int64) -> Bool {
        switch self {
        case .customers(let held): customers.contains(where: held.contains)
        case .persons(let held): person.map(held.contains) ?? false
        case .period(let held): held.contains(milliseconds / 1_000)
        }
    }

    /// Whether one of these customers must not be erased. Holds of persons and of periods keep entries and nobody's file.
    public func keeps(_ customers: [String]) -> Bool {
        if case .customers(let held) = self { customers.contains(where: held.contains) } else { false }
    }
}

extension BlockReader {
    /// `{"customer":[…]}`, `{"person":[…]}` or `{"period":[from,until]}`.
    mutating func holdScope(_ name: String) throws(BlockRefusal) -> HoldScope {
        let object = try object(name)
        guard object.count == 1, let (kind, list) = object.first, let elements = list.arrayValue else {
            throw .value(name)
        }
        switch kind {
        case "customer": return .customers(try Self.set(elements, name, Self.customer))
        case "person": return .persons(try Self.set(elements, name) { PersonID($0) })
        case "period":
            let bounds = elements.compactMap(\.integerValue)
            guard elements.count == 2, bounds.count == 2, bounds[0] >= 0, bounds[0] < bounds[1] else {
                throw .value(name)
            }
            return .period(bounds[0]..<bounds[1])
        default: throw .value(name)
        }
    }
}

extension JSONValue {
    static func holdScope(_ scope: HoldScope) -> JSONValue {
        switch scope {
        case .customers(let numbers): ["customer": set(numbers)]
        case .persons(let persons): ["person": set(persons.map(\.text))]
        case .period(let range): ["period": .array([.integer(range.lowerBound), .integer(range.upperBound)])]
        }
    }
}
