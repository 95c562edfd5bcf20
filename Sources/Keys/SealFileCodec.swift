internal import Primitives
internal import VaultModel

/// The byte layout of `vault.seal`, integers little-endian.
///
/// ```
///   0  8 "COFFSEAL"            8  2 format = 1         10  1 profile          11  1 flags, see below
///  12  4 length of the file   16 16 vault id           32  8 incarnation      40  8 generation
///  48  8 created, ms          56 32 registry hash      88 32 policy pin      120 32 authority key
/// 152 32 log key             184 32 reply key         216 32 TLS pin         248  2 number of slots
/// then each slot (see PassphraseSlot, ShareSlot, HostKeySlot) · u16 number of recipients, each u16 length and text
/// · u8 whether there is a recovery set, then u8 k, u8 n, 8 set id, 16n fingerprints, 32 signing key, 64 certificate,
/// u16 length and canary · u8 number of confirmed sets, each 8
/// · where the flags say so: u16 length and text of a drill host's recipient · u32 length and wrapped keyset · 32 BLAKE2b-256(kdf(RK,1,"CFsealmc"), all bytes before)
/// ```
/// Flags: bit 0 hold, bit 1 there is a drill host's recipient. A file without one is as it was before there were any.
enum SealFileCodec {
    static let magic = Array("COFFSEAL".utf8)
    static let format: UInt16 = 1
    static let macSize = 32
    private static let fixedSize = 250
    private static let isHeld: UInt8 = 1
    private static let hasDrillRecipient: UInt8 = 2

    static func encode(_ file: SealFile) -> [UInt8] { authenticated(file) + file.mac }

    static func mac(of file: SealFile, root: RootKey) -> [UInt8] {
        BLAKE2b.mac(authenticated(file), key: root.sealMAC)
    }

    /// All bytes before the MAC.
    private static func authenticated(_ file: SealFile) -> [UInt8] {
        let facts = file.facts
        var tail: [UInt8] = []
        tail.appendLittleEndian(UInt16(file.slots.count))
        for slot in file.slots { tail += slot.bytes }
        tail += encode(recipients: facts.recoveryRecipients)
        tail += encode(facts.recovery)
        tail += encode(confirmedSets: facts.confirmedSets)
        if !facts.drillRecipient.isEmpty { tail += encode(text: facts.drillRecipient) }
        tail.appendLittleEndian(UInt32(file.wrappedKeyset.count))
        tail += file.wrappedKeyset

        var bytes = magic
        bytes.appendLittleEndian(format)
        bytes.append(facts.profile.rawValue)
        bytes.append((facts.isHeld ? isHeld : 0) | (facts.drillRecipient.isEmpty ? 0 : hasDrillRecipient))
        bytes.appendLittleEndian(UInt32(fixedSize - 2 + tail.count + macSize))
        bytes += facts.vault.bytes
        bytes.appendLittleEndian(facts.incarnation)
        bytes.appendLittleEndian(facts.generation)
        bytes.appendLittleEndian(UInt64(facts.createdAtMilliseconds))
        bytes += facts.registryHash + facts.policyPin + facts.authority.rawKey
        bytes += facts.logKey.bytes + facts.replyKey.bytes + facts.tlsPin
        return bytes + tail
    }

    static func parse(_ bytes: [UInt8]) throws(SealFileError) -> SealFile {
        guard bytes.starts(with: magic) else { throw .notASealFile }
        var reader = SealFileReader(bytes)
        _ = try reader.bytes(magic.count)
        guard try reader.uint16() == format else { throw .version }
        return try parse(&reader, length: bytes.count)
    }

