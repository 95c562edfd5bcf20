public import Authority
public import Host
import Primitives
public import VaultModel

/// A part of an entry as an export shows it.
public enum ExportedPart: Hashable, Sendable {
    /// The exact bytes.
    case shown([UInt8])
    /// Destroyed under a purge order, for everybody.
    case purged
    /// Not shown in this export.
    case withheld
}

public struct ExportedEntry: Hashable, Sendable {
    public var leaf: Leaf
    public var core: ExportedPart
    public var subject: ExportedPart
    public var evidence: ExportedPart

    public init(leaf: Leaf, core: ExportedPart, subject: ExportedPart, evidence: ExportedPart) {
        self.leaf = leaf
        self.core = core
        self.subject = subject
        self.evidence = evidence
    }
}

/// Why an export was not written. Nothing is left behind.
public enum ExportError: Error, Equatable, Sendable {
    case host(HostError)
    /// The checkpoint, or the earlier one to compare with, is not the log's.
    case checkpoint(Checkpoint.Problem)
    /// A log of no entries is never exported.
    case empty
    /// The parts served do not have the hashes of their leaf.
    case part(index: UInt64)
    /// More or fewer entries than the checkpoint says, or another root.
    case tree
    /// The statement is not the log's, or speaks of another tree or of other withheld parts.
    case statement
    /// A proof was asked for an entry the tree does not have, or from a tree that this one does not continue.
    case proof
}

/// Writes an export for a compliance officer: the tree as tlog-tiles, the parts, proofs, blocks, policies, a report and
/// the instructions to check it all without this program.
///
/// Feed it every entry of the log in order, then `finish`. What is served is checked on the way, so that a folder that
/// exists at the end verifies. Memory is constant but for the ranges of withheld parts.
public struct ExportWriter: ~Copyable {
    private let folder: ExportFolder
    private let note: [UInt8]
    private let key: VerifierKey
    /// What the log signed: the tree to be written.
    public let checkpoint: Checkpoint
    private let employee: (KeyID) -> String?

    private let lines: ExportLines
    private var tiles = TileBuilder()
    private var frontier = MerkleFrontier()
    private var bundle: [Leaf] = []
    private var withheld = WithheldParts()

    /// Starts an export in a new folder.
    ///
    /// - Parameters:
    ///   - path: must not exist.
    ///   - note: the signed checkpoint, with its cosignatures.
    ///   - key: the log's key, known from before.
    ///   - employee: a name for a key in the report; the key itself where it returns nil.
    public init(
        _ path: String, checkpoint note: [UInt8], key: VerifierKey,
        employee: @escaping (KeyID) -> String? = { _ in nil }
    ) throws(ExportError) {
        let signed: Checkpoint
        do {
            signed = try Checkpoint.open(note, key: key)
        } catch {
            throw .checkpoint(error)
        }
        guard signed.size > 0 else { throw .empty }
        let folder = try Self.onHost { () throws(HostError) in try ExportFolder(path) }
        let lines = try Self.onHost { () throws(HostError) in try ExportLines(folder) }
        checkpoint = signed
        self.note = note
        self.key = key
        self.employee = employee
        self.folder = folder
        self.lines = lines
    }

    /// Index of the entry that `append` expects next.
    public var nextIndex: UInt64 { frontier.size }

    public mutating func append(_ entry: ExportedEntry) throws(ExportError) {
        let index = frontier.size
        guard index < checkpoint.size else { throw .tree }
        let parts = [
            (entry.core, entry.leaf.core), (entry.subject, entry.leaf.subject), (entry.evidence, entry.leaf.evidence),
        ]
        for (part, hash) in parts {
            if case .shown(let bytes) = part, SHA256.hash(bytes) != hash || bytes.contains(0x0A) {
                throw .part(index: index)
            }
        }
        withheld.note(index, shown: entry.shown)
        let hash = entry.leaf.hash
        frontier.append(hash)
        bundle.append(entry.leaf)
        do {
            try lines.append(entry, row: row(entry))
            for tile in tiles.append(hash) { try write(tile) }
        } catch {
            throw .host(error)
        }
    }

    /// Adds a block that some entry names: its signed envelope.
    public mutating func add(block: DSSEEnvelope) throws(ExportError) {
        try write(ExportLayout.block(BlockID(payload: block.payload)), block.encode())
    }

    /// Adds a policy that some entry names: the file's bytes.
    public mutating func add(policy: [UInt8]) throws(ExportError) {
        try write(ExportLayout.policy(Hex.encode(SHA256.hash(policy))), policy)
    }

