/// Recursive descent over the canonical grammar: white space, other escapes and unsorted members are errors here
/// already, each by its name.
struct JSONParser {
    private let bytes: [UInt8]
    private let limits: JSONLimits
    private var position = 0
    private var depth = 0

    init(_ bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// One value and nothing after it.
    mutating func document() throws(JSONError) -> JSONValue {
        let result = try value()
        guard position == bytes.count else { throw isWhiteSpace(bytes[position]) ? .notCanonical : .trailing }
        return result
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        guard position < bytes.count else { throw .syntax }
        switch bytes[position] {
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try integer())
        case UInt8(ascii: "-"): throw .number
        case UInt8(ascii: "t"):
            try skip("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try skip("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try skip("null")
            throw .null
        case let byte where isWhiteSpace(byte): throw .notCanonical
        case 0x80...: throw .encoding
        default: throw .syntax
        }
    }

    // MARK: - Containers

    private mutating func object() throws(JSONError) -> [String: JSONValue] {
        try descend()
        defer { depth -= 1 }
        if take(UInt8(ascii: "}")) { return [:] }
        // Gathered in a list first: growing a dictionary would hash every name several times.
        var members: [(name: String, value: JSONValue)] = []
        repeat {
            guard position < bytes.count else { throw .syntax }
            guard bytes[position] == UInt8(ascii: "\"") else { throw unexpected(bytes[position]) }
            let name = try limits.names == .member ? memberName() : string()
            if let previous = members.last?.name, !MemberOrder.precedes(previous, name) {
                throw members.contains { $0.name == name } ? .duplicate : .order
            }
            try expect(UInt8(ascii: ":"))
            members.append((name, try value()))
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
        return try dictionary(of: members)
    }

    /// Names in ascending order differ in their bytes; the dictionary also minds different spellings of one text.
    private func dictionary(of members: [(name: String, value: JSONValue)]) throws(JSONError) -> [String: JSONValue] {
        var dictionary: [String: JSONValue] = [:]
        dictionary.reserveCapacity(members.count)
        for (name, value) in members {
            guard dictionary.updateValue(value, forKey: name) == nil else { throw .duplicate }
        }
        return dictionary
    }

    private mutating func array() throws(JSONError) -> [JSONValue] {
        try descend()
        defer { depth -= 1 }
        var elements: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return elements }
        repeat { elements.append(try value()) } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
        return elements
    }

    /// Steps over the opening bracket.
    private mutating func descend() throws(JSONError) {
        guard depth < limits.maxDepth else { throw .tooDeep }
        depth += 1
        position += 1
    }

    // MARK: - Scalars

    private mutating func integer() throws(JSONError) -> Int64 {
        let start = position
        var number: Int64 = 0
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            // At most 2^53-1 before this step, so that ten times as much and nine fit in 64 bits.
            number = number * 10 + Int64(bytes[position] - UInt8(ascii: "0"))
            guard number <= JSONValue.largestInteger else { throw .number }
            position += 1
        }
        if bytes[start] == UInt8(ascii: "0"), position - start > 1 { throw .number }
        guard position < bytes.count else { return number }
        switch bytes[position] {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): throw .number
        default: return number
        }
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        var isASCII = true
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                // ASCII is valid UTF-8 already, and is what nearly all texts are.
                let utf8 = bytes[start..<position]
                return isASCII ? String(decoding: utf8, as: UTF8.self) : try text(utf8)
            case UInt8(ascii: "\\"):
                return try escapedString(from: start)
            case 0..<0x20: throw .syntax
            case 0x80...:
                isASCII = false
                position += 1
            default: position += 1
            }
        }
        throw .syntax
    }

    /// A string that is a member name of our own formats.
    private mutating func memberName() throws(JSONError) -> String {
        let start = position
        let name = try string()
        guard MemberOrder.isMember(bytes[(start + 1)..<(position - 1)]) else { throw .name }
        return name
    }

    /// The rest of a string at its first backslash.
    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var unescaped = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try text(unescaped[...])
            case UInt8(ascii: "\\"): unescaped.append(try escape())
            case 0..<0x20: throw .syntax
            default: unescaped.append(byte)
            }
        }
        throw .syntax
    }

    /// What follows a backslash. All that RFC 8785 writes escaped is one byte of ASCII.
    private mutating func escape() throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw .syntax }
        let letter = bytes[position]
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return letter
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "/"): throw .notCanonical
        case UInt8(ascii: "u"): return try numericEscape()
        default: throw .syntax
        }
    }

    private mutating func numericEscape() throws(JSONError) -> UInt8 {
        guard bytes.count - position >= 4 else { throw .syntax }
        var unit: UInt16 = 0
        var isLowerCase = true
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { throw .syntax }
            if (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte) { isLowerCase = false }
            unit = unit << 4 | UInt16(digit)
        }
        position += 4
        // A pair of surrogates is a needless escape, one alone is no text at all; neither is ever canonical.
        if (0xD800...0xDFFF).contains(unit) { throw .encoding }
        guard unit < 0x20, isLowerCase, JSONWriter.letter(escaping: UInt8(unit)) == nil else { throw .notCanonical }
        return UInt8(unit)
    }

    private func text(_ utf8: ArraySlice<UInt8>) throws(JSONError) -> String {
        guard let text = String(validating: utf8, as: UTF8.self) else { throw .encoding }
        return text
    }

    // MARK: - Bytes

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard position < bytes.count else { throw .syntax }
        guard bytes[position] == byte else { throw unexpected(bytes[position]) }
        position += 1
    }

    private mutating func skip(_ word: StaticString) throws(JSONError) {
        let letters = word.description.utf8
        guard bytes[position...].starts(with: letters) else { throw .syntax }
        position += letters.count
    }

    private func unexpected(_ byte: UInt8) -> JSONError { isWhiteSpace(byte) ? .notCanonical : .syntax }

    private func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}
