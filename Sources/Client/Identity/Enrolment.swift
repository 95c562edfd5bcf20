public import Authority
public import Primitives
import VaultModel
public import Wire

/// The newcomer's half of an enrolment. The code was read to her over the phone; the broker is only as good as the code
/// says.
public enum Enrolment {
    /// The identity of a new key, once the broker's keys are those the code commits to. A broker that shows other keys is
    /// refused with `impostor` before anything is sent.
    ///
    /// - Parameters:
    ///   - key: made on this device.
    ///   - name: what the newcomer is called on this device.
    public static func identity(
        for key: borrowing Ed25519.SigningKey, code: borrowing EnrolmentCode, health: HealthReply, name: String
    ) throws(ClientError) -> Identity {
        guard let broker = BrokerKeys(health), broker.isConfirmed(by: code, vault: health.vault) else {
            throw .impostor
        }
        return Identity(
            kind: .person, vault: health.vault, kid: KeyID(key.publicKey), name: name, profile: health.profile,
            broker: broker)
    }

    /// What she sends, signed by the new key: the MAC shows the owner that this key belongs to the code.
    public static func request(for identity: Identity, code: borrowing EnrolmentCode) -> Enroll.Request {
        Enroll.Request(
            invitation: code.invitation.text, mac: code.mac(vault: identity.vault, kid: identity.kid))
    }
}
