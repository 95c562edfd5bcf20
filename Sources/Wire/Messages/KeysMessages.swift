internal import Primitives

/// `POST /v1/unseal/card`: one card of a set that unseals. Whoever has the card signs with a key made for this request:
/// the card is the authority, and only as many of them as the set asks for open anything.
public enum UnsealWithCard: WireOperation {
    public static let endpoint = Endpoint.unsealCard

    public struct Request: WireMessage {
        /// The card's text.
        public let card: Sensitive
        /// The last checkpoint this device saw (a signed note), or empty: a vault rolled back behind it stays sealed.
        public let checkpoint: String

        public init(card: Sensitive, checkpoint: String) {
            self.card = card
            self.checkpoint = checkpoint
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            card = Sensitive(try members.text("card", most: 256))
            checkpoint = try members.text("checkpoint", most: 16 * 1_024)
        }

        public func write(to members: inout MessageWriter) {
            members.put("card", card.text)
            members.put("checkpoint", checkpoint)
        }
    }

    public struct Reply: WireMessage {
        public let state: VaultState
        /// The set's id, sixteen hexadecimal digits.
        public let set: String
        /// How many different cards of the set wait, this one included.
        public let given: UInt64
        /// How many open.
        public let needed: UInt64
        /// The number of this card.
        public let card: UInt64

        public init(state: VaultState, set: String, given: UInt64, needed: UInt64, card: UInt64) {
            self.state = state
            self.set = set
            self.given = given
            self.needed = needed
            self.card = card
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            state = try members.parsed("state") { VaultState(rawValue: $0) }
            set = try members.text("set", most: 16)
            given = try members.count("given", most: 255)
            needed = try members.count("needed", most: 255)
            card = try members.count("card", most: 255)
        }

        public func write(to members: inout MessageWriter) {
            members.put("state", state.rawValue)
            members.put("set", set)
            members.put("given", given)
            members.put("needed", needed)
            members.put("card", card)
        }
    }
}

/// The public side of a set of cards: what tells of a card whether it belongs to the set.
public struct CardSet: MessagePart {
    /// Sixteen hexadecimal digits.
    public let set: String
    public let needed: UInt64
    public let cards: UInt64
    /// Sixteen bytes for each card, by number, one behind the other.
    public let fingerprints: [UInt8]
    /// The slot's commitment; empty for a recovery set, or where the set is yet to be made.
    public let commitment: [UInt8]
    /// Whether enough cards have been read back.
    public let confirmed: Bool

    public init(
        set: String, needed: UInt64, cards: UInt64, fingerprints: [UInt8], commitment: [UInt8], confirmed: Bool
    ) {
        self.set = set
        self.needed = needed
        self.cards = cards
        self.fingerprints = fingerprints
        self.commitment = commitment
        self.confirmed = confirmed
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        set = try members.text("set", most: 16)
        needed = try members.count("needed", most: 255)
        cards = try members.count("cards", most: 255)
        fingerprints = try members.bytes("fingerprints", most: 256)
        commitment = try members.bytes("commitment", most: 32)
        confirmed = try members.flag("confirmed")
    }

    public func write(to members: inout MessageWriter) {
        members.put("set", set)
        members.put("needed", needed)
        members.put("cards", cards)
        members.put("fingerprints", bytes: fingerprints)
        members.put("commitment", bytes: commitment)
        members.put("confirmed", confirmed)
    }
}

/// One slot of `vault.seal`.
public struct KeySlot: MessagePart {
    public let id: UInt64
    /// `passphrase`, `shares` or `host-key`.
    public let kind: String
    /// The set of cards, or the eight bytes by which a host key is known, in hexadecimal; empty for a passphrase.
    public let name: String

    public init(id: UInt64, kind: String, name: String) {
        self.id = id
        self.kind = kind
        self.name = name
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        id = try members.count("id", most: 65_535)
        kind = try members.text("kind", most: 16)
        name = try members.text("name", most: 16)
    }

