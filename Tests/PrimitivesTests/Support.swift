import Primitives
import Testing

func hex(_ text: String, _ location: SourceLocation = #_sourceLocation) throws -> [UInt8] {
    try #require(Hex.decode(text), "hexadecimal", sourceLocation: location)
}

/// `count` bytes that count up from zero.
func ramp(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) } }
