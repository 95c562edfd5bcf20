import Primitives

/// The hash tree of RFC 6962, section 2.1, over SHA-256. Hashes are 32 bytes.
public enum Merkle {
    public static let hashSize = 32

    /// The root of the tree without leaves: SHA-256 of nothing.
    public static let emptyRoot = SHA256.hash([])

    /// A leaf's hash. The prefix byte keeps an inner node from being presented as a leaf.
    public static func leafHash(_ leaf: [UInt8]) -> [UInt8] { SHA256.hash([0] + leaf) }

    public static func nodeHash(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var input: [UInt8] = []
        input.reserveCapacity(1 + 2 * hashSize)
        input.append(1)
        input += left
        input += right
        return SHA256.hash(input)
    }
}
