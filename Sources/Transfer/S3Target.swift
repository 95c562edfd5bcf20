/// A bucket, or a part of one, of a server that speaks S3.
public struct S3Target: Hashable, Sendable {
    /// How the bucket is named in a request.
    public enum Style: String, Hashable, Sendable {
        /// `https://host/bucket/key`, which servers other than Amazon's understand.
        case path
        /// `https://bucket.host/key`, which Amazon wants.
        case host
    }

    /// What Object Lock is told with each object that has a date.
    public enum Lock: String, Hashable, Sendable {
        /// Nobody can remove the object before its date, not even the account's owner.
        case compliance = "COMPLIANCE"
        /// Whoever has the right to bypass the lock can.
        case governance = "GOVERNANCE"
    }

    /// The server without the bucket.
    public let host: String
    public let port: Int
    /// Plain HTTP, to this machine only.
    public let isPlain: Bool
    public let bucket: String
    /// What the names of the target's objects begin with in the bucket; empty, or with a slash at its end.
    public let prefix: String
    public let region: String
    public let style: Style
    /// Nil for a bucket without Object Lock: dates are then not kept.
    public let lock: Lock?
    /// A file of certificates that the server's must descend from, in place of the system's.
    public let authorityFile: String?

    /// `address` with the part that cannot be one; `plaintext` for plain HTTP to another machine.
    public init(
        host: String, port: Int? = nil, isPlain: Bool = false, bucket: String, prefix: String = "", region: String,
        style: Style = .path, lock: Lock?, authorityFile: String? = nil
    ) throws(TransferError) {
        guard AddressText.isHost(host), (1...65_535).contains(port ?? 443) else { throw .address(.form) }
        guard !isPlain || AddressText.isLoopback(host) else { throw .address(.plaintext) }
        guard Self.isBucket(bucket) else { throw .address(.bucket) }
        guard prefix.isEmpty || ObjectName.isName(prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix) else {
            throw .address(.path)
        }
        guard (1...40).contains(region.utf8.count),
            region.utf8.allSatisfy({ (0x61...0x7A).contains($0) || AddressText.isDigit($0) || $0 == 0x2D })
        else { throw .address(.region) }
        (self.host, self.port, self.isPlain) = (host, port ?? (isPlain ? 80 : 443), isPlain)
        (self.bucket, self.region, self.style, self.lock) = (bucket, region, style, lock)
        self.prefix = prefix.isEmpty || prefix.hasSuffix("/") ? prefix : prefix + "/"
        self.authorityFile = authorityFile
    }

    /// No dots: with them a certificate for `*.host` does not cover the bucket.
    private static func isBucket(_ text: String) -> Bool {
        (3...63).contains(text.utf8.count) && text.utf8.first != 0x2D && text.utf8.last != 0x2D
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || AddressText.isDigit($0) || $0 == 0x2D }
    }
}
