import VaultModel

/// All archives of one generation that a target has, believed because of their signatures and nothing else.
public struct ArchiveCatalog: Sendable {
    public let names: ArchiveNames
    /// By sequence.
    public let manifests: [SignedManifest]
    /// What is wrong with what the target has.
    public let problems: [Problem]
    /// The sizes of the packs the target has, by name.
    private let packs: [String: Int64]

    public struct Problem: Hashable, Sendable {
        public enum Kind: String, Hashable, Sendable {
            /// A manifest whose bytes are not the ones its name was made of, or that nobody we trust has signed.
            case manifest
            /// Two manifests with one sequence: two brokers write for one generation.
            case twice
            /// A pack that a manifest needs is not there, or has another size.
            case pack
            /// The full archive that one adds to is not there.
            case base
        }

        public let kind: Kind
        /// The object's name on the target.
        public let name: String

        public init(kind: Kind, name: String) { (self.kind, self.name) = (kind, name) }
    }

    /// Reads and checks all manifests: tier T0.
    ///
    /// - Parameters:
    ///   - listing: the names and sizes of the generation's objects.
    ///   - read: the bytes of an object. What it throws ends the reading.
    public init<Failure: Error>(
        _ names: ArchiveNames, trust: SignedManifest.Trust, listing: [(name: String, sizeBytes: Int64)],
        read: (_ name: String) throws(Failure) -> [UInt8]
    ) throws(Failure) {
        self.names = names
        var packs: [String: Int64] = [:]
        var manifests: [SignedManifest] = []
        var problems: [Problem] = []
        for object in listing {
            if object.name.hasPrefix(names.packs), let name = object.name.split(separator: "/").last {
                // What lies there under any other name is none of ours.
                if object.name == names.pack(String(name)) { packs[String(name)] = object.sizeBytes }
                continue
            }
            guard names.sequence(ofManifest: object.name) != nil else { continue }
            // Anybody with the credentials can put something there; it must not stand in the way of what is sound.
            guard object.sizeBytes <= ArchiveManifest.largestBytes else {
                problems.append(Problem(kind: .manifest, name: object.name))
                continue
            }
            let file = try read(object.name)
            guard let manifest = try? SignedManifest(parsing: file, vault: names.vault, trust: trust),
                manifest.name.utf8.elementsEqual(object.name.utf8)
            else {
                problems.append(Problem(kind: .manifest, name: object.name))
                continue
            }
            manifests.append(manifest)
        }
        manifests.sort { ($0.manifest.sequence, $0.hash) < ($1.manifest.sequence, $1.hash) }
        for (one, other) in zip(manifests, manifests.dropFirst())
        where one.manifest.sequence == other.manifest.sequence {
            problems.append(Problem(kind: .twice, name: other.name))
        }
        self.packs = packs
        self.manifests = manifests
        let hashes = Set(manifests.map(\.hash))
        for manifest in manifests {
            if !manifest.manifest.isFull, !hashes.contains(manifest.manifest.base) {
                problems.append(Problem(kind: .base, name: manifest.name))
            }
            for pack in manifest.manifest.objects where packs[pack.name] != pack.sizeBytes {
                problems.append(Problem(kind: .pack, name: names.pack(pack.name)))
            }
        }
        self.problems = problems
    }

    /// Whether the target has this pack, in its size.
    public func has(_ pack: ArchivePack) -> Bool { packs[pack.name] == pack.sizeBytes }

    /// The packs that no archive refers to, by name: what interrupted runs and interrupted removals left, or what a run is
    /// bringing just now. None while there are manifests that cannot be believed, because nobody knows what they need.
    public var orphans: [ArchivePack] {
        guard !problems.contains(where: { $0.kind == .manifest }) else { return [] }
        let needed = Set(manifests.flatMap(\.manifest.objects).map(\.name))
        return packs.filter { !needed.contains($0.key) }.map { ArchivePack(name: $0.key, sizeBytes: $0.value) }
            .sorted { $0.name < $1.name }
    }

    /// A manifest by its hash.
    public func manifest(_ hash: String) -> SignedManifest? { manifests.first { $0.hash == hash } }

    /// Whether everything that this archive needs is there, itself included.
    public func isWhole(_ manifest: SignedManifest) -> Bool {
        guard manifest.manifest.objects.allSatisfy(has) else { return false }
        guard !manifest.manifest.isFull else { return true }
        guard let base = self.manifest(manifest.manifest.base) else { return false }
        return base.manifest.objects.allSatisfy(has)
    }

    /// The runs of which every part is there and whole, oldest first.
    public var sets: [ArchiveSet] {
        Dictionary(grouping: manifests.filter(isWhole), by: \.manifest.set).values.compactMap(ArchiveSet.init)
            .sorted { $0.vault.manifest.sequence < $1.vault.manifest.sequence }
    }

    /// The full archives of the databases that are whole, by hash, with the time until which they are kept.
    public var bases: [String: Int64] {
        let whole = manifests.filter { $0.manifest.isFull && $0.manifest.part != .keyring && isWhole($0) }
        return Dictionary(whole.map { ($0.hash, $0.manifest.retainUntil) }) { first, _ in first }
    }
}

/// One run: its records and its log are there and whole. Its keys are kept for a shorter time, because a restore takes the
/// newest.
public struct ArchiveSet: Equatable, Sendable {
    public let vault: SignedManifest
    public let keyring: SignedManifest?
    public let log: SignedManifest

    /// Nil unless each part is there exactly once.
    init?(_ manifests: [SignedManifest]) {
        var parts: [ArchivePart: SignedManifest] = [:]
        for manifest in manifests where parts.updateValue(manifest, forKey: manifest.manifest.part) != nil {
            return nil
        }
        guard let vault = parts[.vault], let log = parts[.log] else { return nil }
        (self.vault, keyring, self.log) = (vault, parts[.keyring], log)
    }

    public var id: String { vault.manifest.set }
    /// When the run began, milliseconds since 1970.
    public var created: Int64 { vault.manifest.created }
    public var storedBytes: Int64 {
        manifests.reduce(0) { $0 + $1.manifest.storedBytes }
    }
    public var manifests: [SignedManifest] { [vault, keyring, log].compactMap { $0 } }
}
