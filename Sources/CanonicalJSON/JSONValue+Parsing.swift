extension JSONValue {
    /// Reads one value that is written in canonical form, or refuses.
    ///
    /// The parser itself takes no other spelling; the value is encoded again and compared with the input all the same,
    /// so that a fault in one of the two shows as a refusal and never as two byte strings with one meaning.
    ///
    /// Time is linear in the input, up to the sorting of members; the stack is bounded by `limits.maxDepth`.
    public static func parse(_ bytes: [UInt8], limits: JSONLimits) throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.maxBytes else { throw .tooLong }
        var parser = JSONParser(bytes, limits: limits)
        let value = try parser.document()
        guard value.encode() == bytes else { throw .notCanonical }
        return value
    }
}
