import Primitives

extension KeyID {
    /// How people compare a recovery quorum's key, as cards show it: the first sixteen bytes of its SHA-256, in eight groups
    /// of four hexadecimal digits.
    public var quorumFingerprint: String {
        let digits = Array(Hex.encode(Array(SHA256.hash(rawKey).prefix(16))))
        return stride(from: 0, to: digits.count, by: 4).map { String(digits[$0..<$0 + 4]) }.joined(separator: "-")
    }
}
