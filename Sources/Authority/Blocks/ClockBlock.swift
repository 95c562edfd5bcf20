import CanonicalJSON
import VaultModel

/// The owner's word that the broker's clock is right, after it stood behind the log or far ahead of it.
public struct ClockBlock: BlockBody {
    public static let kind = BlockKind.clock

    public var header: BlockHeader
    /// `t`: the time the owner vouches for, in seconds since 1970.
    public var seconds: Int64

    public init(header: BlockHeader, seconds: Int64) {
        self.header = header
        self.seconds = seconds
    }
}

extension ClockBlock: HeadedBlock {
    init(from reader: inout BlockReader) throws(BlockRefusal) {
        self.init(header: try BlockHeader(from: &reader), seconds: try reader.integer("t"))
    }

    var members: [String: JSONValue] { with(["t": .integer(seconds)]) }
}
