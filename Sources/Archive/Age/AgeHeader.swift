internal import Primitives

/// The head of a file: stanzas, and a MAC that only somebody with the file key can make.
struct AgeHeader: Equatable, Sendable {
    let stanzas: [AgeStanza]
    /// What the MAC covers: all up to and with `---`.
    let covered: [UInt8]
    let mac: [UInt8]

    /// The bytes of a new header.
    static func encode(_ stanzas: [AgeStanza], fileKey: borrowing SecretBytes) -> [UInt8] {
        var bytes = AgeFormat.versionLine + [AgeFormat.lineEnd]
        for stanza in stanzas { bytes += Array(stanza.text.utf8) }
        bytes += Array("---".utf8)
        let mac = Base64Unpadded.encode(mac(of: bytes, fileKey: fileKey))
        return bytes + Array(" \(mac)\n".utf8)
    }

    func isAuthentic(under fileKey: borrowing SecretBytes) -> Bool {
        ConstantTime.equal(Self.mac(of: covered, fileKey: fileKey), mac)
    }

    private static func mac(of covered: [UInt8], fileKey: borrowing SecretBytes) -> [UInt8] {
        HMACSHA256.mac(covered, key: HKDFSHA256.deriveKey(input: fileKey, salt: [], info: Array("header".utf8)))
    }
}
