import Primitives
public import VaultModel

/// Where the objects of a vault's archives lie on a target. Every name is written once.
///
/// ```
/// target.json                                     which target this is
/// <vault>/<generation>/m/<sequence>.<hash8>.json  manifests
/// <vault>/<generation>/p/<aa>/<hash>              packs, named by the BLAKE2b-256 of their bytes
/// <vault>/<generation>/e/<place>.json             the ledger of erasures, as this generation knows it
/// <vault>/<generation>/x/<sequence>.<hash8>.json  marks of manifests that are to be removed
/// <vault>/<generation>/x/<hash>.json              marks of packs that belong to none, and are to be removed
/// ```
public struct ArchiveNames: Hashable, Sendable {
    /// The object that says which target this is.
    public static let target = "target.json"

    /// Sequences have ten digits in names.
    public static let largestSequence: UInt64 = 9_999_999_990

    public let vault: VaultID
    /// The vault's incarnation: one more after each restore.
    public let generation: UInt64

    public init(vault: VaultID, generation: UInt64) {
        self.vault = vault
        self.generation = generation
    }

    private var folder: String { "\(vault)/\(generation)" }

    /// What all manifests of this generation begin with.
    public var manifests: String { folder + "/m/" }
    /// What all packs of this generation begin with.
    public var packs: String { folder + "/p/" }
    /// What all lines of the ledger of erasures begin with.
    public var ledger: String { folder + "/e/" }
    /// What everything of this generation begins with.
    public var all: String { folder + "/" }

    /// - Parameter hash: of the file, see `ArchivePack.name(of:)`.
    public func manifest(_ sequence: UInt64, hash: String) -> String {
        manifests + Self.padded(sequence) + "." + String(hash.prefix(8)) + ".json"
    }

    /// The mark of a manifest that is to be removed; it says since when.
    public func mark(of manifest: String) -> String { marks + manifest.dropFirst(manifests.count) }

    /// What all marks of this generation begin with.
    public var marks: String { folder + "/x/" }

    /// The mark of a pack that belongs to no manifest; it says since when.
    public func mark(ofPack name: String) -> String { marks + name + ".json" }

    public func pack(_ name: String) -> String { packs + String(name.prefix(2)) + "/" + name }

    public func ledgerLine(_ place: UInt64) -> String { ledger + Self.padded(place) + ".json" }

    /// The sequence that a manifest's name gives; nil for a name that is none of ours.
    public func sequence(ofManifest name: String) -> UInt64? {
        guard name.hasPrefix(manifests), name.hasSuffix(".json") else { return nil }
        let digits = name.dropFirst(manifests.count).prefix { $0.isASCII && $0.isNumber }
        guard let sequence = UInt64(digits), digits.count == 10,
            name.utf8.count == manifests.utf8.count + 10 + 1 + 8 + 5
        else { return nil }
        return sequence
    }

    /// The vaults and generations whose manifests stand in a listing.
    ///
    /// - Parameter withPacks: also those of which there are packs alone.
    public static func found(in names: [String], withPacks: Bool = false) -> Set<ArchiveNames> {
        Set(
            names.compactMap { name in
                let parts = name.split(separator: "/", omittingEmptySubsequences: false)
                guard (parts.count == 4 && parts[2] == "m") || (withPacks && parts.count == 5 && parts[2] == "p"),
                    let vault = VaultID(String(parts[0])), let generation = UInt64(parts[1])
                else { return nil }
                return ArchiveNames(vault: vault, generation: generation)
            })
    }

    private static func padded(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 10 - digits.count)) + digits
    }
}

/// An object that a manifest names: an age file.
public struct ArchivePack: Hashable, Sendable {
    /// How much plaintext goes into one pack at the most: with age's overhead it stays below 8 MiB.
    public static let largestContentBytes = 8_000_000
    /// No pack is larger.
    public static let largestBytes = 8 << 20

    /// BLAKE2b-256 of the file, in lower-case hexadecimal.
    public let name: String
    public let sizeBytes: Int64

    public init(name: String, sizeBytes: Int64) {
        self.name = name
        self.sizeBytes = sizeBytes
    }

    public init(of file: [UInt8]) { self.init(name: Self.name(of: file), sizeBytes: Int64(file.count)) }

    public static func name(of file: [UInt8]) -> String { Hex.encode(BLAKE2b.hash(file)) }

    /// Whether bytes that came back are the ones that went out.
    public func matches(_ file: [UInt8]) -> Bool { self == ArchivePack(of: file) }
}
