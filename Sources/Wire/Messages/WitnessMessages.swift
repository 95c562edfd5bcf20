internal import Primitives
internal import VaultModel

/// `POST /v1/witness/add`: from now on the shop asks this witness. The head's `obj` is `object` of it.
public enum AddWitness: WireOperation {
    public static let endpoint = Endpoint.witnessAdd
    /// Witnesses of one vault, each key and each name once: as many as may sign one note beside the log.
    public static let mostWitnesses = 15

    /// What a head and its entry name a witness by: SHA-256 of its key, name and URL, so that none of them can be changed
    /// in a table unnoticed.
    public static func object(name: String, key: String, url: String) -> String {
        Hex.encode(SHA256.hash(Array([key, name, url].joined(separator: "\n").utf8)))
    }

    public struct Request: WireMessage {
        /// What the shop calls it: a label of the policy's form.
        public let name: String
        public let url: String
        /// The verifier key, type 4.
        public let key: String

        public init(name: String, url: String, key: String) {
            self.name = name
            self.url = url
            self.key = key
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            name = try members.parsed("name") { Label.isValid($0) ? $0 : nil }
            url = try members.parsed("url") { WitnessURL.isValid($0) ? $0 : nil }
            key = try members.text("key", most: 512)
        }

        public func write(to members: inout MessageWriter) {
            members.put("name", name)
            members.put("url", url)
            members.put("key", key)
        }
    }

    public typealias Reply = NoMembers
}

/// `POST /v1/witness/remove`: the shop asks this witness no more, and what it cosigned no longer counts. The head's
/// `obj` is `AddWitness.object` of it.
public enum RemoveWitness: WireOperation {
    public static let endpoint = Endpoint.witnessRemove

    public struct Request: WireMessage {
        public let name: String

        public init(name: String) { self.name = name }

        public init(reading members: inout MessageReader) throws(MessageError) {
            name = try members.parsed("name") { Label.isValid($0) ? $0 : nil }
        }

        public func write(to members: inout MessageWriter) { members.put("name", name) }
    }

    public typealias Reply = NoMembers
}

/// `POST /v1/witness/list`: the witnesses, and what each cosigned last.
public enum ListWitnesses: WireOperation {
    public static let endpoint = Endpoint.witnessList
    public typealias Request = NoMembers

    public struct Witness: MessagePart {
        public let name: String
        public let url: String
        public let key: String
        /// Entries under the checkpoint it cosigned last; 0 for none.
        public let size: UInt64
        /// When it did so by its own clock, in seconds since 1970; 0 for never.
        public let time: Int64

        public init(name: String, url: String, key: String, size: UInt64, time: Int64) {
            self.name = name
            self.url = url
            self.key = key
            self.size = size
            self.time = time
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            name = try members.parsed("name") { Label.isValid($0) ? $0 : nil }
            url = try members.parsed("url") { WitnessURL.isValid($0) ? $0 : nil }
            key = try members.text("key", most: 512)
            size = try members.count("size")
            time = try members.number("time")
        }

        public func write(to members: inout MessageWriter) {
            members.put("name", name)
            members.put("url", url)
            members.put("key", key)
            members.put("size", size)
            members.put("time", time)
        }
    }

    public struct Reply: WireMessage {
        public let witnesses: [Witness]

        public init(witnesses: [Witness]) { self.witnesses = witnesses }

        public init(reading members: inout MessageReader) throws(MessageError) {
            witnesses = try members.list("witnesses", of: Witness.self, count: AddWitness.mostWitnesses)
        }

        public func write(to members: inout MessageWriter) { members.put("witnesses", witnesses) }
    }
}

/// `POST /v1/log/checkpoint`: the log's checkpoint as of this call's entry, or proofs between sizes it had before.
public enum GetCheckpoint: WireOperation {
    public static let endpoint = Endpoint.logCheckpoint

    public struct Request: WireMessage {
        /// The size to prove from; 0 for no proof.
        public let from: UInt64
        /// The size to prove to; 0 for that of the checkpoint in the reply.
        public let to: UInt64

        public init(from: UInt64, to: UInt64) {
            self.from = from
            self.to = to
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            from = try members.count("from")
            to = try members.count("to")
        }

        public func write(to members: inout MessageWriter) {
            members.put("from", from)
            members.put("to", to)
        }
    }

    public struct Reply: WireMessage {
        /// A tree of 2⁶⁴ leaves needs one more than a path.
        public static let mostHashes = 65
        /// A signed note.
        public let checkpoint: String
        /// RFC 6962 consistency proof, each hash in base64.
        public let proof: [String]

        public init(checkpoint: String, proof: [String]) {
            self.checkpoint = checkpoint
            self.proof = proof
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            checkpoint = try members.text("checkpoint", most: 16 * 1_024)
            proof = try members.texts("proof", count: Self.mostHashes, most: 44)
        }

        public func write(to members: inout MessageWriter) {
            members.put("checkpoint", checkpoint)
            members.put("proof", proof)
        }
    }
}

/// A signed note that comes from a witness, or was one's own memory. The head's `obj` is SHA-256 of the note.
public struct WitnessedNote: WireMessage {
    public let note: String

    public init(note: String) { self.note = note }

    public init(reading members: inout MessageReader) throws(MessageError) {
        note = try members.text("note", most: 16 * 1_024)
    }

    public func write(to members: inout MessageWriter) { members.put("note", note) }
}

/// `POST /v1/witness/cosigned`: keeps a checkpoint of this log that witnesses have cosigned.
public enum StoreCosigned: WireOperation {
    public static let endpoint = Endpoint.witnessCosigned
    public typealias Request = WitnessedNote

    public struct Reply: WireMessage {
        /// The names of the witnesses whose cosignatures were taken.
        public let witnesses: [String]

        public init(witnesses: [String]) { self.witnesses = witnesses }

        public init(reading members: inout MessageReader) throws(MessageError) {
            witnesses = try members.names("witnesses", count: AddWitness.mostWitnesses) { Label.isValid($0) ? $0 : nil }
        }

        public func write(to members: inout MessageWriter) { members.put("witnesses", witnesses) }
    }
}

/// `POST /v1/witness/alarm`: shows the broker a note under its own log's key that its log does not contain: the log was
/// rolled back, or has two histories. The broker seals itself; anything else is refused.
public enum RaiseAlarm: WireOperation {
    public static let endpoint = Endpoint.witnessAlarm
    public typealias Request = WitnessedNote
    public typealias Reply = StateReply
}

/// Where a witness is asked: the prefix of its pages.
public enum WitnessURL {
    /// `http://HOST[:PORT][/PATH]`, `https://…`, or `unix:/PATH` of a socket: at most 256 bytes of printable ASCII, without
    /// a query, a fragment, a name of a user or a slash at the end.
    public static func isValid(_ text: String) -> Bool {
        guard text.utf8.count <= 256, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.hasSuffix("/"),
            !text.utf8.contains(where: { #"?#@\"<>"#.utf8.contains($0) })
        else { return false }
        if text.hasPrefix(socketPrefix) { return text.dropFirst(socketPrefix.count).hasPrefix("/") }
        return ["http://", "https://"].contains { text.hasPrefix($0) && !text.dropFirst($0.count).hasPrefix("/") }
    }

    /// Stands before the path of a Unix socket.
    public static let socketPrefix = "unix:"
}