    public func write(to members: inout MessageWriter) {
        members.put("id", id)
        members.put("kind", kind)
        members.put("name", name)
    }
}

/// The public side of recovery.
public struct RecoveryState: MessagePart {
    public let set: CardSet
    /// The age recipient that archives are sealed to.
    public let recipient: String
    /// The quorum's Ed25519 key, 32 bytes.
    public let signingKey: [UInt8]
    /// The quorum's signature over the log's key.
    public let certificate: [UInt8]
    /// What only the cards open.
    public let canary: [UInt8]

    public init(set: CardSet, recipient: String, signingKey: [UInt8], certificate: [UInt8], canary: [UInt8]) {
        self.set = set
        self.recipient = recipient
        self.signingKey = signingKey
        self.certificate = certificate
        self.canary = canary
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        set = try members.part("set", of: CardSet.self)
        recipient = try members.text("recipient", most: 128)
        signingKey = try members.bytes("signing_key", most: 32)
        certificate = try members.bytes("certificate", most: 64)
        canary = try members.bytes("canary", most: 512)
    }

    public func write(to members: inout MessageWriter) {
        members.put("set", set)
        members.put("recipient", recipient)
        members.put("signing_key", bytes: signingKey)
        members.put("certificate", bytes: certificate)
        members.put("canary", bytes: canary)
    }
}

/// `POST /v1/keys/status`: which slots there are, what is public about the cards, which keys there are, and how far a
/// rotation has come.
public enum GetKeys: WireOperation {
    public static let endpoint = Endpoint.keysStatus
    public typealias Request = NoMembers

    public struct Reply: WireMessage {
        public let slots: [KeySlot]
        /// The sets that unseal, in the order of their slots.
        public let sets: [CardSet]
        /// None until recovery is set up.
        public let recovery: [RecoveryState]
        /// How often the seal file has been changed, its making included.
        public let generation: UInt64
        public let keys: [KeyEntry]
        /// None when this process has begun no rotation.
        public let runs: [RotationRun]

        public init(
            slots: [KeySlot], sets: [CardSet], recovery: [RecoveryState], generation: UInt64, keys: [KeyEntry],
            runs: [RotationRun]
        ) {
            self.slots = slots
            self.sets = sets
            self.recovery = recovery
            self.generation = generation
            self.keys = keys
            self.runs = runs
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            slots = try members.list("slots", of: KeySlot.self, count: 8)
            sets = try members.list("sets", of: CardSet.self, count: 8)
            recovery = try members.list("recovery", of: RecoveryState.self, count: 1)
            generation = try members.count("generation")
            keys = try members.list("keys", of: KeyEntry.self, count: 512)
            runs = try members.list("runs", of: RotationRun.self, count: 1)
        }

        public func write(to members: inout MessageWriter) {
            members.put("slots", slots)
            members.put("sets", sets)
            members.put("recovery", recovery)
            members.put("generation", generation)
            members.put("keys", keys)
            members.put("runs", runs)
        }
    }
}

/// `POST /v1/keys/confirm`: enough cards of a set have been read back on the owner's device. The head's `obj` is
/// `object` of the set.
public enum ConfirmCards: WireOperation {
    public static let endpoint = Endpoint.keysConfirm
    public typealias Reply = NoMembers

    public static func object(set: String) -> String {
        Hex.encode(SHA256.hash(Array("COFFER/CONFM/v01".utf8) + Array(set.utf8)))
    }

    public struct Request: WireMessage {
        public let set: String
        /// For recovery the quorum's own signature, which nobody makes without the cards; else empty.
        public let proof: [UInt8]

        public init(set: String, proof: [UInt8]) {
            self.set = set
            self.proof = proof
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            set = try members.text("set", most: 16)
            proof = try members.bytes("proof", most: 64)
        }

        public func write(to members: inout MessageWriter) {
            members.put("set", set)
            members.put("proof", bytes: proof)
        }
    }
}
