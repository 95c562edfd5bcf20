internal import Keys
public import Policy
internal import Primitives
public import Storage
public import VaultModel

/// The right to compare stored values with one that was offered, and to learn nothing but whether they are equal:
/// look-ups, duplicates. Made from an allowed decision; the number of records opened goes into the entry as `scan`.
public struct CompareGrant: Sendable {
    fileprivate init() {}
}

/// What a comparison gave: the records that match, and how many were opened for it.
public struct ComparisonResult: Sendable {
    public let matches: [StoredRecord]
    public let scanned: Int

    /// Records found by comparisons, put together.
    public init(matches: [StoredRecord], scanned: Int) {
        self.matches = matches
        self.scanned = scanned
    }
}

extension Turnstile {
    /// - Throws: the refusal of a decision that does not allow.
    public func compareGrant(for decision: Decision) throws(RequestRefusal) -> CompareGrant {
        _ = try decision.requireAllowed()
        return CompareGrant()
    }

    /// Which of these candidates hold a value of `field` that normalises to `wanted`. Their records are to be fetched
    /// whole and compared again: only then are their seals checked.
    public func matching(
        _ grant: CompareGrant, _ candidates: [FieldCandidate], field: FieldName, by normaliser: Normaliser,
        with wanted: [UInt8]
    ) throws(RequestRefusal) -> [RecordID] {
        guard let place = fieldMap.place(field) else {
            throw .denied(.unknownField, hint: "the policy declares no field \(field)")
        }
        let keys = try opener.keys(of: candidates)
        var matches: [RecordID] = []
        for candidate in candidates {
            // Without a key the customer has been erased and a stale tag has led here.
            guard let key = keys[candidate.customer], candidate.kind == place.table else { continue }
            let isMatch = try opener.values(of: place, in: candidate, key: key).contains { value in
                (try? normaliser.normalise(stored: value)).map { ConstantTime.equal($0, wanted) } ?? false
            }
            if isMatch { matches.append(candidate.id) }
        }
        return matches
    }

    /// Which of these records hold a value of `field` that normalises to `wanted`. The bytes are compared, all of
    /// them; the seal of every match is checked, so that a rolled-back or forged field cannot pass for a match.
    public func compare(
        _ grant: CompareGrant, _ records: [StoredRecord], field: FieldName, by normaliser: Normaliser,
        with wanted: [UInt8]
    ) throws(RequestRefusal) -> ComparisonResult {
        return try compare(grant, records, field: field) { value in
            guard let normalised = try? normaliser.normalise(stored: value) else { return false }
            return ConstantTime.equal(normalised, wanted)
        }
    }

    private func compare(
        _ grant: CompareGrant, _ records: [StoredRecord], field: FieldName, _ isMatch: (String) -> Bool
    ) throws(RequestRefusal) -> ComparisonResult {
        guard let place = fieldMap.place(field) else {
            throw .denied(.unknownField, hint: "the policy declares no field \(field)")
        }
        let keys = try opener.keys(of: records)
        var matches: [StoredRecord] = []
        for record in records {
            // Without a key the customer has been erased and a stale tag has led here.
            guard let key = keys[record.customer], record.kind == place.table else { continue }
            if try opener.values(of: place, in: record, key: key).contains(where: isMatch) {
                try opener.checkSeal(of: record, key: key)
                matches.append(record)
            }
        }
        return ComparisonResult(matches: matches, scanned: records.count)
    }

    /// The same with a value as a person wrote it, brought into its stored form first.
    public func compare(
        _ grant: CompareGrant, _ records: [StoredRecord], field: FieldName, with value: String,
        definition: FieldDefinition
    ) throws(RequestRefusal) -> ComparisonResult {
        if let normaliser = Normaliser.identity(of: definition.type) {
            let wanted: [UInt8]
            do throws(FieldValueError) { wanted = try normaliser.normalise(value, region: policy.region) } catch {
                throw .invalid("\(field.field): \(error.problem); \(error.hint)")
            }
            return try compare(grant, records, field: field, by: normaliser, with: wanted)
        }
        let wanted: String
        do throws(FieldValueError) { wanted = try definition.canonical(value, region: policy.region) } catch {
            throw .invalid("\(field.field): \(error.problem); \(error.hint)")
        }
        return try compare(grant, records, field: field) { ConstantTime.equal(Array($0.utf8), Array(wanted.utf8)) }
    }
}
