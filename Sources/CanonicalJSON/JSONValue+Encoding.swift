extension JSONValue {
    /// The canonical form: members sorted by UTF-16 code units, no white space, the escapes of RFC 8785.
    ///
    /// Any member name is written, whatever `JSONLimits.Names` a parser would demand. Traps on an integer outside
    /// 0...2^53-1.
    public func encode() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        append(to: &bytes)
        return bytes
    }

    func append(to bytes: inout [UInt8]) {
        switch self {
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            var first = true
            // Indices are cheaper to move about than the members themselves.
            for index in members.indices.sorted(by: { MemberOrder.precedes(members[$0].key, members[$1].key) }) {
                if !first { bytes.append(UInt8(ascii: ",")) }
                first = false
                JSONWriter.quote(members[index].key, into: &bytes)
                bytes.append(UInt8(ascii: ":"))
                members[index].value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            var first = true
            for element in elements {
                if !first { bytes.append(UInt8(ascii: ",")) }
                first = false
                element.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .string(let text): JSONWriter.quote(text, into: &bytes)
        case .integer(let number): JSONWriter.integer(number, into: &bytes)
        case .bool(let flag): JSONWriter.literal(flag ? "true" : "false", into: &bytes)
        }
    }
}
