/// Upper bounds of everything the access log reads. A longer thing is refused before it is parsed.
public enum LogLimits {
    /// Bytes of one part, without its line feed.
    public static let coreBytes = 16 * 1024
    public static let subjectBytes = 256 * 1024
    public static let evidenceBytes = 128 * 1024
    /// Elements of a list inside a part: field names, customers, orders, revisions, seals.
    public static let listCount = 4096
    /// The largest integer a part may hold: what every JSON reader represents exactly.
    public static let integer: UInt64 = (1 << 53) - 1
    /// Bytes of a signed note, and signature lines below it.
    public static let noteBytes = 16 * 1024
    public static let noteSignatures = 16
    /// Hashes of one proof: a tree of 2^64 leaves has paths of 64, a consistency proof one more.
    public static let proofHashes = 65
    /// Bytes of a receipt or a proof file.
    public static let receiptBytes = 64 * 1024
    /// Findings and notes reported of one export.
    public static let findings = 10_000
    /// Bytes of a policy or block file, and of any file that is read whole and not covered by another limit.
    public static let fileBytes = 1024 * 1024
    /// Proof files checked in one export.
    public static let proofFiles = 100_000
    /// Seconds by which the time of an entry may differ from the span its request was signed for: the clocks of two
    /// machines (30 s, as for requests) and the time a request may wait for its commit.
    public static let signatureSlackSeconds: Int64 = 60
    /// Seconds a request may wait between its judgement and its commit.
    static let commitDelaySeconds: Int64 = 5
}
