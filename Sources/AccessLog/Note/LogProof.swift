import Primitives

/// Evidence that an entry is in a log, for a file of its own: `c2sp.org/tlog-proof@v1`.
public struct LogProof: Equatable, Sendable {
    public let index: UInt64
    /// From the leaf's sibling upwards.
    public let hashes: [[UInt8]]
    /// The signed checkpoint, byte for byte.
    public let checkpoint: [UInt8]

    public enum Problem: Error, Equatable, Sendable {
        case tooLong, form
        case checkpoint(Checkpoint.Problem)
        /// The hashes do not lead from the leaf to the root.
        case notIncluded
    }

    private static let header = "c2sp.org/tlog-proof@v1\n"

    public init(index: UInt64, hashes: [[UInt8]], checkpoint: [UInt8]) {
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    public var bytes: [UInt8] {
        var text = Self.header + "index " + String(index) + "\n"
        for hash in hashes { text += Base64.encode(hash) + "\n" }
        return Array(text.utf8) + [0x0A] + checkpoint
    }

    /// Reads the file; the optional `extra` line, which nothing signs, is refused.
    public init(parsing bytes: [UInt8]) throws(Problem) {
        guard bytes.count <= LogLimits.receiptBytes else { throw .tooLong }
        guard bytes.starts(with: Self.header.utf8) else { throw .form }
        var rest = bytes[Self.header.utf8.count...]
        guard let first = Self.line(&rest), first.utf8.starts(with: "index ".utf8) else { throw .form }
        let number = String(Substring(first.utf8.dropFirst(6)))
        guard let index = UInt64(number), String(index).utf8.elementsEqual(number.utf8) else { throw .form }
        var hashes: [[UInt8]] = []
        while true {
            guard let line = Self.line(&rest) else { throw .form }
            if line.isEmpty { break }
            guard hashes.count < LogLimits.proofHashes, let hash = Base64.decode(line), hash.count == Merkle.hashSize
            else { throw .form }
            hashes.append(hash)
        }
        self.init(index: index, hashes: hashes, checkpoint: Array(rest))
    }

    /// Checks that `leaf` is in the log that `key` signs for, and returns the checkpoint it is in.
    public func open(leaf: Leaf, key: VerifierKey) throws(Problem) -> Checkpoint {
        let signed: Checkpoint
        do {
            signed = try Checkpoint.open(checkpoint, key: key)
        } catch {
            throw .checkpoint(error)
        }
        guard
            Merkle.isIncluded(
                leafHash: leaf.hash, index: index, size: signed.size, root: signed.root, proof: hashes)
        else { throw .notIncluded }
        return signed
    }

    private static func line(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let end = rest.firstIndex(of: 0x0A) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return String(validating: rest[..<end], as: UTF8.self)
    }
}
