extension FieldType {
    /// The stored form of a value a person typed or a file held.
    ///
    /// Idempotent: the stored form of a stored form is itself. Storing anything else would let two spellings of one
    /// value be told apart, and every reader would have to normalise again.
    /// - Parameter region: where a phone number without a country code is dialled.
    /// - Throws: the rule that failed; never the value.
    public func canonical(_ raw: String, region: Region) throws(FieldValueError) -> String {
        // Nothing sensible shrinks below a quarter: refuse a megabyte before working on it.
        guard raw.utf8.count <= maximumBytes * 4 else { throw .tooLong(maximumBytes: maximumBytes) }
        let value = try stored(raw, region: region)
        if value.isEmpty { throw .empty }
        guard value.utf8.count <= maximumBytes else { throw .tooLong(maximumBytes: maximumBytes) }
        return value
    }

    private func stored(_ raw: String, region: Region) throws(FieldValueError) -> String {
        if PlainText.trimmed(raw).isEmpty { throw .empty }
        switch self {
        case .name: return try PlainText.normal(raw, isProse: false)
        case .address, .text: return try PlainText.normal(raw, isProse: true)
        case .phone: return try PhoneNumber(raw, region: region).stored
        case .email: return try EmailAddress(raw).stored
        case .idNumber: return try IDNumber(raw).text
        case .date: return try CalendarDate(raw).text
        case .datetime: return try DateAndTime(raw).text
        case .enumeration: return try ShortCode.label(raw)
        case .consent: return try Consent(raw).text
        case .memberNumber: return try ShortCode.memberNumber(raw)
        case .code: return try ShortCode.reference(raw)
        case .number: return try DecimalText.whole(raw)
        case .amount: return try DecimalText.amount(raw)
        }
    }
}
