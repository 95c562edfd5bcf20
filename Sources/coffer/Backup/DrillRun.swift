import AccessLog
import Archive
import CanonicalJSON
import Client
import Console
import Host
import Offline
import Primitives
import Transfer
import VaultModel
import Wire

/// A drill in progress: its folder, its clock, and the note that the broker gets of it.
struct DrillRun {
    let tier: DrillNote.Tier
    /// Nil where the broker is not told.
    let session: Session?
    let target: String
    private let scratch: String
    private let folder: String
    private let lock: DirectoryLock
    private let start = SystemClock().nowMilliseconds()

    /// Makes the folder, held so that no other drill takes it for one that was left behind, and removes those that were.
    init(
        _ tier: DrillNote.Tier, _ session: Session?, target: String, scratch: String, _ output: Output
    ) throws(Failure) {
        guard !scratch.isEmpty else { throw .usage("--scratch names no folder", hint: "--scratch DIR", why: "scratch") }
        (self.tier, self.session, self.target, self.scratch) = (tier, session, target, scratch)
        for path in UnfinishedVault.clearDrills(in: scratch) {
            output.note("removed \(path), which an interrupted drill had left")
        }
        do throws(HostError) {
            (folder, lock) = try DirectoryLock.makeFolder(mode: 0o700) {
                FilePaths.join(scratch, UnfinishedVault.drillPrefix + Hex.encode(Random.bytes(8)))
            }
        } catch { throw .file(error, "the scratch folder could not be made", why: "scratch") }
        // The copy must not stay because somebody lost patience, or because a timer's service was stopped.
        Interrupt.watchAll()
    }

    /// Where the copy is made.
    var place: String { FilePaths.join(folder, "vault") }

    /// Leaves nothing behind.
    func end() {
        Folder.removeAll(folder)
        Interrupt.unwatch()
    }

    /// Asked between two steps: whoever interrupts a drill hears nothing of its result.
    func requireGoingOn() throws(Failure) {
        guard !Interrupt.happened else { throw .interrupted }
    }

    /// Milliseconds since the drill began.
    var took: Int64 { min(DrillNote.longest, max(0, SystemClock().nowMilliseconds() - start)) }

    /// Seconds since the records were archived, when the drill began; 0 where it did not come so far.
    func age(_ records: Int64) -> Int64 { records == 0 ? 0 : min(DrillNote.longest, max(0, start - records) / 1_000) }

    /// Tells the broker how it went.
    func note(_ passed: Bool, took: Int64, records: Int64, set: String) async throws(Failure) -> Answer<NoMembers>? {
        guard let session else { return nil }
        guard let note = DrillNote(tier: tier, passed: passed, took: took, age: age(records), set: set) else {
            throw Failure(
                code: "internal", why: "note", message: "the set's name is none", hint: "make a new archive",
                exitCode: 70)
        }
        let request = NoteBackup.Request(note)
        return try await session.call(NoteBackup.self, request, RequestScope(object: request.object))
    }

    /// The failure is what counts; where the broker cannot be told, so be it.
    func noteFailure(_ failure: Failure, records: Int64 = 0, set: String = "") async -> Failure {
        guard !Interrupt.happened else { return .interrupted }
        // What this machine lacks says nothing about the archives.
        if [12, 13, 14, 15, 17, 18].contains(failure.exitCode) {
            _ = try? await note(false, took: took, records: records, set: set)
        }
        return failure
    }
}
