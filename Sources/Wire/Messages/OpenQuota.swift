/// How many records a person may still open: of the two limits of her role, the one of which the smaller share is left.
/// A part of every reply that shows customers' values, so that nobody meets the limit unwarned.
public struct OpenQuota: MessagePart {
    public enum Window: String, CaseIterable, Hashable, Sendable {
        /// Any ten minutes.
        case tenMinutes = "10-minutes"
        /// Any 24 hours.
        case day
    }

    public let left: UInt64
    public let limit: UInt64
    public let window: Window

    public init(left: UInt64, limit: UInt64, window: Window) {
        self.left = left
        self.limit = limit
        self.window = window
    }

    public init(used: Int, limit: Int, window: Window) {
        self.init(left: UInt64(max(0, limit - used)), limit: UInt64(max(0, limit)), window: window)
    }

    /// Whether four fifths of the limit are used up: time to say so.
    public var isLow: Bool { left <= limit / 5 }

    /// Whether a smaller share is left of this limit than of another.
    public func isNearer(than other: OpenQuota) -> Bool {
        let (ours, theirs) = (left.multipliedFullWidth(by: other.limit), other.left.multipliedFullWidth(by: limit))
        return (ours.high, ours.low) < (theirs.high, theirs.low)
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        left = try members.count("left")
        limit = try members.count("limit")
        window = try members.parsed("window") { Window(rawValue: $0) }
    }

    public func write(to members: inout MessageWriter) {
        members.put("left", left)
        members.put("limit", limit)
        members.put("window", window.rawValue)
    }
}
