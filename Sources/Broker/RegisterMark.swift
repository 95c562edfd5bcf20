internal import AccessLog
internal import Primitives
internal import Storage
internal import VaultModel

/// What the entries of a log, and not its tables, say was registered: which blocks, which witnesses there are, and which
/// erasures are under way.
struct RegisterState: Sendable {
    /// How many entries were looked at.
    var size: UInt64 = 0
    /// The entry that registered each block, by the block's id.
    private(set) var places: [[UInt8]: UInt64] = [:]
    /// What entries call each witness.
    private(set) var witnesses: Set<String> = []

    /// Ids of erasures that were asked for and neither taken back nor finished.
    private(set) var erasures: Set<String> = []
    /// Whether a set of archives was ever begun.
    private(set) var hasArchives = false

    init() {}

    fileprivate init(
        size: UInt64, places: [[UInt8]: UInt64], witnesses: Set<String>, erasures: Set<String>, hasArchives: Bool
    ) {
        self.hasArchives = hasArchives
        self.size = size
        self.places = places
        self.witnesses = witnesses
        self.erasures = erasures
    }

    mutating func take(_ core: EntryCore) {
        guard core.decision == .allow else { return }
        // Who is there and added again, or gone and removed again, is refused: what an entry names changes sides.
        if core.kind == .witness, core.act == .policy { witnesses.formSymmetricDifference([core.object]) }
        switch core.kind {
        case .eraseRequest: erasures.insert(core.xid)
        case .eraseUndo, .eraseDone: erasures.remove(core.xid)
        case .backup where core.act == .backupRun: hasArchives = true
        default: break
        }
        if core.kind.mayCarryBlock, let id = Hex.decode(core.object), id.count == SHA256.size {
            places[id] = core.seq
        }
    }
}

/// Up to where the register was compared with the log, signed with the log's key, so that a start need not open a
/// million entries again.
///
/// It stands for the tree of the first `size` entries, for exactly the blocks they registered and for the witnesses, the
/// erasures under way and whether there were archives then, as the entries say. Who edits the tables cannot sign another
/// one; an older mark only means that more is compared.
enum RegisterMark {
    /// What the stored mark stands for, if it is this log's and fits the tables; nil otherwise.
    ///
    /// - Parameter places: all blocks of the register, and the entry each is said to stand in.
    static func stored(
        in log: LogStore, places: [[UInt8]: UInt64], keys: any LogKeys
    ) throws(StorageError) -> RegisterState? {
        guard let bytes = try log.registerMark() else { return nil }
        var reader = ByteReader(bytes)
        guard let signature = try? reader.readBytes(Ed25519.signatureSize), let size = try? reader.readUInt64(),
            size <= (try log.size()), let archives = try? reader.readUInt64(), archives <= 1
        else { return nil }
        var witnesses: Set<String> = []
        var erasures: Set<String> = []
        guard let count = try? reader.readUInt64(), count <= UInt64(LogStore.mostWitnesses) else { return nil }
        for _ in 0..<count {
            guard let hash = try? reader.readBytes(SHA256.size) else { return nil }
            witnesses.insert(Hex.encode(hash))
        }
        while reader.remaining > 0 {
            guard let id = try? reader.readBytes(idSize) else { return nil }
            erasures.insert(String(decoding: id, as: UTF8.self))
        }
        let state = RegisterState(
            size: size, places: places.filter { $0.value < size }, witnesses: witnesses, erasures: erasures,
            hasArchives: archives == 1)
        let message = message(state, root: try log.root(size: size))
        return keys.verifier.key.isValid(signature: signature, for: message) ? state : nil
    }

    /// Marks what was compared.
    static func store(_ state: RegisterState, in log: LogStore, keys: any LogKeys) throws(StorageError) {
        var writer = ByteWriter(capacity: 128)
        writer.append(keys.signCheckpoint(message(state, root: try log.root(size: state.size))))
        writer.append(state.size)
        writer.append(UInt64(state.hasArchives ? 1 : 0))
        writer.append(UInt64(state.witnesses.count))
        for witness in state.witnesses.sorted() { writer.append(Hex.decode(witness) ?? []) }
        for id in state.erasures.sorted() { writer.append(Array(id.utf8)) }
        try log.setRegisterMark(writer.bytes)
    }

    /// `e_` or `r_`, and 26 characters.
    private static let idSize = 28

    /// Begins like no note and no DSSE text, so that no signature can be taken for another.
    private static func message(_ state: RegisterState, root: [UInt8]) -> [UInt8] {
        var hash = SHA256.Stream()
        for (id, seq) in state.places.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            var writer = ByteWriter(capacity: 40)
            writer.append(id)
            writer.append(seq)
            hash.update(writer.bytes)
        }
        let lines = [
            "coffer-register v1", String(state.size), state.hasArchives ? "archives" : "none", Base64.encode(root),
            Base64.encode(hash.finish()),
        ]
        return Array((lines + state.witnesses.sorted() + state.erasures.sorted()).map { $0 + "\n" }.joined().utf8)
    }
}
