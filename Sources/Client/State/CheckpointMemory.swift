public import AccessLog
import Host
import Synchronization

/// The last checkpoint this device saw of one log. A broker that shows an older or another history later is caught here,
/// where neither its disk nor its owner can reach.
public final class CheckpointMemory: Sendable {
    /// What a log showed that no honest log can show.
    public enum Problem: Error, Hashable, Sendable {
        /// Not a checkpoint signed by the log's key.
        case checkpoint
        /// Fewer entries than were seen before.
        case rollback(seen: UInt64, shown: UInt64)
        /// As many entries as were seen before, but others; or a proof that fails.
        case fork(size: UInt64)
        /// The memory itself cannot be read or written.
        case state(StateError)
    }

    /// A checkpoint and the note it came in.
    public struct Seen: Equatable, Sendable {
        public let checkpoint: Checkpoint
        public let note: [UInt8]
    }

    private struct Memory {
        var seen: Seen?
        var isSaved = true
    }

    public let path: String
    public let logKey: VerifierKey
    private let memory: Mutex<Memory>

    /// Reads what an earlier run saw.
    ///
    /// - Parameter folder: of one vault, see `ClientPaths.state(of:)`; made when something is first saved.
    public init(folder: String, logKey: VerifierKey) throws(Problem) {
        path = FilePaths.join(folder, "checkpoint")
        self.logKey = logKey
        memory = Mutex(Memory(seen: try Self.read(path, logKey)))
    }

    /// The largest checkpoint seen so far. Taken before a request is sent, it is what the reply's must reach: replies to
    /// requests sent side by side may arrive in any order.
    public var seen: Seen? { memory.withLock { $0.seen } }

    /// Judges a checkpoint that came with a reply and keeps it if it is the largest.
    ///
    /// - Parameters:
    ///   - note: signed, byte for byte.
    ///   - floor: `seen` as it was when the request was sent.
    ///   - proof: that the log of `floor` is the beginning of this one, where the broker offers it.
    public func observe(_ note: [UInt8], floor: Seen?, proof: [[UInt8]]? = nil) throws(Problem) {
        guard let shown = try? Checkpoint.open(note, key: logKey) else { throw .checkpoint }
        if let floor { try Self.compare(shown, with: floor.checkpoint, proof: proof) }
        let fork: UInt64? = memory.withLock { memory in
            if let seen = memory.seen?.checkpoint {
                if seen.size == shown.size { return seen.root == shown.root ? nil : seen.size }
                guard seen.size < shown.size else { return nil }
            }
            memory = Memory(seen: Seen(checkpoint: shown, note: note), isSaved: false)
            return nil
        }
        if let fork { throw .fork(size: fork) }
    }

    /// Writes what is new to the disk, unless another process has seen more; a fork between the two is reported.
    public func save() throws(Problem) {
        guard let seen = memory.withLock({ $0.isSaved ? nil : $0.seen }) else { return }
        try store(seen)
        memory.withLock { memory in
            if memory.seen == seen { memory.isSaved = true }
        }
    }

    /// Remembers a checkpoint that convicts the broker, at once and on the disk, in place of whatever that broker has said
    /// in this session.
    public func keep(_ note: [UInt8]) throws(Problem) {
        guard let shown = try? Checkpoint.open(note, key: logKey) else { throw .checkpoint }
        let seen = Seen(checkpoint: shown, note: note)
        memory.withLock { $0 = Memory(seen: seen, isSaved: true) }
        try store(seen)
    }

    private func store(_ seen: Seen) throws(Problem) {
        do throws(HostError) {
            try Folder.createAll(FilePaths.folder(of: path), mode: 0o700)
        } catch {
            throw .state(.file(error.errno))
        }
        let lock: LockedFile
        do throws(StateError) { lock = try LockedFile(path + ".lock") } catch { throw .state(error) }
        try write(seen, holding: lock)
    }

    /// Replaces the file unless it tells more already. The lock keeps other processes from doing so meanwhile.
    private func write(_ seen: Seen, holding lock: borrowing LockedFile) throws(Problem) {
        if let other = try Self.read(path, logKey)?.checkpoint, other.size >= seen.checkpoint.size {
            guard other.size > seen.checkpoint.size || other.root == seen.checkpoint.root else {
                throw .fork(size: other.size)
            }
            return
        }
        do throws(HostError) { try DurableFile.replace(path, with: seen.note) } catch {
            throw .state(.file(error.errno))
        }
    }

    private static func compare(_ shown: Checkpoint, with floor: Checkpoint, proof: [[UInt8]]?) throws(Problem) {
        guard shown.size >= floor.size else { throw .rollback(seen: floor.size, shown: shown.size) }
        if shown.size == floor.size {
            guard shown.root == floor.root else { throw .fork(size: floor.size) }
        } else if let proof {
            guard
                Merkle.isConsistent(
                    old: floor.size, oldRoot: floor.root, new: shown.size, newRoot: shown.root, proof: proof)
            else { throw .fork(size: floor.size) }
        }
    }

    /// A file that does not verify is an alarm too: it is where the last word against a rollback is kept.
    private static func read(_ path: String, _ logKey: VerifierKey) throws(Problem) -> Seen? {
        let note: [UInt8]
        do throws(HostError) {
            note = try DurableFile.read(path, limit: ClientLimits.fileBytes)
        } catch {
            guard error.isMissingFile else { throw .state(.file(error.errno)) }
            return nil
        }
        guard let checkpoint = try? Checkpoint.open(note, key: logKey) else { throw .state(.form) }
        return Seen(checkpoint: checkpoint, note: note)
    }
}
