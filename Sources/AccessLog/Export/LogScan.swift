public import Authority
import Primitives

/// An entry as a reader of the log sees it: its parts have the hashes of its leaf.
public struct ScannedEntry: Sendable {
    public enum State: Hashable, Sendable {
        case shown, purged, withheld
    }

    public let index: UInt64
    /// Nil when it is purged or withheld.
    public let core: EntryCore?
    public let subject: EntrySubject?
    public let coreState: State
    public let subjectState: State

    init(index: UInt64, core: EntryCore?, subject: EntrySubject?, coreState: State, subjectState: State) {
        self.index = index
        self.core = core
        self.subject = subject
        self.coreState = coreState
        self.subjectState = subjectState
    }
}

/// Reads all entries of a log from whoever serves them, and keeps nothing: each part is checked against its leaf, and at
/// the end all leaves against the root that was signed, so that nothing can be left out, added or changed on the way.
///
/// Signatures of persons are not checked, and neither is who was allowed what; `LogVerifier` does that on an export.
public struct LogScan: ~Copyable {
    private let key: VerifierKey
    /// What the log signed.
    public let checkpoint: Checkpoint
    private var frontier = MerkleFrontier()
    private var withheld = WithheldParts()

    /// - Parameters:
    ///   - note: the signed checkpoint.
    ///   - key: the log's key, known from before.
    public init(checkpoint note: [UInt8], key: VerifierKey) throws(ExportError) {
        let signed: Checkpoint
        do throws(Checkpoint.Problem) { signed = try Checkpoint.open(note, key: key) } catch {
            throw .checkpoint(error)
        }
        guard signed.size > 0 else { throw .empty }
        checkpoint = signed
        self.key = key
    }

    /// Index of the entry that `take` expects next.
    public var nextIndex: UInt64 { frontier.size }

    /// Checks the next entry and gives what it says.
    public mutating func take(_ entry: ExportedEntry) throws(ExportError) -> ScannedEntry {
        let index = frontier.size
        guard index < checkpoint.size else { throw .tree }
        let parts = [
            (entry.core, entry.leaf.core), (entry.subject, entry.leaf.subject), (entry.evidence, entry.leaf.evidence),
        ]
        for (part, hash) in parts {
            if case .shown(let bytes) = part, SHA256.hash(bytes) != hash { throw .part(index: index) }
        }
        var core: EntryCore?
        var subject: EntrySubject?
        do throws(EntryError) {
            if case .shown(let bytes) = entry.core { core = try EntryCore(parsing: bytes) }
            if case .shown(let bytes) = entry.subject { subject = try EntrySubject(parsing: bytes) }
        } catch { throw .part(index: index) }
        if let core, core.seq != index { throw .part(index: index) }
        withheld.note(index, shown: entry.shown)
        frontier.append(entry.leaf.hash)
        return ScannedEntry(
            index: index, core: core, subject: subject, coreState: entry.core.state, subjectState: entry.subject.state)
    }

    /// Says that all entries were there, and exactly those parts withheld that the log's statement names.
    public consuming func finish(statement: DSSEEnvelope) throws(ExportError) -> ExportStatement {
        guard frontier.size == checkpoint.size, frontier.root() == checkpoint.root else { throw .tree }
        guard let said = try? ExportStatement.open(statement, key: key), said.checkpoint == checkpoint,
            said.withheld == withheld.digest
        else { throw .statement }
        return said
    }
}

extension ExportedPart {
    var state: ScannedEntry.State {
        switch self {
        case .shown: .shown
        case .purged: .purged
        case .withheld: .withheld
        }
    }
}
