internal import Primitives

/// `POST /v1/keys/slots/add`: one more way to unseal. The head's `obj` is `object` of the kind.
public enum AddSlot: WireOperation {
    public static let endpoint = Endpoint.slotAdd

    public static func object(kind: String) -> String {
        Hex.encode(SHA256.hash(Array("COFFER/SLADD/v01".utf8) + Array(kind.utf8)))
    }

    public struct Request: WireMessage {
        /// `passphrase` or `host-key`.
        public let kind: String
        /// The passphrase, or base 64 of the key's 32 bytes.
        public let secret: Sensitive

        public init(kind: String, secret: Sensitive) {
            self.kind = kind
            self.secret = secret
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            kind = try members.text("kind", most: 16)
            secret = Sensitive(try members.text("secret", most: 1_024))
        }

        public func write(to members: inout MessageWriter) {
            members.put("kind", kind)
            members.put("secret", secret.text)
        }
    }

    public typealias Reply = SlotsReply
}

/// `POST /v1/keys/slots/remove`: one way less. The head's `obj` is `object` of the slot.
public enum RemoveSlot: WireOperation {
    public static let endpoint = Endpoint.slotRemove

    public static func object(id: UInt64) -> String {
        Hex.encode(SHA256.hash(Array("COFFER/SLREM/v01".utf8) + Array(String(id).utf8)))
    }

    public struct Request: WireMessage {
        public let id: UInt64

        public init(id: UInt64) { self.id = id }

        public init(reading members: inout MessageReader) throws(MessageError) {
            id = try members.count("id", most: 65_535)
        }

        public func write(to members: inout MessageWriter) { members.put("id", id) }
    }

    public typealias Reply = SlotsReply
}

/// `POST /v1/keys/reshare`: a new root key and a new set of cards. What is not kept is gone. The head's `obj` is
/// `object` of the new set.
public enum Reshare: WireOperation {
    public static let endpoint = Endpoint.reshare

    public static func object(set: CardSet) -> String {
        Hex.encode(SHA256.hash(Array("COFFER/RSHAR/v01".utf8) + Array(set.set.utf8) + set.fingerprints))
    }

    /// A slot that stays, with what opens it: wrapping the new root key needs it.
    public struct Kept: MessagePart {
        public let id: UInt64
        /// The passphrase, or base 64 of the key's 32 bytes.
        public let secret: Sensitive

        public init(id: UInt64, secret: Sensitive) {
            self.id = id
            self.secret = secret
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            id = try members.count("id", most: 65_535)
            secret = Sensitive(try members.text("secret", most: 1_024))
        }

        public func write(to members: inout MessageWriter) {
            members.put("id", id)
            members.put("secret", secret.text)
        }
    }

    public struct Request: WireMessage {
        public let set: CardSet
        /// Base 64 of the 64 bytes that the new set's secret gives: key and commitment of its slot.
        public let material: Sensitive
        public let kept: [Kept]

        public init(set: CardSet, material: Sensitive, kept: [Kept]) {
            self.set = set
            self.material = material
            self.kept = kept
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            set = try members.part("set", of: CardSet.self)
            material = Sensitive(try members.text("material", most: 88))
            kept = try members.list("kept", of: Kept.self, count: 8)
        }

        public func write(to members: inout MessageWriter) {
            members.put("set", set)
            members.put("material", material.text)
            members.put("kept", kept)
        }
    }

    public typealias Reply = SlotsReply
}

/// The slots after a change.
public struct SlotsReply: WireMessage {
    public let slots: [KeySlot]

    public init(slots: [KeySlot]) { self.slots = slots }

    public init(reading members: inout MessageReader) throws(MessageError) {
        slots = try members.list("slots", of: KeySlot.self, count: 8)
    }

    public func write(to members: inout MessageWriter) { members.put("slots", slots) }
}
