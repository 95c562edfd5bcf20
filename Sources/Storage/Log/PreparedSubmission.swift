import AccessLog
import Keys
import Primitives

/// A submission with everything done that does not need its place: checked, subject and evidence encoded and hashed.
///
/// An object, because it is handed from the caller to the queue, to the batch and back, and a copy would count two dozen
/// references each time.
final class PreparedSubmission: Sendable {
    let submission: LogSubmission
    let parts: PreparedParts
    /// Called exactly once, on the writer's thread.
    let answer: CheckedContinuation<Result<CommittedEntry, LogRefusal>, Never>

    init(
        submission: LogSubmission, parts: PreparedParts,
        answer: CheckedContinuation<Result<CommittedEntry, LogRefusal>, Never>
    ) {
        self.submission = submission
        self.parts = parts
        self.answer = answer
    }

    /// Whoever is admitted next must see what this submission changes.
    var endsBatch: Bool { submission.block != nil || submission.endsBatch }
}

/// The parts of an entry that do not name its place.
struct PreparedParts: Sendable {
    let draft: EntryDraft
    let subject: [UInt8]
    let evidence: [UInt8]
    let subjectHash: [UInt8]
    let evidenceHash: [UInt8]

    /// The longest part that an envelope of the log holds.
    private static let longestPart = 65_536

    init(_ draft: EntryDraft) throws(LogRefusal) {
        do { try draft.check() } catch { throw .malformed(error) }
        self.draft = draft
        // Both salts from one system call.
        let salts = Random.bytes(2 * EntrySalt.size)
        subject = draft.subject.encode(salt: Array(salts.prefix(EntrySalt.size)))
        evidence = EntryEvidence.encode(draft.evidence, salt: Array(salts.suffix(EntrySalt.size)))
        guard max(subject.count, evidence.count) <= Self.longestPart else { throw .tooLong }
        subjectHash = SHA256.hash(subject)
        evidenceHash = SHA256.hash(evidence)
    }
}
