public import AccessLog
public import Host
internal import Primitives

/// An answer of the witness, before it becomes HTTP.
public struct WitnessReply: Equatable, Sendable {
    public let status: Int
    public let contentType: String
    public let body: [UInt8]

    init(_ status: Int, _ text: String, contentType: String = "text/plain; charset=utf-8") {
        self.init(status, Array(text.utf8), contentType: contentType)
    }

    init(_ status: Int, _ body: [UInt8], contentType: String = "text/plain; charset=utf-8") {
        (self.status, self.body, self.contentType) = (status, body, contentType)
    }
}

/// A witness at work: judges, stores, and only then signs.
///
/// Submissions are handled one after the other, from the comparison with what is stored to the signature: a rollback
/// between the two has no room.
public actor WitnessService {
    private let folder: WitnessFolder
    private let key: WitnessKey
    private let clock: any WallClock
    private var state: WitnessState
    /// Set when a checkpoint could not be made durable and nobody knows what the disk holds: nothing is cosigned until
    /// the next start, which reads it.
    private var isBroken = false

    /// - Parameter logs: the keys of the logs it serves.
    public init(
        folder: WitnessFolder, key: WitnessKey, logs: [VerifierKey], clock: any WallClock = SystemClock()
    ) throws(WitnessFolder.Problem) {
        var state = WitnessState(logs: logs)
        for seen in try folder.seen(of: logs, by: key.verifier) { state.record(seen) }
        self.folder = folder
        self.key = key
        self.clock = clock
        self.state = state
    }

    /// Answers one request.
    public func answer(method: String, path: String, body: [UInt8]) -> WitnessReply {
        if path == WitnessSubmission.path {
            return method == "POST" ? add(body) : WitnessReply(405, "only POST\n")
        }
        guard let note = state.lastNote(at: path) else { return WitnessReply(404, "no such page\n") }
        return method == "GET" ? WitnessReply(200, note) : WitnessReply(405, "only GET\n")
    }

    private func add(_ body: [UInt8]) -> WitnessReply {
        switch state.judge(body) {
        case .malformed: return WitnessReply(400, "not an add-checkpoint request\n")
        case .unknownLog: return WitnessReply(404, "no log of this origin is witnessed here\n")
        case .unsigned: return WitnessReply(403, "no signature by a key of this log\n")
        case .conflict(let size):
            return WitnessReply(409, String(size) + "\n", contentType: WitnessSubmission.sizeContentType)
        case .inconsistent: return WitnessReply(422, "the proof does not hold\n")
        case .cosign(let checkpoint, let note): return cosign(checkpoint, note)
        }
    }

    private func cosign(_ checkpoint: Checkpoint, _ note: SignedNote) -> WitnessReply {
        guard !isBroken else { return Self.unavailable }
        var note = note
        key.cosign(&note, timeSeconds: UInt64(max(0, clock.nowSeconds())))
        let seen = WitnessState.Seen(checkpoint: checkpoint, note: note)
        do throws(WitnessFolder.Problem) { try folder.store(seen) } catch {
            // A full disk leaves the old file; after any other failure it may be either.
            if case .host(let error) = error, error.isFullDisk { return Self.unavailable }
            isBroken = true
            return Self.unavailable
        }
        state.record(seen)
        return WitnessReply(200, note.lines(by: key.verifier))
    }

    private static let unavailable = WitnessReply(503, "the witness cannot store a checkpoint\n")
}

extension WitnessState {
    /// The last note cosigned of the log whose page this is.
    func lastNote(at path: String) -> [UInt8]? {
        served.first { WitnessSubmission.lastNotePath(origin: $0) == path }.flatMap { seen(of: $0)?.note.bytes }
    }
}
