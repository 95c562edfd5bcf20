/// Which keys are replaced by a rotation.
public enum KeyRotation: String, CaseIterable, Hashable, Sendable {
    /// The key that wraps customers' keys and month keys; all of them are wrapped anew.
    case krk
    /// The root of the blind indexes; all tags are made anew.
    case bik
    /// Customers' own keys; all their records are sealed anew.
    case cek
}

/// `POST /v1/keys/rotate`: begins to replace keys, in the background.
public enum RotateKeys: WireOperation {
    public static let endpoint = Endpoint.keysRotate

    public struct Request: WireMessage {
        public let rotation: KeyRotation

        public init(rotation: KeyRotation) { self.rotation = rotation }

        public init(reading members: inout MessageReader) throws(MessageError) {
            guard let rotation = KeyRotation(rawValue: try members.text("rotation")) else { throw .member("rotation") }
            self.rotation = rotation
        }

        public func write(to members: inout MessageWriter) { members.put("rotation", rotation.rawValue) }
    }

    public typealias Reply = NoMembers
}

/// One key of the keyset.
public struct KeyEntry: MessagePart {
    /// `keyring`, `index`, …
    public let kind: String
    /// Epoch, generation or version.
    public let id: Int64
    /// `enabled`, `retired`, `destroyed`.
    public let status: String
    /// When it was made, seconds since 1970; 0 when that is not known.
    public let created: Int64
    /// When it should be replaced, seconds since 1970; 0 for keys that are replaced on an occasion only.
    public let due: Int64

    public init(kind: String, id: Int64, status: String, created: Int64, due: Int64) {
        self.kind = kind
        self.id = id
        self.status = status
        self.created = created
        self.due = due
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        kind = try members.text("kind")
        id = try members.number("id")
        status = try members.text("status")
        created = try members.number("created")
        due = try members.number("due")
    }

    public func write(to members: inout MessageWriter) {
        members.put("kind", kind)
        members.put("id", id)
        members.put("status", status)
        members.put("created", created)
        members.put("due", due)
    }
}

/// The rotation that runs, or the last one of this process.
public struct RotationRun: MessagePart {
    public let rotation: String
    /// `running`, `done`, `failed`.
    public let state: String
    /// Wraps, records or customers.
    public let done: Int64
    public let total: Int64

    public init(rotation: String, state: String, done: Int64, total: Int64) {
        self.rotation = rotation
        self.state = state
        self.done = done
        self.total = total
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        rotation = try members.text("rotation")
        state = try members.text("state")
        done = try members.number("done")
        total = try members.number("total")
    }

    public func write(to members: inout MessageWriter) {
        members.put("rotation", rotation)
        members.put("state", state)
        members.put("done", done)
        members.put("total", total)
    }
}
