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
}