    private static func parse(_ reader: inout SealFileReader, length: Int) throws(SealFileError) -> SealFile {
        guard length <= SealFile.largestBytes, let profile = VaultProfile(rawValue: try reader.uint8())
        else { throw .malformed }
        let flags = try reader.uint8()
        guard flags <= isHeld | hasDrillRecipient, Int(try reader.uint32()) == length else { throw .malformed }
        guard let vault = VaultID(try reader.bytes(VaultID.size)) else { throw .malformed }
        let incarnation = try reader.uint64()
        let generation = try reader.uint64()
        let created = try reader.uint64()
        let registryHash = try reader.bytes(32)
        let policyPin = try reader.bytes(32)
        guard let authority = Ed25519.PublicKey(try reader.bytes(32)),
            let logKey = Ed25519.PublicKey(try reader.bytes(32)),
            let replyKey = Ed25519.PublicKey(try reader.bytes(32))
        else { throw .malformed }
        let tlsPin = try reader.bytes(32)
        guard created <= UInt64(Int64.max) else { throw .malformed }
        var facts = SealFacts(
            vault: vault, profile: profile, createdAtMilliseconds: Int64(created), registryHash: registryHash,
            policyPin: policyPin, authority: KeyID(authority), logKey: logKey, replyKey: replyKey, tlsPin: tlsPin)
        facts.incarnation = incarnation
        facts.generation = generation
        facts.isHeld = flags & isHeld != 0

        let slots = try parseSlots(&reader, profile: profile)
        facts.recoveryRecipients = try parseRecipients(&reader)
        facts.recovery = try parseRecovery(&reader)
        facts.confirmedSets = try parseConfirmedSets(&reader)
        if flags & hasDrillRecipient != 0 {
            facts.drillRecipient = try parseText(&reader)
            guard !facts.drillRecipient.isEmpty else { throw .malformed }
        }
        let keysetCount = Int(try reader.uint32())
        guard (EnvelopeLayout.smallest...EnvelopeLayout.largest).contains(keysetCount) else {
            throw .malformed
        }
        let keyset = try reader.bytes(keysetCount)
        let mac = try reader.bytes(macSize)
        guard reader.remaining == 0, facts.isWellFormed else { throw .malformed }
        let file = SealFile(facts: facts, slots: slots, wrappedKeyset: keyset, mac: mac)
        guard facts.confirmedSets.allSatisfy(file.hasSet) else { throw .malformed }
        return file
    }

    private static func parseSlots(
        _ reader: inout SealFileReader, profile: VaultProfile
    ) throws(SealFileError) -> [Slot] {
        let count = Int(try reader.uint16())
        guard (1...SealFile.largestSlotCount).contains(count) else { throw .malformed }
        var slots: [Slot] = []
        for _ in 0..<count {
            let id = try reader.uint16()
            guard id > slots.last?.id ?? 0, let kind = Slot.Kind(rawValue: try reader.uint8()) else {
                throw .malformed
            }
            switch kind {
            case .passphrase: slots.append(.passphrase(try PassphraseSlot.parse(&reader, id: id, profile: profile)))
            case .shares: slots.append(.shares(try ShareSlot.parse(&reader, id: id, profile: profile)))
            case .hostKey: slots.append(.hostKey(try HostKeySlot.parse(&reader, id: id, profile: profile)))
            }
        }
        return slots
    }

    static func parseRecipients(_ reader: inout SealFileReader) throws(SealFileError) -> [String] {
        let count = Int(try reader.uint16())
        guard count <= SealFile.largestRecipientCount else { throw .malformed }
        var recipients: [String] = []
        for _ in 0..<count { recipients.append(try parseText(&reader)) }
        return recipients
    }

    private static func parseText(_ reader: inout SealFileReader) throws(SealFileError) -> String {
        let length = Int(try reader.uint16())
        guard let text = String(validating: try reader.bytes(length), as: UTF8.self) else { throw .malformed }
        return text
    }
}

// MARK: - Recovery

extension SealFileCodec {
    static func encode(recipients: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(UInt16(recipients.count))
        for recipient in recipients { bytes += encode(text: recipient) }
        return bytes
    }

    private static func encode(text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(UInt16(text.utf8.count))
        return bytes + Array(text.utf8)
    }

    static func encode(confirmedSets: [[UInt8]]) -> [UInt8] {
        [UInt8(confirmedSets.count)] + confirmedSets.flatMap { $0 }
    }

    static func encode(_ recovery: RecoveryFacts?) -> [UInt8] {
        guard let recovery else { return [0] }
        let set = recovery.set
        var bytes: [UInt8] = [1, set.threshold, set.count]
        bytes += set.id + set.fingerprints.flatMap { $0 } + recovery.signingKey.bytes + recovery.certificate
        bytes.appendLittleEndian(UInt16(recovery.canary.count))
        return bytes + recovery.canary
    }

    static func parseRecovery(
        _ reader: inout SealFileReader
    ) throws(SealFileError) -> RecoveryFacts? {
        switch try reader.uint8() {
        case 0: return nil
        case 1: break
        default: throw .malformed
        }
        let (threshold, count) = (try reader.uint8(), try reader.uint8())
        let set = try reader.shareSet(.recovery, threshold: threshold, count: count)
        guard let key = Ed25519.PublicKey(try reader.bytes(32)) else { throw .malformed }
        let certificate = try reader.bytes(Ed25519.signatureSize)
        return RecoveryFacts(
            set: set, signingKey: key, certificate: certificate, canary: try reader.slotEnvelope())
    }

    static func parseConfirmedSets(_ reader: inout SealFileReader) throws(SealFileError) -> [[UInt8]] {
        let count = Int(try reader.uint8())
        guard count <= SealFacts.largestConfirmedCount else { throw .malformed }
        var sets: [[UInt8]] = []
        for _ in 0..<count { sets.append(try reader.bytes(ShareSet.idSize)) }
        return sets
    }
}
