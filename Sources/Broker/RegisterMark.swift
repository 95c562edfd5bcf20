internal import AccessLog
internal import Primitives
internal import Storage

/// Up to where the register of blocks was compared with the log, signed with the log's key: so that a start need not
/// open a million entries again.
///
/// It stands for the tree of the first `size` entries, for exactly the blocks they registered and for the witnesses there
/// were then. Who edits the tables cannot sign a new one; an older mark only means that more is compared.
struct RegisterMark {
    let size: UInt64
    /// What entries call each witness.
    let witnesses: Set<String>

    /// The mark that is stored, if it is this log's and fits the register as it is now; nil otherwise.
    ///
    /// - Parameter places: all blocks of the register, and the entry each is said to stand in.
    static func stored(
        in log: LogStore, places: [[UInt8]: UInt64], keys: any LogKeys
    ) throws(StorageError) -> RegisterMark? {
        guard let bytes = try log.registerMark() else { return nil }
        var reader = ByteReader(bytes)
        guard let signature = try? reader.readBytes(Ed25519.signatureSize), let size = try? reader.readUInt64(),
            size <= (try log.size())
        else { return nil }
        var witnesses: Set<String> = []
        while reader.remaining > 0 {
            guard let hash = try? reader.readBytes(SHA256.size) else { return nil }
            witnesses.insert(Hex.encode(hash))
        }
        let mark = RegisterMark(size: size, witnesses: witnesses)
        let message = mark.message(root: try log.root(size: size), places: places)
        return keys.verifier.key.isValid(signature: signature, for: message) ? mark : nil
    }

    /// Marks the log as it is now; the caller has compared all of it, or it has grown entry by entry since. Returns its
    /// size.
    static func store(in log: LogStore, keys: any LogKeys) throws(StorageError) -> UInt64 {
        var marked: UInt64 = 0
        try log.setRegisterMark { (contents) throws(StorageError) in
            let mark = RegisterMark(
                size: contents.size,
                witnesses: Set(contents.witnesses.map { KnownWitness.object(ofKey: $0.key) }))
            let message = mark.message(root: try log.root(size: mark.size), places: contents.places)
            var writer = ByteWriter(capacity: 128)
            writer.append(keys.signCheckpoint(message))
            writer.append(mark.size)
            for witness in mark.witnesses.sorted() { writer.append(Hex.decode(witness) ?? []) }
            marked = mark.size
            return writer.bytes
        }
        return marked
    }

    /// Begins like no note and no DSSE text, so that no signature can be taken for another.
    private func message(root: [UInt8], places: [[UInt8]: UInt64]) -> [UInt8] {
        var hash = SHA256.Stream()
        for (id, seq) in places.filter({ $0.value < size }).sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            var writer = ByteWriter(capacity: 40)
            writer.append(id)
            writer.append(seq)
            hash.update(writer.bytes)
        }
        let lines = ["coffer-register v1", String(size), Base64.encode(root), Base64.encode(hash.finish())]
        return Array((lines + witnesses.sorted()).map { $0 + "\n" }.joined().utf8)
    }
}
