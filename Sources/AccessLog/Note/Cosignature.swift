import Primitives

/// A witness's statement that it saw no larger and no other tree of this log up to a time (C2SP tlog-cosignature v1).
public enum Cosignature {
    /// What a witness signs: a header that no note begins with, the time and the text.
    public static func message(text: String, timeSeconds: UInt64) -> [UInt8] {
        Array(("cosignature/v1\ntime " + String(timeSeconds) + "\n" + text).utf8)
    }

    /// The bytes of a cosignature line: the time in big-endian order, then 64 bytes of Ed25519.
    public static func bytes(timeSeconds: UInt64, signature: [UInt8]) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: timeSeconds >> UInt64(56 - 8 * $0)) } + signature
    }
}

extension SignedNote {
    /// When the witness with `key` (type 4) signed this note, in seconds since 1970; nil when it did not, or not validly.
    public func cosignatureTime(by key: VerifierKey) -> UInt64? {
        guard key.algorithm == .cosignature, let line = signature(by: key), line.bytes.count == 72 else { return nil }
        let time = line.bytes[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard time <= UInt64(Int64.max),
            key.key.isValid(
                signature: Array(line.bytes[8...]), for: Cosignature.message(text: text, timeSeconds: time))
        else { return nil }
        return time
    }
}
