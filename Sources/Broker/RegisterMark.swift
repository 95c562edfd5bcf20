internal import AccessLog
internal import Primitives
internal import Storage

/// Up to where the register of blocks was compared with the log, signed with the log's key: so that a start need not
/// open a million entries again.
///
/// It stands for the tree of the first `size` entries and for exactly the blocks they registered. Who edits the register
/// cannot sign a new one; an older mark only means that more is compared.
struct RegisterMark {
    let size: UInt64
    private let signature: [UInt8]

    /// The mark that is stored, if it is this log's and fits the register as it is now; nil otherwise.
    ///
    /// - Parameter places: all blocks of the register, and the entry each is said to stand in.
    static func stored(
        in log: LogStore, places: [[UInt8]: UInt64], keys: any LogKeys
    ) throws(StorageError) -> RegisterMark? {
        guard let bytes = try log.registerMark() else { return nil }
        var reader = ByteReader(bytes)
        guard let size = try? reader.readUInt64(), let signature = try? reader.readBytes(Ed25519.signatureSize),
            reader.remaining == 0, size <= (try log.size())
        else { return nil }
        let message = message(size: size, root: try log.root(size: size), places: places)
        guard keys.verifier.key.isValid(signature: signature, for: message) else { return nil }
        return RegisterMark(size: size, signature: signature)
    }

    /// Marks the log as it is now. The caller has compared all of it.
    static func store(in log: LogStore, keys: any LogKeys) throws(StorageError) -> RegisterMark {
        let size = try log.size()
        let message = message(size: size, root: try log.root(size: size), places: try log.blockPlaces())
        let mark = RegisterMark(size: size, signature: keys.signCheckpoint(message))
        var writer = ByteWriter(capacity: 8 + mark.signature.count)
        writer.append(size)
        writer.append(mark.signature)
        try log.setRegisterMark(writer.bytes)
        return mark
    }

    /// Begins like no note and no DSSE text, so that no signature can be taken for another.
    private static func message(size: UInt64, root: [UInt8], places: [[UInt8]: UInt64]) -> [UInt8] {
        var hash = SHA256.Stream()
        for (id, seq) in places.filter({ $0.value < size }).sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            var writer = ByteWriter(capacity: 40)
            writer.append(id)
            writer.append(seq)
            hash.update(writer.bytes)
        }
        let text = "coffer-register v1\n\(size)\n\(Base64.encode(root))\n\(Base64.encode(hash.finish()))\n"
        return Array(text.utf8)
    }
}
