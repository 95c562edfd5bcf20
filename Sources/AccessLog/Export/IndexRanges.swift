/// A set of log indices as ascending ranges that do not touch: `["0-3","5","9-120"]`.
public struct IndexRanges: Hashable, Sendable {
    public private(set) var ranges: [ClosedRange<UInt64>] = []

    public init() {}

    /// Reads the text form; nil unless every range is canonical, ascends and leaves a gap to the one before.
    public init?(texts: [String]) {
        ranges.reserveCapacity(texts.count)
        for text in texts {
            let bounds = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard (1...2).contains(bounds.count), let first = UInt64(bounds[0]),
                let last = UInt64(bounds[bounds.count - 1]),
                first <= last, last < .max
            else { return nil }
            let range = first...last
            guard Self.text(range).utf8.elementsEqual(text.utf8) else { return nil }
            if let before = ranges.last, before.upperBound + 1 >= first { return nil }
            ranges.append(range)
        }
    }

    public var texts: [String] { ranges.map(Self.text) }

    public var isEmpty: Bool { ranges.isEmpty }

    /// Number of indices.
    public var count: UInt64 { ranges.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) + 1 } }

    /// Adds an index above all others.
    public mutating func append(_ index: UInt64) {
        if let last = ranges.last {
            precondition(index > last.upperBound, "indices are added in ascending order")
            if index == last.upperBound + 1 {
                ranges[ranges.count - 1] = last.lowerBound...index
                return
            }
        }
        ranges.append(index...index)
    }

    public func contains(_ index: UInt64) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < index { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(index)
    }

    private static func text(_ range: ClosedRange<UInt64>) -> String {
        let first = String(range.lowerBound)
        return range.count == 1 ? first : first + "-" + String(range.upperBound)
    }
}
