public import Primitives
public import VaultModel

/// What the owner reads to a new colleague over the phone, so that a lying broker can neither show her another vault
/// nor put its own key in place of hers.
///
/// 44 characters of Crockford's base 32 in groups of five: invitation (10) ‖ secret (16) ‖ commitment (16) ‖ check (2).
/// The commitment is a hash of the vault's id and of the keys she is about to trust; `coffer enroll` compares it with
/// what the broker shows. The secret authenticates her new key; `staff approve` checks that MAC with the secret kept on
/// the owner's side before signing anything. The broker learns the invitation alone, and could not guess 80 bits of
/// secret from the MAC.
///
/// A code dies after use or after 24 hours (`lifetimeSeconds`); the one who invites and the broker both hold that time.
public struct EnrolmentCode: ~Copyable, Sendable {
    public static let secretSize = 10
    public static let commitmentSize = 10
    public static let lifetimeSeconds: Int64 = 86_400

    /// Why a text is not a code. Says nothing of what was typed.
    public enum Problem: Error, Hashable, Sendable {
        /// A character outside the alphabet; `group` counts from 1.
        case character(group: Int)
        /// Not 44 characters, hyphens and spaces aside.
        case length
        /// The check characters do not fit: a character is wrong or two have changed places.
        case check
    }

    public let invitation: InvitationID
    public let commitment: [UInt8]
    private let secret: SecretBytes

    public init(invitation: InvitationID, secret: consuming SecretBytes, commitment: [UInt8]) {
        precondition(
            secret.count == Self.secretSize && commitment.count == Self.commitmentSize,
            "an enrolment code holds ten bytes of secret and ten of commitment")
        self.invitation = invitation
        self.secret = secret
        self.commitment = commitment
    }

    /// A new code for a vault with a fresh invitation and secret.
    public static func random(commitment: [UInt8]) -> EnrolmentCode {
        EnrolmentCode(
            invitation: .random(), secret: SecretBytes.random(count: secretSize), commitment: commitment)
    }

    // MARK: - What it proves

    /// Ten bytes of BLAKE2b-256 over `COFFER/ENROL/v01` ‖ vault (16) ‖ log key (32) ‖ reply key (32) ‖ TLS pin (32, or
    /// none for a vault without TLS). Only the last part varies in length, so that no two inputs are the same bytes.
    public static func commitment(
        vault: VaultID, logKey: Ed25519.PublicKey, replyKey: Ed25519.PublicKey, tlsPin: [UInt8]
    ) -> [UInt8] {
        precondition(tlsPin.isEmpty || tlsPin.count == SHA256.size, "a TLS pin is a SHA-256 hash, or absent")
        let message = Array("COFFER/ENROL/v01".utf8) + vault.bytes + logKey.bytes + replyKey.bytes + tlsPin
        return Array(BLAKE2b.hash(message, size: 32).prefix(commitmentSize))
    }

    /// 32 bytes: keyed BLAKE2b-256 over `COFFER/ENROLMAC/v01` ‖ vault (16) ‖ invitation (10, ASCII) ‖ raw key (32).
    ///
    /// The ten bytes of secret are hashed to a key of their own domain first, because BLAKE2b in libsodium takes no key
    /// below 16 bytes. Each secret authenticates one message.
    public borrowing func mac(vault: VaultID, kid: KeyID) -> [UInt8] {
        let key = BLAKE2b.hashToSecret(secret, prefix: Array("COFFER/ENROLKEY/v01".utf8), size: 32)
        let message =
            Array("COFFER/ENROLMAC/v01".utf8) + vault.bytes + Array(invitation.text.utf8) + kid.rawKey
        return BLAKE2b.mac(message, key: key, size: 32)
    }

    /// Whether `mac` authenticates this key for this vault and invitation. In constant time.
    public borrowing func accepts(mac: [UInt8], vault: VaultID, kid: KeyID) -> Bool {
        ConstantTime.equal(self.mac(vault: vault, kid: kid), mac)
    }

    // MARK: - As text

    /// The code to be read aloud: upper case, hyphens between groups of five. Contains the secret: show it once, to the
    /// one who invites.
    public borrowing func exposeText() -> String {
        let digits =
            invitation.digits + EnrolmentDigits.digits(of: secret.exposeBytes())
            + EnrolmentDigits.digits(of: commitment)
        return EnrolmentDigits.text(digits + EnrolmentDigits.check(digits))
    }

    /// Reads a code in either case, with or without hyphens and spaces, with o, i and l for 0, 1 and 1.
    public init(_ text: String) throws(Problem) {
        let digits = try EnrolmentDigits.digits(in: text)
        let (payload, check) = (Array(digits[..<42]), Array(digits[42...]))
        guard EnrolmentDigits.check(payload) == check else { throw .check }
        var secret = EnrolmentDigits.bytes(of: payload[10..<26])
        self.init(
            invitation: InvitationID(digits: payload[..<10]), secret: SecretBytes(wiping: &secret),
            commitment: EnrolmentDigits.bytes(of: payload[26..<42]))
    }
}
