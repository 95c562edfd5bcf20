import Archive
import Host
import Primitives

/// Seals packs one after the other into the spool, in the same memory: a new piece of it for each would cost as much as
/// the sealing.
struct PackSealer {
    private let spool: BackupSpool
    private let recipients: [AgeRecipient]
    private var file: [UInt8] = []

    init(_ spool: BackupSpool, to recipients: [AgeRecipient]) {
        self.spool = spool
        self.recipients = recipients
    }

    /// Seals content into a pack of the set, and reads it back with the key of its writer while that is still there.
    mutating func seal(_ content: [UInt8]) throws(BackupFailure) -> ArchivePack {
        do throws(AgeError) {
            var writer = try AgeWriter(to: recipients)
            let key = HeldSecret(writer.fileKey())
            file.removeAll(keepingCapacity: true)
            let chunks = content.count / AgeFile.chunkBytes + 1
            file.reserveCapacity(writer.header.count + chunks * AgeFile.sealedChunkBytes)
            file += writer.header
            let start = file.count
            unsafe writer.append(content.span.bytes, onto: &file)
            writer.finish(onto: &file)
            guard try opens(from: start, as: content, key) else { throw AgeError.damaged(chunk: 0) }
        } catch { throw .age(error) }
        do throws(HostError) { return try spool.store(file) } catch { throw BackupFailure(error) }
    }

    /// Whether the file opens, chunk by chunk, as `content`.
    private func opens(from start: Int, as content: [UInt8], _ key: HeldSecret) throws(AgeError) -> Bool {
        var reader = AgeReader(fileKey: key.bytes.clone())
        var (at, opened) = (0, 0)
        while at < file.count {
            let end = at == 0 ? start : min(at + AgeFile.sealedChunkBytes, file.count)
            var piece = try reader.append(Array(file[at..<end]))
            defer { Wipe.zero(&piece) }
            guard piece.isFound(in: content, at: opened) else { return false }
            opened += piece.count
            at = end
        }
        var last = try reader.finish()
        defer { Wipe.zero(&last) }
        return last.isFound(in: content, at: opened) && opened + last.count == content.count
    }
}
