public import CanonicalJSON

/// `POST /v1/log/follow/begin`: begins to follow the log as it grows. This is the entry of the whole session: the pages
/// that follow make none, or the log would grow by being watched.
public enum BeginFollow: WireOperation {
    public static let endpoint = Endpoint.logFollowBegin
    public static let mostMinutes: Int64 = 60
    public static let mostEntries = 500

    public struct Request: WireMessage {
        /// After how many minutes the session ends by itself, 1 to `mostMinutes`.
        public let minutes: Int64
        /// How many entries from before the session are shown first.
        public let count: Int64

        public init(minutes: Int64, count: Int64) {
            self.minutes = minutes
            self.count = count
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            minutes = try members.number("minutes", most: BeginFollow.mostMinutes)
            count = try members.number("count", most: Int64(BeginFollow.mostEntries))
        }

        public func write(to members: inout MessageWriter) {
            members.put("minutes", minutes)
            members.put("count", count)
        }
    }

    public struct Reply: WireMessage {
        /// The id of the session.
        public let follow: String
        /// The index of the first entry to ask for.
        public let next: UInt64

        public init(follow: String, next: UInt64) {
            self.follow = follow
            self.next = next
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            follow = try members.text("follow", most: 64)
            next = try members.count("next")
        }

        public func write(to members: inout MessageWriter) {
            members.put("follow", follow)
            members.put("next", next)
        }
    }
}

/// `POST /v1/log/follow/page`: what has come since. Covered by the entry of the session's beginning.
public enum FollowPage: WireOperation {
    public static let endpoint = Endpoint.logFollowPage

    public struct Request: WireMessage {
        public let follow: String
        /// The index of the first entry wanted.
        public let from: UInt64

        public init(follow: String, from: UInt64) {
            self.follow = follow
            self.from = from
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            follow = try members.text("follow", most: 64)
            from = try members.count("from")
        }

        public func write(to members: inout MessageWriter) {
            members.put("follow", follow)
            members.put("from", from)
        }
    }

    public struct Reply: WireMessage {
        /// Cores as the log holds them, oldest first, without that of this session's own beginning.
        public let entries: [JSONValue]
        /// Where to go on.
        public let next: UInt64
        /// How many entries the log has.
        public let size: UInt64

        public init(entries: [JSONValue], next: UInt64, size: UInt64) {
            self.entries = entries
            self.next = next
            self.size = size
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            entries = try members.values("entries", count: BeginFollow.mostEntries)
            next = try members.count("next")
            size = try members.count("size")
        }

        public func write(to members: inout MessageWriter) {
            members.put("entries", entries)
            members.put("next", next)
            members.put("size", size)
        }
    }
}

/// `POST /v1/log/follow/end`: ends the session; logged like its beginning.
public enum EndFollow: WireOperation {
    public static let endpoint = Endpoint.logFollowEnd

    public struct Request: WireMessage {
        public let follow: String

        public init(follow: String) { self.follow = follow }

        public init(reading members: inout MessageReader) throws(MessageError) {
            follow = try members.text("follow", most: 64)
        }

        public func write(to members: inout MessageWriter) { members.put("follow", follow) }
    }

    public typealias Reply = NoMembers
}
