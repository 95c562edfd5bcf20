public import AccessLog

/// What a witness knows of its logs, and what it says to a submission. Pure: storing and signing are the caller's.
public struct WitnessState: Sendable {
    /// The last checkpoint of a log that was cosigned.
    public struct Seen: Equatable, Sendable {
        public let checkpoint: Checkpoint
        /// With the log's signature and the witness's own.
        public let note: SignedNote

        public init(checkpoint: Checkpoint, note: SignedNote) {
            self.checkpoint = checkpoint
            self.note = note
        }
    }

    /// The answers of the protocol, in the order they are looked for.
    public enum Verdict: Equatable, Sendable {
        /// 400: not the form, or an old size above the new one.
        case malformed
        /// 404: not a log of this witness.
        case unknownLog
        /// 403: no signature by a key of the log.
        case unsigned
        /// 409: the log is not where the sender believes, or has another root at that very size.
        case conflict(size: UInt64)
        /// 422: the proof does not hold.
        case inconsistent
        /// 200: to be stored, and then cosigned.
        case cosign(Checkpoint, SignedNote)
    }

    private let logs: [String: [VerifierKey]]
    private var latest: [String: Seen] = [:]

    /// - Parameter logs: the keys of the logs it serves; a log may have several of one name.
    public init(logs: [VerifierKey]) {
        self.logs = Dictionary(grouping: logs, by: \.name)
    }

    /// The last checkpoint of a log that was cosigned; nil before the first.
    public func seen(of origin: String) -> Seen? { latest[origin] }

    /// The origins of the logs it serves.
    var served: some Collection<String> { logs.keys }

    /// Judges the body of `POST /add-checkpoint`. Changes nothing.
    public func judge(_ body: [UInt8]) -> Verdict {
        guard let submission = WitnessSubmission(parsing: body),
            let note = try? SignedNote(parsing: submission.note),
            let checkpoint = try? Checkpoint(parsing: note.text)
        else { return .malformed }
        guard let keys = logs[checkpoint.origin] else { return .unknownLog }
        guard keys.contains(where: note.isSigned) else { return .unsigned }
        guard submission.old <= checkpoint.size else { return .malformed }
        let last = latest[checkpoint.origin]?.checkpoint
        let size = last?.size ?? 0
        guard submission.old == size else { return .conflict(size: size) }
        if submission.old == checkpoint.size {
            guard checkpoint.root == last?.root ?? Merkle.emptyRoot else { return .conflict(size: size) }
            guard submission.proof.isEmpty else { return .inconsistent }
        } else if let last, last.size > 0 {
            guard
                Merkle.isConsistent(
                    old: last.size, oldRoot: last.root, new: checkpoint.size, newRoot: checkpoint.root,
                    proof: submission.proof)
            else { return .inconsistent }
        } else {
            // Every tree continues the empty one: there is nothing to prove, and nothing may be sent.
            guard submission.proof.isEmpty else { return .inconsistent }
        }
        return .cosign(checkpoint, Self.signedByLog(note, keys))
    }

    /// Takes a checkpoint that has been stored: from now on nothing smaller is cosigned.
    public mutating func record(_ seen: Seen) {
        precondition(seen.checkpoint.size >= latest[seen.checkpoint.origin]?.checkpoint.size ?? 0, "never back")
        latest[seen.checkpoint.origin] = seen
    }

    /// The note with the log's own signatures alone: what strangers wrote below it is neither kept nor shown.
    private static func signedByLog(_ note: SignedNote, _ keys: [VerifierKey]) -> SignedNote {
        var kept = SignedNote(text: note.text)
        for key in keys where note.isSigned(by: key) { kept.keep(signatureOf: key, of: note) }
        return kept
    }
}
