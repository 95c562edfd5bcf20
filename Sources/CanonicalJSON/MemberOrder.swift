/// The order of member names in RFC 8785, section 3.2.3: by UTF-16 code units.
enum MemberOrder {
    /// True when `left` comes before `right`; both are well-formed UTF-8.
    ///
    /// UTF-8 sorts by code point. UTF-16 does too, except that the surrogates of code points above U+FFFF (first byte
    /// 0xF0...0xF4) come before U+E000...U+FFFF (first byte 0xEE or 0xEF). Up to the first difference both texts are
    /// the same, hence the differing bytes are both first bytes or both continuation bytes, and lifting 0xEE and 0xEF
    /// above 0xF4 is all it takes.
    static func precedes(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Bool {
        var ours = left.makeIterator()
        var theirs = right.makeIterator()
        while true {
            guard let b = theirs.next() else { return false }
            guard let a = ours.next() else { return true }
            if a != b { return rank(a) < rank(b) }
        }
    }

    private static func rank(_ byte: UInt8) -> UInt8 {
        byte == 0xEE || byte == 0xEF ? byte + 0x10 : byte
    }

    /// `[a-z][a-z0-9_]{0,15}`.
    static func isMember(_ name: some Sequence<UInt8>) -> Bool {
        var count = 0
        for byte in name {
            count += 1
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): break
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): if count == 1 { return false }
            default: return false
            }
        }
        return (1...16).contains(count)
    }
}
