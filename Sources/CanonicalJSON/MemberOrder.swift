/// The order of member names in RFC 8785, section 3.2.3: by UTF-16 code units.
enum MemberOrder {
    /// True when `left` comes before `right`.
    ///
    /// UTF-8 sorts by code point. UTF-16 does too, except that the surrogates of code points above U+FFFF (first byte
    /// 0xF0...0xF4) come before U+E000...U+FFFF (first byte 0xEE or 0xEF). Up to the first difference both texts are
    /// the same, hence the differing bytes are both first bytes or both continuation bytes, and lifting 0xEE and 0xEF
    /// above 0xF4 is all it takes.
    static func precedes(_ left: String, _ right: String) -> Bool {
        let fast: Bool?? = unsafe left.utf8.withContiguousStorageIfAvailable { ours in
            unsafe right.utf8.withContiguousStorageIfAvailable { theirs in unsafe precedes(ours, theirs) }
        }
        // Strings made by Swift are contiguous; others, as on macOS, are copied.
        return (fast ?? nil) ?? precedes(Array(left.utf8), Array(right.utf8))
    }

    private static func precedes(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        for (a, b) in zip(left, right) where a != b { return rank(a) < rank(b) }
        return left.count < right.count
    }

    private static func rank(_ byte: UInt8) -> UInt8 {
        byte == 0xEE || byte == 0xEF ? byte + 0x10 : byte
    }

    /// `[a-z][a-z0-9_]{0,15}`.
    static func isMember(_ name: ArraySlice<UInt8>) -> Bool {
        guard let first = name.first, name.count <= 16, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else {
            return false
        }
        return name.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }
}
