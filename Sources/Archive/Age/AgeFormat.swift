/// The sizes and words of age v1 (https://c2sp.org/age), and what this implementation adds as a limit.
enum AgeFormat {
    static let versionLine = Array("age-encryption.org/v1".utf8)
    static let armorStart = Array("-----BEGIN AGE".utf8)
    static let lineEnd = UInt8(ascii: "\n")
    static let fileKeySize = 16
    static let payloadNonceSize = 16
    static let chunkSize = 64 << 10
    static let macSize = 32
    /// Letters in a full line of a stanza's body.
    static let bodyColumns = 64
    /// Bytes in such a line.
    static let bodyLineSize = 48

    /// The format knows no bound. Each stanza costs whoever opens a file a scalar multiplication before anything in
    /// the header is authenticated; 64 KiB are at most some 650 of them, and more recipients than any shop has.
    static let largestHeaderSize = 64 << 10
    /// A header of so many X25519 stanzas stays below `largestHeaderSize`, and below what other readers accept.
    static let mostRecipients = 100
}
