internal import Primitives

/// A read that cannot wait for an approval: the rule names the emergency, the read is loud, and another person reviews
/// it afterwards.
public enum BreakGlass {
    /// How long another person has to review, in seconds.
    public static let reviewSeconds: Int64 = 24 * 3_600

    /// How a request's head names an emergency, in the member `obj`: the SHA-256 of `COFFER/BREAKGLASS/v01` and the
    /// code, in lower-case hexadecimal. A code is a label without control characters and the prefix has a fixed length,
    /// so that no two codes are hashed alike.
    public static func digest(of code: String) -> String {
        Hex.encode(SHA256.hash(Array("COFFER/BREAKGLASS/v01".utf8) + Array(code.utf8)))
    }
}
