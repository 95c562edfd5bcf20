import AccessLog
import Client
import Console
import Primitives
import VaultModel
import Wire

/// One round of asking: shows the log's checkpoint to witnesses and gathers their cosignatures.
///
/// A witness that says anything else is asked for the note it cosigned last. If that bears the signature of the log's own
/// key and the broker's log does not contain it, the log was rolled back or has two histories: the broker is told, and
/// seals itself. Without such a note nothing is sealed, because anybody could say the rest.
struct WitnessRound {
    enum Finding: Equatable {
        case cosigned(size: UInt64, time: Int64)
        /// No answer, or none of the protocol.
        case unreachable
        /// It does not know this log, or another key of it.
        case notServed
        /// It says that the log is not what it was, or answers without its signature, and shows nothing that proves it.
        case unproved
        /// It showed a note under the log's own key that the log does not contain. The broker has sealed itself.
        case alarm(seen: UInt64, shown: UInt64)
    }

    private let session: Session
    private let act: Act
    private let client: WitnessClient
    /// What is shown, with the cosignatures gathered so far.
    private var note: SignedNote
    private var checkpoint: Checkpoint
    /// Questions to one witness before its answers are called nonsense.
    private static let mostQuestions = 6

    /// Fetches the log's checkpoint.
    init(_ session: Session, by act: Act, _ client: WitnessClient) async throws(Failure) {
        self.session = session
        self.act = act
        self.client = client
        (note, checkpoint) = try await Self.current(session, by: act)
    }

    /// Asks one witness. Throws where the broker fails.
    mutating func ask(_ witness: ListWitnesses.Witness) async throws(Failure) -> Finding {
        guard let key = VerifierKey(witness.key) else { return .unproved }
        // What it cosigned last, as far as is known here.
        var old = min(witness.size, checkpoint.size)
        for _ in 0..<Self.mostQuestions {
            let submission = WitnessSubmission(old: old, proof: try await proof(from: old), note: note.bytes)
            guard let answer = try? await client.submit(submission, to: witness.url) else { return .unreachable }
            switch answer {
            case .cosigned(let lines):
                guard note.take(cosignatureOf: key, from: lines), let time = note.cosignatureTime(by: key) else {
                    return .unproved
                }
                return .cosigned(size: checkpoint.size, time: Int64(clamping: time))
            case .notServed: return .notServed
            case .conflict(let size) where size != old && size <= checkpoint.size: old = size
            case .conflict, .inconsistent:
                guard let bytes = (try? await client.lastNote(of: session.logKey.name, at: witness.url)) ?? nil,
                    let seen = try? Checkpoint.open(bytes, key: session.logKey)
                else { return .unproved }
                if try await Self.raise(bytes, session, by: act) {
                    return .alarm(seen: seen.size, shown: checkpoint.size)
                }
                // The log contains what the witness saw: somebody else has shown it a newer checkpoint meanwhile.
                try await refresh()
                old = min(seen.size, checkpoint.size)
            }
        }
        return .unproved
    }

    /// Gives the broker what was gathered. Returns the entry; nil when nothing was.
    func store() async throws(Failure) -> Answer<StoreCosigned.Reply>? {
        guard note.signatures.count > 1 else { return nil }
        let (message, scope) = Self.request(note.bytes, by: act)
        return try await session.call(StoreCosigned.self, message, scope)
    }

    // MARK: - Alarm

    /// Shows the broker a note under its own key. Returns whether it has sealed itself: false where its log contains that
    /// checkpoint.
    static func raise(_ note: [UInt8], _ session: Session, by act: Act) async throws(Failure) -> Bool {
        let (message, scope) = request(note, by: act)
        do throws(Failure) { _ = try await session.call(RaiseAlarm.self, message, scope) } catch {
            if error.code == ErrorCode.conflict.rawValue { return false }
            // The broker agreed, and its answer comes from the very log that this device refuses.
            guard isOfOtherLog(error) else { throw error }
        }
        // From now on this device refuses every log without it, and the broker one that this device unseals.
        try? session.remember(note)
        return true
    }

    /// Whether an answer of the broker was refused because this device has seen more of the log, or another history.
    static func isOfOtherLog(_ failure: Failure) -> Bool {
        failure.code == ErrorCode.integrity.rawValue && ["rollback", "fork"].contains(failure.why)
    }

    // MARK: - The broker's side

    private func proof(from old: UInt64) async throws(Failure) -> [[UInt8]] {
        guard old > 0, old < checkpoint.size else { return [] }
        let request = GetCheckpoint.Request(from: old, to: checkpoint.size)
        let reply = try await session.call(GetCheckpoint.self, request, RequestScope(act: act))
        return reply.message.proof.map { Base64.decode($0) ?? [] }
    }

    /// A newer checkpoint; what was gathered for the last one is kept first.
    private mutating func refresh() async throws(Failure) {
        _ = try await store()
        (note, checkpoint) = try await Self.current(session, by: act)
    }

    private static func current(_ session: Session, by act: Act) async throws(Failure) -> (SignedNote, Checkpoint) {
        let request = GetCheckpoint.Request(from: 0, to: 0)
        let text = try await session.call(GetCheckpoint.self, request, RequestScope(act: act)).message.checkpoint
        let bytes = Array(text.utf8)
        guard let note = try? SignedNote(parsing: bytes),
            let checkpoint = try? Checkpoint.open(bytes, key: session.logKey)
        else { throw Failure(.log(.checkpoint)) }
        return (note, checkpoint)
    }

    private static func request(_ note: [UInt8], by act: Act) -> (WitnessedNote, RequestScope) {
        (
            WitnessedNote(note: String(decoding: note, as: UTF8.self)),
            RequestScope(act: act, object: Hex.encode(SHA256.hash(note)))
        )
    }
}
