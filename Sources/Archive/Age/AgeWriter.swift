public import Primitives

/// Writes an age file (https://c2sp.org/age) in one pass and constant memory.
///
/// The bytes of the file are `header`, then what each `append` gives back, then what `finish` gives back. Plaintext
/// waits for its chunk to fill in locked memory. A file without its last bytes is refused by every reader, so one that
/// was not finished cannot be taken for a whole one.
public struct AgeWriter: ~Copyable, Sendable {
    /// The first bytes of the file.
    public let header: [UInt8]
    private let key: SecretBytes
    private var payload: AgePayload
    private var waiting = SecretBuffer(capacity: AgeFormat.chunkSize)

    /// A new file that each of `recipients` can open.
    ///
    /// - Parameter random: that many random bytes at each call: the file key, a nonce, one secret for each recipient.
    ///   Two files made from the same bytes would give each other away.
    /// - Throws: `noRecipient`, `tooManyRecipients`.
    public init(
        to recipients: [AgeRecipient], random: (Int) -> SecretBytes = { SecretBytes.random(count: $0) }
    ) throws(AgeError) {
        guard !recipients.isEmpty else { throw .noRecipient }
        guard recipients.count <= AgeFormat.mostRecipients else { throw .tooManyRecipients }
        // Not `self.key` from the start: when that was read again below, Swift 6.3.1 optimised the initialiser into one
        // that released memory of others. `make fuzz` runs this code optimised.
        let key = random(AgeFormat.fileKeySize)
        precondition(key.count == AgeFormat.fileKeySize, "a file key has 16 bytes")
        let nonce = random(AgeFormat.payloadNonceSize).exposeBytes()
        precondition(nonce.count == AgeFormat.payloadNonceSize, "a nonce has 16 bytes")
        var stanzas: [AgeStanza] = []
        for recipient in recipients { stanzas.append(recipient.wrap(key, ephemeral: random(X25519.keySize))) }
        header = AgeHeader.encode(stanzas, fileKey: key) + nonce
        payload = AgePayload(fileKey: key, nonce: nonce)
        self.key = key
    }

    /// Takes content; gives the bytes of the file that are ready, which may be none: at most those of `bytes` and one
    /// chunk of 64 KiB with 16 bytes for each chunk.
    public mutating func append(_ bytes: [UInt8]) -> [UInt8] { unsafe append(bytes.span.bytes) }

    /// The same of bytes that lie anywhere, a `SecretBytes` for one.
    public mutating func append(_ bytes: RawSpan) -> [UInt8] {
        var output: [UInt8] = []
        append(bytes, onto: &output)
        return output
    }

    /// The same, added to `output`: the memory of one file serves for the next.
    public mutating func append(_ bytes: RawSpan, onto output: inout [UInt8]) {
        let total = waiting.count + bytes.byteCount
        let chunks = max(total - 1, 0) / AgeFormat.chunkSize
        output.reserveCapacity(output.count + chunks * (AgeFormat.chunkSize + ChaChaPoly.tagSize))
        var taken = 0
        // A full chunk waits until one more byte shows that it is not the last.
        while waiting.count + bytes.byteCount - taken > AgeFormat.chunkSize {
            let end = taken + waiting.room
            let piece = bytes.extracting(taken..<end)
            if waiting.count == 0 {
                payload.seal(piece, isLast: false, onto: &output)
            } else {
                waiting.append(piece)
                flush(isLast: false, onto: &output)
            }
            taken = end
        }
        waiting.append(bytes.extracting(taken..<bytes.byteCount))
    }

    /// The last bytes of the file.
    public consuming func finish() -> [UInt8] {
        var output: [UInt8] = []
        flush(isLast: true, onto: &output)
        return output
    }

    /// The same, added to `output`.
    public consuming func finish(onto output: inout [UInt8]) { flush(isLast: true, onto: &output) }

    /// The key of this one file, 16 bytes: `AgeFile.open(_:fileKey:)` reads back what was written while nobody who
    /// could open it is there. It opens nothing else.
    public borrowing func fileKey() -> SecretBytes { key.clone() }

    private mutating func flush(isLast: Bool, onto output: inout [UInt8]) {
        waiting.withBytes { payload.seal($0, isLast: isLast, onto: &output) }
        waiting.removeAll()
    }
}
