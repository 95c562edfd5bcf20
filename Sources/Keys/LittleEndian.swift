extension Array where Element == UInt8 {
    @inline(__always)
    mutating func appendLittleEndian<T: FixedWidthInteger & UnsignedInteger>(_ value: T) {
        for shift in stride(from: 0, to: T.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: value >> T(shift))) }
    }

    /// The integer at `offset`, which the caller has checked to lie inside.
    @inline(__always)
    func littleEndian<T: FixedWidthInteger & UnsignedInteger>(at offset: Int, as type: T.Type = T.self) -> T {
        var value: T = 0
        for index in 0..<T.bitWidth / 8 { value |= T(self[offset + index]) << T(index * 8) }
        return value
    }
}
