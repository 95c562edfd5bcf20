/// Every limit of the target in one place.
public enum TransferLimits {
    /// The largest object that is written or read: a pack has 8 MiB at most, and age adds little.
    public static let objectBytes = 16 << 20
    /// A name, and one of its components. File systems and SFTP servers take 255 bytes a component, from which the
    /// suffix of an upload is kept free; S3 takes 1,024 bytes in all, from which the prefix of the target is.
    public static let nameBytes = 512
    public static let componentBytes = 200
    /// Folders within folders.
    public static let nameComponents = 16
    /// Names in one listing: 8 TiB of full packs. More means that something else fills the target.
    public static let listedObjects = 1_000_000

    /// A credentials file, and one value in it.
    static let credentialsBytes = 16 << 10
    static let credentialBytes = 4 << 10
    /// A private key of SSH.
    static let keyFileBytes = 64 << 10
    /// The listing of one folder of a server, at some 100 bytes a name.
    static let listingBytes = 64 << 20
    /// One page of a bucket's versions: a thousand entries of less than 4 KiB each.
    static let pageBytes = 4 << 20
    static let pages = 10_000
    /// Versions under one name: somebody may have written over it again and again.
    static let versions = 10_000
    static let settingBytes = 64 << 10
}
