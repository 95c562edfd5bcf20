public import Primitives

/// Reads an age file in one pass and constant memory, strictly: what no writer makes is refused.
///
/// Content is given back chunk by chunk, each only once its tag has verified. That the file is whole is known when
/// `finish` returns and not before: whoever acts on content earlier has to be able to take it back. After an error the
/// reader is spent and repeats it. Content comes in ordinary memory: whoever reads keys wipes it.
public struct AgeReader: ~Copyable, Sendable {
    private enum Keys {
        case identities([AgeIdentity])
        case fileKey(HeldSecret)
    }

    private enum State {
        case header(AgeHeaderParser)
        case nonce(HeldSecret)
        case payload(AgePayload)
        case failed(AgeError)
    }

    private let keys: Keys
    private var state = State.header(AgeHeaderParser())
    /// What was read of the nonce or of a chunk that is not complete.
    private var waiting: [UInt8] = []

    /// Opens with the first of `identities` that a stanza is for.
    public init(with identities: [AgeIdentity]) { keys = .identities(identities) }

    /// Opens with the file key that an `AgeWriter` gave on. Traps unless it has 16 bytes.
    public init(fileKey: consuming SecretBytes) {
        precondition(fileKey.count == AgeFormat.fileKeySize, "a file key has 16 bytes")
        keys = .fileKey(HeldSecret(fileKey))
    }

    /// Takes bytes of the file; gives the content of the chunks that are complete and verified, which may be none.
    /// When it throws, nothing of `bytes` is given: content that came from earlier calls had verified.
    public mutating func append(_ bytes: [UInt8]) throws(AgeError) -> [UInt8] {
        do throws(AgeError) {
            return try read(bytes)
        } catch {
            state = .failed(error)
            waiting = []
            throw error
        }
    }

    /// The rest of the content, which may be none. Returns only when the file is whole.
    public consuming func finish() throws(AgeError) -> [UInt8] {
        switch state {
        case .failed(let error): throw error
        case .header(let parser): throw parser.unfinished
        case .nonce: throw .header(.truncated)
        case .payload(var payload):
            if payload.isComplete { return [] }
            guard waiting.count >= ChaChaPoly.tagSize else { throw .truncated }
            var output: [UInt8] = []
            guard unsafe payload.open(waiting.span.bytes, isLast: true, onto: &output) else {
                throw .damaged(chunk: payload.counter)
            }
            guard !output.isEmpty || payload.counter == 1 else { throw .emptyLastChunk }
            return output
        }
    }

    private mutating func read(_ bytes: [UInt8]) throws(AgeError) -> [UInt8] {
        var position = 0
        if case .failed(let error) = state { throw error }
        if case .header(var parser) = state {
            // Out of the state, or each call would copy what the parser has gathered.
            state = .failed(.header(.truncated))
            let header = try parser.read(bytes, from: &position)
            state = .header(parser)
            guard let header else { return [] }
            state = .nonce(HeldSecret(try fileKey(of: header)))
        }
        if case .nonce(let fileKey) = state {
            let end = min(position + AgeFormat.payloadNonceSize - waiting.count, bytes.count)
            waiting += bytes[position..<end]
            position = end
            guard waiting.count == AgeFormat.payloadNonceSize else { return [] }
            state = .payload(AgePayload(fileKey: fileKey.bytes, nonce: waiting))
            waiting = []
        }
        guard case .payload(var payload) = state else { preconditionFailure("the header is read") }
        let output = try chunks(bytes, from: position, &payload)
        state = .payload(payload)
        return output
    }

    private func fileKey(of header: AgeHeader) throws(AgeError) -> SecretBytes {
        switch keys {
        case .fileKey(let key):
            guard header.isAuthentic(under: key.bytes) else { throw .headerMAC }
            return key.bytes.clone()
        case .identities(let identities):
            for stanza in header.stanzas {
                for identity in identities {
                    guard let key = try identity.unwrap(stanza) else { continue }
                    guard header.isAuthentic(under: key) else { throw .headerMAC }
                    return key
                }
            }
            throw .noMatch
        }
    }

    private static let sealedSize = AgeFile.sealedChunkBytes

    /// The content of all chunks of full size. A shorter one can only be the last: `finish` opens it.
    private mutating func chunks(
        _ bytes: [UInt8], from start: Int, _ payload: inout AgePayload
    ) throws(AgeError) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity((waiting.count + bytes.count - start) / Self.sealedSize * AgeFormat.chunkSize)
        var position = start
        while position < bytes.count {
            guard !payload.isComplete else { throw .trailingBytes }
            let end = position + Self.sealedSize - waiting.count
            guard end <= bytes.count else { break }
            if waiting.isEmpty {
                try unsafe Self.next(bytes.span.bytes.extracting(position..<end), &payload, onto: &output)
            } else {
                waiting += bytes[position..<end]
                try unsafe Self.next(waiting.span.bytes, &payload, onto: &output)
                waiting.removeAll(keepingCapacity: true)
            }
            position = end
        }
        waiting += bytes[position...]
        return output
    }

    /// A chunk of full size may be the last as well; which of the two it is, its tag says.
    private static func next(
        _ chunk: RawSpan, _ payload: inout AgePayload, onto output: inout [UInt8]
    ) throws(AgeError) {
        if payload.open(chunk, isLast: false, onto: &output) { return }
        if payload.open(chunk, isLast: true, onto: &output) { return }
        throw .damaged(chunk: payload.counter)
    }
}
