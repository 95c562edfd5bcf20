import Primitives
import VaultModel

/// What a keyring archive keeps of `vault.seal`: who rules the vault, how it is recovered, and what it was made as. Pins of
/// keys, certificate and registry are made anew with the vault. A drill host's recipient stays behind: whoever brings a vault
/// back after a theft says anew who may read its structure.
///
/// ```
///  0  2 format = 1     2  1 profile     3 16 vault id     19  8 incarnation    27  8 created, ms
/// 35 32 policy pin    67 32 authority key  99 32 log key
/// then recipients, recovery set and confirmed sets as in `vault.seal`
/// ```
extension SealFacts {
    /// The facts' bytes in a keyring archive.
    public func encodeForArchive() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(UInt16(1))
        bytes.append(profile.rawValue)
        bytes += vault.bytes
        bytes.appendLittleEndian(incarnation)
        bytes.appendLittleEndian(UInt64(createdAtMilliseconds))
        bytes += policyPin + authority.rawKey + logKey.bytes
        bytes += SealFileCodec.encode(recipients: recoveryRecipients)
        bytes += SealFileCodec.encode(recovery)
        return bytes + SealFileCodec.encode(confirmedSets: confirmedSets.filter { $0 == recovery?.set.id })
    }

    /// Reads what `encodeForArchive` gave. What it leaves out is zero, and must be set before a seal is made of it.
    public init(parsingArchive bytes: [UInt8]) throws(SealFileError) {
        var reader = SealFileReader(bytes)
        guard try reader.uint16() == 1 else { throw .version }
        guard let profile = VaultProfile(rawValue: try reader.uint8()),
            let vault = VaultID(try reader.bytes(VaultID.size))
        else { throw .malformed }
        let incarnation = try reader.uint64()
        let created = try reader.uint64()
        let policyPin = try reader.bytes(32)
        guard let authority = Ed25519.PublicKey(try reader.bytes(32)),
            let logKey = Ed25519.PublicKey(try reader.bytes(32)), created <= UInt64(Int64.max), incarnation > 0
        else { throw .malformed }
        let unset = [UInt8](repeating: 0, count: 32)
        self.init(
            vault: vault, profile: profile, createdAtMilliseconds: Int64(created), registryHash: unset,
            policyPin: policyPin, authority: KeyID(authority), logKey: logKey, replyKey: logKey, tlsPin: unset)
        self.incarnation = incarnation
        recoveryRecipients = try SealFileCodec.parseRecipients(&reader)
        recovery = try SealFileCodec.parseRecovery(&reader)
        confirmedSets = try SealFileCodec.parseConfirmedSets(&reader)
        guard reader.remaining == 0, isWellFormed else { throw .malformed }
    }
}

extension RecoveryFacts {
    /// The bytes that `vault.seal` and a manifest have of it.
    public func encode() -> [UInt8] { SealFileCodec.encode(self) }

    /// Nil for anything that `encode` does not give.
    public init?(parsing bytes: [UInt8]) {
        var reader = SealFileReader(bytes)
        guard let facts = try? SealFileCodec.parseRecovery(&reader), reader.remaining == 0, facts.isWellFormed else {
            return nil
        }
        self = facts
    }
}