    /// Completes the export and gives the folder its name.
    ///
    /// - Parameters:
    ///   - statement: signed by the log about this tree and exactly the parts that were withheld.
    ///   - proofs: entries to write a proof file for.
    ///   - previous: an earlier signed checkpoint of this log, to write a consistency proof from.
    ///   - witnessPolicy: `tlog-policy`: which witnesses the shop asks, for the reader's information.
    public consuming func finish(
        statement: DSSEEnvelope, proofs: [UInt64], previous: [UInt8]? = nil, witnessPolicy: String? = nil
    ) throws(ExportError) {
        guard frontier.size == checkpoint.size, frontier.root() == checkpoint.root else { throw .tree }
        guard let said = try? ExportStatement.open(statement, key: key), said.checkpoint == checkpoint,
            said.withheld == withheld.digest
        else { throw .statement }
        do {
            for tile in tiles.partialTiles { try write(tile) }
        } catch {
            throw .host(error)
        }
        try write(ExportLayout.checkpoint, note)
        try writeProofs(proofs, previous: previous)
        try write(
            ExportLayout.witnesses,
            Array((witnessPolicy ?? WitnessPolicy.text(log: key, witnesses: [], threshold: 0)).utf8))
        try write(ExportLayout.instructions, ExportInstructions.text(checkpoint: checkpoint, vault: said.vault))
        do {
            try lines.close(in: folder)
            let manifest = ExportManifest(files: folder.hashes, statement: statement, withheld: withheld)
            try folder.write(ExportManifest.fileName, manifest.encode())
            try folder.publish()
        } catch {
            throw .host(error)
        }
    }

    private mutating func writeProofs(_ indices: [UInt64], previous: [UInt8]?) throws(ExportError) {
        let folder = folder
        let tail = tiles.partialTiles.first { $0.id.level == 0 }?.hashes ?? []
        var nodes = TileNodes<HostError>(
            size: checkpoint.size,
            full: { (level, index) throws(HostError) in
                try folder.read(TileID(level: level, index: index).path, limit: 256 * Merkle.hashSize)
            },
            tail: { _ in tail })
        do {
            for index in Set(indices).sorted() {
                guard index < checkpoint.size else { throw ExportError.proof }
                let proof = LogProof(index: index, hashes: try nodes.inclusionProof(for: index), checkpoint: note)
                try folder.write(ExportLayout.proof(index), proof.bytes)
            }
            guard let previous else { return }
            let old = try Checkpoint.open(previous, key: key)
            guard old.size > 0, old.size <= checkpoint.size else { throw ExportError.proof }
            let proof = try nodes.consistencyProof(from: old.size)
            guard
                Merkle.isConsistent(
                    old: old.size, oldRoot: old.root, new: checkpoint.size, newRoot: checkpoint.root, proof: proof)
            else { throw ExportError.proof }
            try folder.write(ExportLayout.previous, previous)
            try folder.write(
                ExportLayout.consistency, Array(proof.map { Base64.encode($0) + "\n" }.joined().utf8))
        } catch let error as HostError {
            throw .host(error)
        } catch let error as Checkpoint.Problem {
            throw .checkpoint(error)
        } catch {
            throw .proof
        }
    }

    /// Writes a tile and, for level 0, the bundle of its leaves.
    private mutating func write(_ tile: Tile) throws(HostError) {
        try folder.write(tile.id.path, tile.bytes)
        guard tile.id.level == 0 else { return }
        try folder.write(tile.id.entriesPath, EntryBundle.encode(bundle))
        bundle.removeAll(keepingCapacity: true)
    }

    private func write(_ path: String, _ bytes: [UInt8]) throws(ExportError) {
        try Self.onHost { () throws(HostError) in try folder.write(path, bytes) }
    }

    private static func onHost<Result>(
        _ body: () throws(HostError) -> Result
    ) throws(ExportError) -> Result {
        do {
            return try body()
        } catch {
            throw .host(error)
        }
    }

    private func row(_ entry: ExportedEntry) -> [UInt8] {
        guard case .shown(let bytes) = entry.core, let core = try? EntryCore(parsing: bytes) else { return [] }
        var subject: EntrySubject?
        if case .shown(let bytes) = entry.subject { subject = try? EntrySubject(parsing: bytes) }
        let name = core.kid.map { employee($0) ?? $0.text } ?? ""
        return ExportReport.row(core, subject: subject, employee: name)
    }
}

/// The files with one line for each entry.
private struct ExportLines {
    private let core: ExportFile
    private let subject: ExportFile
    private let evidence: ExportFile
    private let report: ExportFile

    init(_ folder: ExportFolder) throws(HostError) {
        core = try folder.open(ExportLayout.core)
        subject = try folder.open(ExportLayout.subject)
        evidence = try folder.open(ExportLayout.evidence)
        report = try folder.open(ExportLayout.report)
        try report.append(ExportReport.header)
    }

    func append(_ entry: ExportedEntry, row: [UInt8]) throws(HostError) {
        try core.append(entry.core.line)
        try subject.append(entry.subject.line)
        try evidence.append(entry.evidence.line)
        try report.append(row)
    }

    func close(in folder: ExportFolder) throws(HostError) {
        try folder.close(core)
        try folder.close(subject)
        try folder.close(evidence)
        try folder.close(report)
    }
}

extension ExportedEntry {
    /// The parts that are not withheld. A purged part is not shown, but nobody chose to leave it out.
    var shown: EntryParts {
        var parts: EntryParts = []
        if core != .withheld { parts.insert(.core) }
        if subject != .withheld { parts.insert(.subject) }
        if evidence != .withheld { parts.insert(.evidence) }
        return parts
    }
}

extension ExportedPart {
    /// The line of a parts file.
    var line: [UInt8] {
        switch self {
        case .shown(let bytes): bytes + [0x0A]
        case .purged: Array("-\n".utf8)
        case .withheld: Array("=\n".utf8)
        }
    }
}
