import AccessLog
import Client
import Host
import Primitives
import VaultModel
import Wire

/// Keys and ids that the tests of this target share.
enum Sample {
    static let vault = VaultID("000102030405060708090a0b0c0d0e0f") ?? .random()
    static let origin = "coffer/000102030405060708090a0b0c0d0e0f/1"

    static func key(_ byte: UInt8) -> Ed25519.SigningKey {
        Ed25519.SigningKey(seed: SecretBytes(copying: [UInt8](repeating: byte, count: 32)))
    }

    static func kid(_ byte: UInt8) -> KeyID { KeyID(key(byte).publicKey) }

    /// 1 is the person, 2 the log, 3 the replies, 4 the authority.
    static let person: UInt8 = 1
    static let log: UInt8 = 2
    static let reply: UInt8 = 3
    static let authority: UInt8 = 4

    static func logKey(_ byte: UInt8 = log) -> VerifierKey {
        guard let key = VerifierKey(name: origin, key: key(byte).publicKey) else { preconditionFailure("a key's name") }
        return key
    }

    static func broker() -> BrokerKeys {
        let keys = BrokerKeys(
            logKey: logKey().description, replyKey: kid(reply), tlsPin: "", authority: kid(authority))
        guard let keys else { preconditionFailure("the keys are sound") }
        return keys
    }

    static func identity(_ kind: Identity.Kind = .person, profile: WireProfile = .test) -> Identity {
        Identity(kind: kind, vault: vault, kid: kid(person), name: "李娜", profile: profile, broker: broker())
    }

    static func health(reply: UInt8 = reply, vault: VaultID = vault) -> HealthReply {
        HealthReply(
            state: .unsealed, vault: vault, incarnation: 1, logKey: logKey().description, replyKey: kid(reply),
            tlsPin: "", authority: kid(authority), profile: .test, version: "0.1.0")
    }

    static func note(size: UInt64, root: [UInt8], key byte: UInt8 = log) -> [UInt8] {
        let signer = key(byte)
        return Checkpoint(origin: origin, size: size, root: root).signed(by: logKey(byte)) { signer.sign($0) }
    }

    static func secret(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }
}

/// A clock that stands where a test puts it.
struct StoppedClock: WallClock {
    let seconds: Int64
    func nowMilliseconds() -> Int64 { seconds * 1_000 }
}
