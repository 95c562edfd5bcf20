import CanonicalJSON
import Primitives
public import VaultModel

/// The parts an export does not show, by index.
public struct WithheldParts: Hashable, Sendable {
    public var core = IndexRanges()
    public var subject = IndexRanges()
    public var evidence = IndexRanges()

    public init() {}

    public var isEmpty: Bool { core.isEmpty && subject.isEmpty && evidence.isEmpty }

    /// Notes which parts of the entry at `index` are shown. Indices must ascend.
    public mutating func note(_ index: UInt64, shown: EntryParts) {
        if !shown.contains(.core) { core.append(index) }
        if !shown.contains(.subject) { subject.append(index) }
        if !shown.contains(.evidence) { evidence.append(index) }
    }

    /// Hexadecimal SHA-256 of the canonical JSON of the ranges: what the statement carries in their place, because a
    /// filter may leave very many.
    public var digest: String { Hex.encode(SHA256.hash(value.encode())) }

    var value: JSONValue {
        [
            "core": .strings(core.texts), "evidence": .strings(evidence.texts), "subject": .strings(subject.texts),
        ]
    }

    init(_ value: JSONValue) throws(JSONError) {
        var members = try JSONMembers(value)
        core = try Self.ranges("core", &members)
        evidence = try Self.ranges("evidence", &members)
        subject = try Self.ranges("subject", &members)
        try members.finish()
    }

    private static func ranges(_ name: String, _ members: inout JSONMembers) throws(JSONError) -> IndexRanges {
        guard let ranges = IndexRanges(texts: try members.strings(name)) else { throw .wrongType(name) }
        return ranges
    }
}

/// What the broker says about an export, signed with the log's key: which log, how much of it, what was asked for and
/// what was left out. `digest` stands as `obj` in the export's own entry, so that no export can be denied later.
///
/// DSSE with a payload type of its own, canonical JSON: `{"authority":"<kid>","filter":{…},"id":"…","made":<ms>,
/// "origin":"…","root":"<base64>","size":n,"typ":"log-export","v":1,"vlt":"…","withheld":"<sha256>"}`.
public struct ExportStatement: LogStatement, Hashable, Sendable {
    public static let payloadType = "application/vnd.coffer.log-export.v1+json"

    /// The opaque id of the export, `xid` of its entry.
    public var id: String
    /// The key that signs the vault's blocks.
    public var authority: KeyID
    public var vault: VaultID
    /// Origin, size and root of the exported tree.
    public var checkpoint: Checkpoint
    /// Milliseconds since 1970.
    public var made: Int64
    public var filter: ExportFilter
    /// `WithheldParts.digest`.
    public var withheld: String

    public var origin: String { checkpoint.origin }

    public init(
        id: String, authority: KeyID, vault: VaultID, checkpoint: Checkpoint, made: Int64, filter: ExportFilter,
        withheld: WithheldParts
    ) {
        self.id = id
        self.authority = authority
        self.vault = vault
        self.checkpoint = checkpoint
        self.made = made
        self.filter = filter
        self.withheld = withheld.digest
    }

    public func encode() -> [UInt8] {
        let value: JSONValue = [
            "authority": .string(authority.text), "filter": filter.value, "id": .string(id), "made": .integer(made),
            "origin": .string(checkpoint.origin), "root": .string(Base64.encode(checkpoint.root)),
            "size": .integer(Int64(checkpoint.size)), "typ": "log-export", "v": 1,
            "vlt": .string(vault.description), "withheld": .string(withheld),
        ]
        return value.encode()
    }

    /// Hexadecimal SHA-256 of the payload: the object of the export's own entry.
    public var digest: String { Hex.encode(SHA256.hash(encode())) }

    public init(_ payload: SignedPayload) throws(StatementProblem) {
        let texts: (authority: String, origin: String, root: String, typ: String, vault: String)
        let numbers: (size: Int64, version: Int64)
        do {
            var members = try JSONMembers(parsing: payload.bytes, limits: .signed)
            texts.authority = try members.string("authority")
            filter = try ExportFilter(members.value("filter"))
            id = try members.string("id")
            made = try members.integer("made")
            texts.origin = try members.string("origin")
            texts.root = try members.string("root")
            numbers.size = try members.integer("size")
            texts.typ = try members.string("typ")
            numbers.version = try members.integer("v")
            texts.vault = try members.string("vlt")
            withheld = try members.string("withheld")
            try members.finish()
        } catch {
            throw .json(error)
        }
        guard texts.typ == "log-export", numbers.version == 1 else { throw .type }
        guard let authority = KeyID(texts.authority) else { throw .value("authority") }
        guard let vault = VaultID(texts.vault) else { throw .value("vlt") }
        guard SignedNote.isName(texts.origin) else { throw .value("origin") }
        guard let root = Base64.decode(texts.root), root.count == Merkle.hashSize else { throw .value("root") }
        self.authority = authority
        self.vault = vault
        checkpoint = Checkpoint(origin: texts.origin, size: UInt64(numbers.size), root: root)
    }
}
