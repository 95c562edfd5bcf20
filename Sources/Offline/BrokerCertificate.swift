internal import CCertificate
internal import Primitives
internal import VaultModel

/// The broker's TLS certificate: self-signed, because clients pin its key and ask no authority.
struct BrokerCertificate {
    /// PEM, readable by anybody.
    let certificate: [UInt8]
    /// PEM of the private key; belongs into a file of mode 0600 and nowhere else.
    let privateKey: [UInt8]
    /// SHA-256 of the certificate's DER encoding, what enrolment codes commit to.
    let pin: [UInt8]

    /// libcrypto could not make one; it does not say why in words worth passing on.
    struct Failed: Error {}

    /// A P-256 key and a certificate in the vault's name, valid from a day before `now` for ten years: a clock that is
    /// a little late must not refuse it.
    ///
    /// - Parameter now: milliseconds since 1970.
    static func make(vault: VaultID, now: Int64) throws(Failed) -> BrokerCertificate {
        let start = now / 1_000 - 86_400
        var pem = Buffer()
        var der = Buffer()
        var key = Buffer()
        let isMade = unsafe ccert_make(
            "coffer \(vault)", "DNS:\(vault).coffer.invalid,DNS:localhost", start, start + 3_652 * 86_400,
            [0x01] + Random.bytes(15), &pem.start, &pem.count, &der.start, &der.count, &key.start, &key.count)
        guard isMade == 1 else { throw Failed() }
        defer {
            unsafe ccert_free(pem.start)
            unsafe ccert_free(der.start)
            unsafe ccert_free_secret(key.start, key.count)
        }
        return BrokerCertificate(
            certificate: pem.bytes, privateKey: key.bytes, pin: SHA256.hash(der.bytes))
    }

    /// What the shim hands over.
    @safe private struct Buffer {
        var start: UnsafeMutablePointer<UInt8>?
        var count = 0

        var bytes: [UInt8] { unsafe [UInt8](UnsafeBufferPointer(start: start, count: count)) }
    }
}
