/// A place that keeps named objects which are written once: a folder, a server that speaks SFTP, a bucket.
///
/// Every call blocks until it is done or its time is over. One thread at a time. Names are those of `a-z 0-9 . _ -` with
/// slashes between components; a component that begins with a dot or ends with `.part` is refused (`name`), so that
/// nothing outside of the target can be named. What lies in the target under other names is not seen.
public protocol ObjectStore: AnyObject {
    /// The objects whose names begin with `prefix`, in the order of their bytes; none when there are none.
    ///
    /// In a bucket these are the versions that were written first: whoever may write or delete there can put another
    /// version or a delete marker over an object, and the object is found all the same.
    func list(_ prefix: String) throws(TransferError) -> [StoredObject]

    /// The whole object; `notFound`, or `tooLarge` when it has more than `limit` bytes.
    func read(_ name: String, limit: Int) throws(TransferError) -> [UInt8]

    /// Writes an object durably under a name that nothing has yet, and reads it back. `exists` when the name is taken,
    /// by whatever bytes.
    ///
    /// After any error the name holds either nothing or these bytes, never a part of them; only a target whose error
    /// is `altered` holds something else. A repetition of what was interrupted may therefore find `exists`.
    ///
    /// - Parameter retainUntilSeconds: until when the target is to refuse removal, in seconds since 1970. A target that
    ///   cannot (`StoreFacts.protection`) writes the object all the same.
    func write(_ name: String, _ bytes: [UInt8], retainUntilSeconds: Int64?) throws(TransferError)

    /// Removes an object; `notFound` when it is not there, `retained` when its date has not come.
    func remove(_ name: String) throws(TransferError)

    /// Removes what interrupted writes left behind, of any age: only for the one writer of the names that begin with
    /// `prefix`, while it writes nothing. Returns how many it were.
    @discardableResult
    func removeLeftovers(_ prefix: String) throws(TransferError) -> Int

    /// What can be said about the target. May write a small object of its own and remove it.
    func probe() throws(TransferError) -> StoreFacts
}

/// An object as a listing shows it.
public struct StoredObject: Hashable, Sendable {
    public let name: String
    public let sizeBytes: Int64

    public init(name: String, sizeBytes: Int64) { (self.name, self.sizeBytes) = (name, sizeBytes) }
}

/// What a target is.
public struct StoreFacts: Hashable, Sendable {
    public let protection: Protection
    /// The target's own clock in milliseconds since 1970, with what its answer took still in it; nil when it has none
    /// apart from this machine's, or keeps it to itself.
    public let clockMilliseconds: Int64?
    /// Bytes that may still be written, where that is known.
    public let freeBytes: Int64?

    public init(protection: Protection, clockMilliseconds: Int64?, freeBytes: Int64?) {
        self.protection = protection
        self.clockMilliseconds = clockMilliseconds
        self.freeBytes = freeBytes
    }
}

/// What becomes of objects when the credentials that wrote them are in the wrong hands.
public enum Protection: Hashable, Sendable {
    /// The target itself refuses removal until each object's date.
    case immutable
    /// What is removed or overwritten stays as an older version, but whoever may remove versions can take that too.
    case snapshotted
    /// Whoever may write may remove.
    case mutable(reason: Reason)

    public enum Reason: Hashable, Sendable {
        /// A folder: its file system knows no dates.
        case folder
        /// SFTP knows neither versions nor dates.
        case sftp
        /// The bucket keeps no older versions.
        case unversioned
        /// These credentials may not ask for the bucket's settings.
        case unknown
    }
}
