import Host
public import Keys
import Primitives
import Synchronization
public import VaultModel

/// The file `anchor`, open: how far the vault's files had come, written before and after each change of them.
///
/// Whoever puts an older copy of one file back cannot put the anchor's MAC beside it. All four databases' stores tell it
/// of their changes through `KeyringStore.attach` and `RecordStore.attach`; the log's head is asked for with every write.
/// Thread-safe; each change blocks its thread for one sync of one block.
public final class VaultAnchor: Sendable {
    /// The file's name in the vault's folder.
    public static let name = "anchor"

    private struct State: ~Copyable {
        var file: AlternatingFile
        var anchor: Anchor
        var root: RootKey
        /// The root key that is about to replace `root`.
        var next: RootKey?
        /// Where the log stands; nil until its writer is there.
        var logHead: (@Sendable () -> (size: UInt64, root: [UInt8]))?
        var isBroken = false
    }

    private let state: Mutex<State>
    private let onFatal: @Sendable () -> Void

    /// Makes the file of a new vault. `full` when there is no room for it.
    public static func create(_ anchor: Anchor, in folder: VaultDirectory, root: RootKey) throws(StorageError) {
        do throws(HostError) {
            try AlternatingFile.create(path(in: folder), with: anchor.encode(root: root))
        } catch { throw .folder(errno: error.errno) }
    }

    /// Opens the file and checks its MAC.
    ///
    /// - Parameter onFatal: called once, on the thread that wrote, when a write fails: nobody knows then what the file says,
    ///   and going on would put the other files further ahead of it than a start accepts.
    /// - Throws: `anchor` with the reason: it is not there, damaged, edited, or another vault's.
    public init(
        in folder: VaultDirectory, vault: VaultID, root: RootKey, onFatal: @escaping @Sendable () -> Void = {}
    ) throws(StorageError) {
        let file: AlternatingFile
        do throws(HostError) { file = try AlternatingFile.open(Self.path(in: folder)) } catch {
            throw error.isMissingFile ? .anchor(.missing) : .folder(errno: error.errno)
        }
        guard let content = file.content else { throw .anchor(.damaged) }
        let anchor: Anchor
        do throws(AnchorError) { anchor = try Anchor.open(content, vault: vault, root: root) } catch {
            throw .anchor(error == .otherVault ? .foreign : .forged)
        }
        self.onFatal = onFatal
        state = Mutex(State(file: file, anchor: anchor, root: root))
    }

    private static func path(in folder: VaultDirectory) -> String { FilePaths.join(folder.path, name) }

    /// What the file says now.
    public var current: Anchor { state.withLock { $0.anchor } }

    /// Asks for the log's head with each write from now on.
    public func follow(log head: @escaping @Sendable () -> (size: UInt64, root: [UInt8])) {
        state.withLock { $0.logHead = head }
    }

    // MARK: - Changes

    /// Before `vault.db` commits the state after the current one.
    func intend(_ tag: [UInt8]) throws(StorageError) { try write { $0 = $0.intending(tag) } }

    /// After the commit. What stood before is overwritten: an older state must not pass for one that a crash left.
    func conclude() throws(StorageError) { try write(forgetting: true) { $0 = $0.concluded() } }

    /// After a start has found which of the two states a crash left.
    func settle(_ standing: Anchor.Standing) throws(StorageError) {
        try write(forgetting: true) { $0 = standing == .pending ? $0.concluded() : $0.withdrawn() }
    }

    /// After a change of the keyring.
    func note(keyring: Anchor.Keyring) throws(StorageError) { try write(forgetting: true) { $0.keyring = keyring } }

    /// After `vault.seal` was replaced by the next generation.
    public func note(sealGeneration: UInt64) throws(StorageError) {
        try write(forgetting: true) { $0.sealGeneration = sealGeneration }
    }

    /// Notes where the log stands.
    public func noteLog() throws(StorageError) { try write { _ in } }

    /// Before `vault.seal` is replaced by one under another root key: from now on either key opens the anchor.
    public func prepare(next root: RootKey) throws(StorageError) {
        state.withLock { $0.next = root }
        try write { _ in }
    }

    /// After it was replaced: the old root key opens nothing any more.
    public func adopt(sealGeneration: UInt64) throws(StorageError) {
        state.withLock { state in
            if let next = state.next { state.root = next }
            state.next = nil
        }
        try note(sealGeneration: sealGeneration)
    }

    private func write(forgetting: Bool = false, _ change: (inout Anchor) -> Void) throws(StorageError) {
        try state.withLock { (state) throws(StorageError) in
            // After a failed write nobody knows what the file says, and the process must end.
            guard !state.isBroken else { throw .anchor(.unwritable) }
            change(&state.anchor)
            if let head = state.logHead?() {
                state.anchor.log = Anchor.Log(size: head.size, root: head.root)
            }
            do throws(HostError) {
                try state.file.write(
                    state.anchor.encode(root: state.root, next: state.next), forgetting: forgetting)
            } catch {
                state.isBroken = true
                onFatal()
                throw .anchor(.unwritable)
            }
        }
    }
}

extension VaultAnchor {
    /// Compares the facts of `vault.seal` and the log with what the file says of them. The seal file may be one generation
    /// ahead, after a crash, and is followed.
    ///
    /// - Throws: `anchor(.oldSeal)`, or `rolledBack` when the log does not begin with the one the file names.
    public func compare(_ facts: SealFacts, _ log: LogStore) throws(StorageError) {
        let said = current
        guard said.incarnation == facts.incarnation, facts.generation >= said.sealGeneration,
            facts.generation - said.sealGeneration <= 1
        else { throw .anchor(.oldSeal) }
        if facts.generation != said.sealGeneration { try note(sealGeneration: facts.generation) }
        guard try log.size() >= said.log.size, try log.root(size: said.log.size) == said.log.root else {
            throw .rolledBack(.log)
        }
    }
}

/// What is wrong with the file `anchor`.
public enum AnchorFault: Equatable, Sendable {
    case missing
    /// Neither of its two slots is whole.
    case damaged
    /// Its MAC is not of this vault's root key.
    case forged
    case foreign
    /// `vault.seal` is not of the generation it names, nor of the next one.
    case oldSeal
    /// A write or a sync of it failed.
    case unwritable
}

extension AnchorFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing: "the file anchor is missing: without it nobody can tell whether an older copy was put back"
        case .damaged: "the file anchor is damaged"
        case .forged: "the file anchor was not made by this vault"
        case .foreign: "the file anchor belongs to another vault"
        case .oldSeal: "vault.seal is not of the generation that the anchor names"
        case .unwritable: "the file anchor cannot be written"
        }
    }
}
