import CanonicalJSON

/// Random numbers that are the same in every run (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension JSONLimits {
    static let anyNames = JSONLimits(maxBytes: 1 << 20, maxDepth: 16, names: .any)
    static let deepest64 = JSONLimits(maxBytes: 1 << 24, maxDepth: 64, names: .any)
}

extension JSONValue {
    /// Parses text; for tests only.
    static func parse(_ text: String, limits: JSONLimits = .message) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8), limits: limits)
    }
}

/// The refusal of `text`, or nil when it is accepted.
func refusal(of text: String, limits: JSONLimits = .message) -> JSONError? {
    refusal(of: Array(text.utf8), limits: limits)
}

func refusal(of bytes: [UInt8], limits: JSONLimits = .message) -> JSONError? {
    do throws(JSONError) {
        _ = try JSONValue.parse(bytes, limits: limits)
        return nil
    } catch { return error }
}

/// Random values with awkward strings.
struct ValueGenerator {
    var random: SeededGenerator
    var names: JSONLimits.Names

    mutating func value(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 5 : 3), using: &random) {
        case 0: return .string(text())
        case 1: return .integer(integer())
        case 2: return .bool(Bool.random(using: &random))
        case 3: return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(depth: depth - 1) })
        default: return object(depth: depth)
        }
    }

    mutating func object(depth: Int) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            members[names == .member ? memberName() : text()] = value(depth: depth - 1)
        }
        return .object(members)
    }

    private mutating func integer() -> Int64 {
        let shift = Int.random(in: 11...63, using: &random)
        return Int64(random.next() >> UInt64(shift)) & JSONValue.largestInteger
    }

    mutating func memberName() -> String {
        let first = Array("abcxyz").randomElement(using: &random) ?? "a"
        let rest = (0..<Int.random(in: 0...15, using: &random)).map { _ in
            Array("abz019_").randomElement(using: &random) ?? "a"
        }
        return String([first] + rest)
    }

    mutating func text() -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...8, using: &random) { scalars.append(scalar()) }
        return String(scalars)
    }

    private mutating func scalar() -> Unicode.Scalar {
        let ranges: [ClosedRange<UInt32>] = [
            0...0x1F, 0x20...0x7F, 0x80...0x7FF, 0xE000...0xFFFF, 0x1_0000...0x10_FFFF, 0x22...0x22, 0x5C...0x5C,
            0x300...0x36F, 0x4E00...0x9FFF,
        ]
        let range = ranges.randomElement(using: &random) ?? 0...0
        return Unicode.Scalar(UInt32.random(in: range, using: &random)) ?? "?"
    }
}
