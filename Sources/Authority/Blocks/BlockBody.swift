import CanonicalJSON
public import VaultModel

/// A statement that a key signs. Every kind has the members `typ`, `v`, `vlt`, `iss` and `nonce`; all members are
/// required, and one that is unknown is refused.
public protocol BlockBody: Hashable, Sendable {
    static var kind: BlockKind { get }
    /// `vlt`.
    var vault: VaultID { get }
    /// `iss`.
    var issuer: KeyID { get }
    var nonce: BlockNonce { get }
    /// The payload: canonical JSON.
    func encode() -> [UInt8]
    /// Reads a payload, or refuses: nothing but the bytes that `encode` writes is accepted. Says nothing about the
    /// signature; `Block.open` does.
    init(parsing payload: [UInt8]) throws(BlockRefusal)
}

/// How a kind lays out its own members.
protocol BlockCoding: BlockBody {
    /// Reads all members but `typ` and `v`.
    init(from reader: inout BlockReader) throws(BlockRefusal)
    /// All members but `typ` and `v`.
    var members: [String: JSONValue] { get }
}

extension BlockCoding {
    static var version: Int64 { 1 }

    public func encode() -> [UInt8] {
        var all = members
        all["typ"] = .string(Self.kind.rawValue)
        all["v"] = .integer(Self.version)
        let payload = JSONValue.object(all).encode()
        precondition(payload.count <= JSONLimits.signed.maxBytes, "a block fits into 16 KiB")
        return payload
    }

    public init(parsing payload: [UInt8]) throws(BlockRefusal) {
        let members: JSONMembers
        do { members = try JSONMembers(parsing: payload, limits: .signed) } catch { throw .syntax(error) }
        var reader = BlockReader(members)
        guard try reader.integer("v") == Self.version else { throw .version }
        guard try reader.text("typ") == Self.kind.rawValue else { throw .type }
        try self.init(from: &reader)
        try reader.finish()
    }
}

/// A kind with the common header.
protocol HeadedBlock: BlockCoding {
    var header: BlockHeader { get }
}

extension HeadedBlock {
    public var vault: VaultID { header.vault }
    public var issuer: KeyID { header.issuer }
    public var nonce: BlockNonce { header.nonce }

    /// The header's members beside those of the kind.
    func with(_ own: [String: JSONValue]) -> [String: JSONValue] {
        var all = own
        all["at"] = .integer(header.at)
        all["iss"] = .string(header.issuer.text)
        all["nonce"] = .string(header.nonce.text)
        all["vlt"] = .string(header.vault.description)
        return all
    }
}

extension BlockHeader {
    init(from reader: inout BlockReader) throws(BlockRefusal) {
        self.init(
            vault: try reader.value("vlt") { VaultID($0) }, issuer: try reader.value("iss") { KeyID($0) },
            at: try reader.integer("at"), nonce: try reader.value("nonce") { BlockNonce($0) })
    }
}

extension JSONValue {
    /// A set as it is signed: sorted by bytes, each element once.
    static func set(_ texts: some Sequence<String>) -> JSONValue {
        .strings(Set(texts).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    static func scope<T>(_ scope: Scope<T>, _ text: (T) -> String) -> JSONValue {
        switch scope {
        case .any: .strings(["*"])
        case .only(let elements): set(elements.map(text))
        }
    }

    static func subjects(_ scope: SubjectScope) -> JSONValue {
        switch scope {
        case .any: ["any": ["*"]]
        case .customers(let numbers): ["customer": set(numbers)]
        case .orders(let ids): ["order": set(ids)]
        }
    }
}
