internal import Primitives

/// Hashes of database pages under a key of their own: which pages an archive has to take, and whether a file that was put
/// together again is the one that was taken apart.
public final class PageHash: Sendable {
    public static let size = 32
    private let key: SecretBytes

    init(_ material: KeyMaterial) {
        key = KeyDerivation.subkey(of: material.secret, id: 1, context: "CFpagehs")
    }

    /// The key as an archive's map carries it; traps unless it has 32 bytes.
    public init(key: [UInt8]) {
        precondition(key.count == KeyMaterial.size, "a page-hash key has 32 bytes")
        self.key = SecretBytes(copying: key)
    }

    /// For the map of an archive, which is sealed: whoever opens it can read the pages themselves.
    public func exposeKey() -> [UInt8] { key.exposeBytes() }

    /// The hash of one page.
    public func hash(_ page: [UInt8]) -> [UInt8] { unsafe hash(page.span.bytes) }

    /// The same of a page among others.
    public func hash(_ page: RawSpan) -> [UInt8] { BLAKE2b.mac(page, key: key, size: Self.size) }

    /// The hash of a whole file, from its pages' hashes in order, back to back.
    public func root(_ hashes: [UInt8]) -> [UInt8] { BLAKE2b.mac(Array("COFFER/PAGES/v01".utf8) + hashes, key: key) }

    /// The MAC of a local table of page hashes.
    public func tableMAC(_ bytes: [UInt8]) -> [UInt8] { BLAKE2b.mac(Array("COFFER/PGTAB/v01".utf8) + bytes, key: key) }
}

extension Keyset {
    /// Hashes database pages under PAGEK.
    public var pageHash: PageHash { PageHash(page) }
}
