public import Primitives

/// A whole age file in memory, for content that is small.
public enum AgeFile {
    /// Content of a chunk, all but the last.
    public static let chunkBytes = AgeFormat.chunkSize
    /// The same chunk as it lies in the file.
    public static let sealedChunkBytes = AgeFormat.chunkSize + ChaChaPoly.tagSize

    /// The file of `content`. Throws `noRecipient`, `tooManyRecipients`.
    public static func seal(_ content: [UInt8], to recipients: [AgeRecipient]) throws(AgeError) -> [UInt8] {
        var writer = try AgeWriter(to: recipients)
        var file = writer.header
        file += writer.append(content)
        file += writer.finish()
        return file
    }

    /// The content of `file`, if it is whole.
    public static func open(_ file: [UInt8], with identity: AgeIdentity) throws(AgeError) -> [UInt8] {
        try open(file, AgeReader(with: [identity]))
    }

    /// The content of a file that was just written, by the key of its writer. Traps unless that has 16 bytes.
    public static func open(_ file: [UInt8], fileKey: borrowing SecretBytes) throws(AgeError) -> [UInt8] {
        try open(file, AgeReader(fileKey: fileKey.clone()))
    }

    private static func open(_ file: [UInt8], _ reader: consuming AgeReader) throws(AgeError) -> [UInt8] {
        var content = try reader.append(file)
        do throws(AgeError) {
            content += try reader.finish()
        } catch {
            Wipe.zero(&content)
            throw error
        }
        return content
    }
}
