internal import Primitives

/// The key of a file's content and the nonces of its chunks.
///
/// The key comes from the file key and a nonce of 16 random bytes, so each file has its own; chunks are counted, and
/// the last one is marked, so none can be left out, moved or cut off.
struct AgePayload: Sendable {
    private let key: HeldSecret
    /// Of the chunk that comes next. 2^64 chunks are more than there is room for anywhere.
    private(set) var counter: UInt64 = 0
    /// Whether the last chunk was opened.
    private(set) var isComplete = false

    init(fileKey: borrowing SecretBytes, nonce: [UInt8]) {
        key = HeldSecret(HKDFSHA256.deriveKey(input: fileKey, salt: nonce, info: Array("payload".utf8)))
    }

    mutating func seal(_ chunk: RawSpan, isLast: Bool, onto output: inout [UInt8]) {
        ChaChaPoly.seal(chunk, nonce: nonce(isLast: isLast), key: key.bytes, onto: &output)
        counter += 1
    }

    /// Adds the content of a chunk to `output` and goes on to the next; false, and nothing happens, when it does not
    /// verify.
    mutating func open(_ chunk: RawSpan, isLast: Bool, onto output: inout [UInt8]) -> Bool {
        do throws(AuthenticationFailure) {
            try ChaChaPoly.open(chunk, nonce: nonce(isLast: isLast), key: key.bytes, onto: &output)
        } catch {
            return false
        }
        counter += 1
        isComplete = isLast
        return true
    }

    /// Eleven bytes of the counter, big-endian, and one for the last chunk.
    private func nonce(isLast: Bool) -> [UInt8] {
        var nonce = [UInt8](repeating: 0, count: ChaChaPoly.nonceSize)
        for place in 0..<8 { nonce[10 - place] = UInt8(truncatingIfNeeded: counter >> UInt64(8 * place)) }
        nonce[11] = isLast ? 1 : 0
        return nonce
    }
}
