internal import AccessLog
public import Archive
public import Transfer
internal import VaultModel

extension ObjectStore {
    /// What a target has of one generation of a vault: manifests that are believed, and which packs are there.
    public func catalog(_ names: ArchiveNames, trust: SignedManifest.Trust) throws(TransferError) -> ArchiveCatalog {
        let listing = try list(names.manifests) + list(names.packs)
        return try ArchiveCatalog(names, trust: trust, listing: listing.map { ($0.name, $0.sizeBytes) }) {
            (name) throws(TransferError) in try read(name, limit: ArchiveManifest.largestBytes)
        }
    }

    /// The generations a target has of any vault, by vault and number.
    ///
    /// - Parameter withPacks: also those whose manifests are gone, or never came.
    public func generations(withPacks: Bool = false) throws(TransferError) -> [ArchiveNames] {
        ArchiveNames.found(in: try list("").map(\.name), withPacks: withPacks).sorted {
            ($0.vault.description, $0.generation) < ($1.vault.description, $1.generation)
        }
    }

    /// The lines of a generation's ledger of erasures as they lie there, in the order of their names. What is too large to be
    /// one is left out.
    public func ledger(_ names: ArchiveNames) throws(TransferError) -> [(name: String, bytes: [UInt8])] {
        var lines: [(name: String, bytes: [UInt8])] = []
        for line in try list(names.ledger) where line.sizeBytes <= ErasureLedgerLine.largestBytes {
            lines.append((line.name, try read(line.name, limit: ErasureLedgerLine.largestBytes)))
        }
        return lines
    }
}
