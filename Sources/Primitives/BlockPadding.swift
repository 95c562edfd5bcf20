/// ISO/IEC 7816-4 padding: 0x80, then zeros up to a multiple of the block size. It hides a length inside a block.
public enum BlockPadding {
    /// `message` and at least one byte of padding.
    public static func pad(_ message: [UInt8], to blockSize: Int) -> [UInt8] {
        precondition(blockSize > 0, "a block has bytes")
        let total = (message.count / blockSize + 1) * blockSize
        var padded = message
        padded.reserveCapacity(total)
        padded.append(0x80)
        padded.append(contentsOf: repeatElement(0, count: total - padded.count))
        return padded
    }

    /// The message, or nil when the padding is not exactly what `pad` writes. Only called on authenticated bytes, so
    /// the time it takes tells an attacker nothing.
    public static func unpad(_ padded: [UInt8], blockSize: Int) -> [UInt8]? {
        guard blockSize > 0, !padded.isEmpty, padded.count % blockSize == 0,
            let marker = padded.lastIndex(where: { $0 != 0 }), padded[marker] == 0x80,
            padded.count - marker <= blockSize
        else { return nil }
        return Array(padded[..<marker])
    }
}
