import Authority
import VaultModel

/// The DSSE text of a block as evidence: `DSSEv1 LEN type LEN payload`.
struct SignedBlockText: Sendable {
    static let start = "DSSEv1 "

    let payloadType: String
    let payload: [UInt8]

    /// Returns nil unless encoding type and payload again gives exactly `base`.
    init?(_ base: String) {
        let bytes = Array(base.utf8)
        let words = bytes.split(separator: 0x20, maxSplits: 4, omittingEmptySubsequences: false)
        guard words.count == 5 else { return nil }
        payloadType = String(decoding: words[2], as: UTF8.self)
        payload = Array(words[4])
        guard DSSEEnvelope.pae(payloadType, payload) == bytes else { return nil }
    }
}
