/// Counts lines as bytes go by. CR, LF and CRLF each end one. It works on the bytes of UTF-8, GB 18030 and Big5 alike:
/// in none of them is a line end part of another character.
struct LineCounter {
    /// The line of the next byte, counted from 1.
    private(set) var line = 1
    private var afterReturn = false

    mutating func count(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes {
            if byte == UInt8(ascii: "\r") || (byte == UInt8(ascii: "\n") && !afterReturn) { line += 1 }
            afterReturn = byte == UInt8(ascii: "\r")
        }
    }
}
