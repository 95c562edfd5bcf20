import CanonicalJSON
import VaultModel

/// Allows readable parts of old log entries to be destroyed; the entries' hashes stay. Parts
/// that are held, and cores without which rights could not be replayed, stay readable within its ranges.
public struct PurgeBlock: BlockBody {
    public static let kind = BlockKind.purge

    /// What `parts` may be: who did what and when; or whom the entry names, and the signed request.
    public static let core = "core"
    public static let details = ["evidence", "subject"]

    public var header: BlockHeader
    /// Log indices, first and last included; ascending and apart. Written `[[first,last],…]`.
    public var ranges: [ClosedRange<Int64>]
    /// Which parts: `core`, or `evidence` and `subject`.
    public var parts: [String]
    /// The retention rule that demands it, as the policy names it.
    public var rule: String

    /// Returns nil unless ranges ascend without touching, and parts and rule are labels.
    public init?(header: BlockHeader, ranges: [ClosedRange<Int64>], parts: [String], rule: String) {
        guard Self.ascend(ranges), !parts.isEmpty, parts.allSatisfy(Label.isValid), Label.isValid(rule) else {
            return nil
        }
        self.header = header
        self.ranges = ranges
        self.parts = parts
        self.rule = rule
    }

    /// Not empty, not negative, and two neighbours never make one range.
    private static func ascend(_ ranges: [ClosedRange<Int64>]) -> Bool {
        guard let first = ranges.first, first.lowerBound >= 0 else { return false }
        return zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound - 1 }
    }
}

extension PurgeBlock: HeadedBlock {
    init(from reader: inout BlockReader) throws(BlockRefusal) {
        header = try BlockHeader(from: &reader)
        ranges = []
        for pair in try reader.array("ranges") {
            guard let bounds = pair.arrayValue, bounds.count == 2, let first = bounds[0].integerValue,
                let last = bounds[1].integerValue, first <= last
            else { throw .value("ranges") }
            ranges.append(first...last)
        }
        guard Self.ascend(ranges) else { throw .set("ranges") }
        parts = try reader.set("parts") { Label.isValid($0) ? $0 : nil }
        rule = try reader.value("rule") { Label.isValid($0) ? $0 : nil }
    }

    var members: [String: JSONValue] {
        with([
            "parts": .set(parts),
            "ranges": .array(ranges.map { .array([.integer($0.lowerBound), .integer($0.upperBound)]) }),
            "rule": .string(rule),
        ])
    }
}
