internal import Crypto
internal import Foundation
internal import Primitives
internal import SwiftASN1
internal import VaultModel
internal import X509

/// The broker's TLS certificate: self-signed, because clients pin its key and ask no authority.
struct BrokerCertificate {
    /// PEM, readable by anybody.
    let certificate: [UInt8]
    /// PEM of the private key; belongs into a file of mode 0600 and nowhere else.
    let privateKey: [UInt8]
    /// SHA-256 of the certificate's DER encoding, what enrolment codes commit to.
    let pin: [UInt8]

    /// A P-256 key and a certificate in the vault's name, valid from a day before `now` for ten years: a clock that is
    /// a little late must not refuse it.
    ///
    /// - Parameter now: milliseconds since 1970.
    static func make(vault: VaultID, now: Int64) throws -> BrokerCertificate {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName("coffer \(vault)") }
        let start = Date(timeIntervalSince1970: Double(now / 1_000) - 86_400)
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(bytes: [0x01] + Random.bytes(15)),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: start,
            notValidAfter: start.addingTimeInterval(3_652 * 86_400),
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames([.dnsName("\(vault).coffer.invalid"), .dnsName("localhost")])
            },
            issuerPrivateKey: Certificate.PrivateKey(key))
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return BrokerCertificate(
            certificate: Array(try certificate.serializeAsPEM().pemString.utf8) + [0x0A],
            privateKey: Array(key.pemRepresentation.utf8) + [0x0A],
            pin: SHA256.hash(serializer.serializedBytes))
    }
}
