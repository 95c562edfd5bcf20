internal import Primitives
internal import VaultModel

/// The byte layout of `vault.seal`, integers little-endian.
///
/// ```
///   0  8 "COFFSEAL"            8  2 format = 1         10  1 profile          11  1 flags: bit 0 hold
///  12  4 length of the file   16 16 vault id           32  8 incarnation      40  8 generation
///  48  8 created, ms          56 32 registry hash      88 32 policy pin      120 32 authority key
/// 152 32 log key             184 32 reply key         216 32 TLS pin         248  2 number of slots
/// then each slot (see PassphraseSlot) · u16 number of recipients, each u16 length and text
/// · u32 length and wrapped keyset · 32 BLAKE2b-256(kdf(RK,1,"CFsealmc"), all bytes before)
/// ```
enum SealFileCodec {
    static let magic = Array("COFFSEAL".utf8)
    static let format: UInt16 = 1
    static let macSize = 32
    private static let fixedSize = 250

    static func encode(_ file: SealFile) -> [UInt8] { authenticated(file) + file.mac }

    static func mac(of file: SealFile, root: RootKey) -> [UInt8] {
        BLAKE2b.mac(authenticated(file), key: root.sealMAC)
    }

    /// All bytes before the MAC.
    private static func authenticated(_ file: SealFile) -> [UInt8] {
        let facts = file.facts
        var tail: [UInt8] = []
        tail.appendLittleEndian(UInt16(file.slots.count))
        for slot in file.slots {
            tail += PassphraseSlot.header(id: slot.id, profile: slot.profile, cost: slot.cost)
            tail += slot.salt
            tail += slot.commitment
            tail.appendLittleEndian(UInt16(slot.envelope.count))
            tail += slot.envelope
        }
        tail.appendLittleEndian(UInt16(facts.recoveryRecipients.count))
        for recipient in facts.recoveryRecipients {
            tail.appendLittleEndian(UInt16(recipient.utf8.count))
            tail += Array(recipient.utf8)
        }
        tail.appendLittleEndian(UInt32(file.wrappedKeyset.count))
        tail += file.wrappedKeyset

        var bytes = magic
        bytes.appendLittleEndian(format)
        bytes.append(facts.profile.rawValue)
        bytes.append(facts.isHeld ? 1 : 0)
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
        guard flags <= 1, Int(try reader.uint32()) == length else { throw .malformed }
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
        facts.isHeld = flags == 1

        let slots = try parseSlots(&reader, profile: profile)
        facts.recoveryRecipients = try parseRecipients(&reader)
        let keysetCount = Int(try reader.uint32())
        guard (EnvelopeLayout.smallest...EnvelopeLayout.largest).contains(keysetCount) else {
            throw .malformed
        }
        let keyset = try reader.bytes(keysetCount)
        let mac = try reader.bytes(macSize)
        guard reader.remaining == 0, facts.isWellFormed else { throw .malformed }
        return SealFile(facts: facts, slots: slots, wrappedKeyset: keyset, mac: mac)
    }

    private static func parseSlots(
        _ reader: inout SealFileReader, profile: VaultProfile
    ) throws(SealFileError) -> [PassphraseSlot] {
        let count = Int(try reader.uint16())
        guard (1...SealFile.largestSlotCount).contains(count) else { throw .malformed }
        var slots: [PassphraseSlot] = []
        for _ in 0..<count {
            let id = try reader.uint16()
            guard id > slots.last?.id ?? 0, try reader.uint8() == PassphraseSlot.kind else {
                throw .malformed
            }
            let slotProfile = try reader.uint8()
            let operations = try reader.uint32()
            let memory = try reader.uint64()
            guard slotProfile == profile.rawValue, memory <= UInt64(Int.max) else { throw .slotCost }
            let cost = PassphraseCost(operations: Int(operations), memoryBytes: Int(memory))
            guard profile.accepts(cost) else { throw .slotCost }
            let salt = try reader.bytes(PasswordHash.saltSize)
            let commitment = try reader.bytes(32)
            let envelopeCount = Int(try reader.uint16())
            guard (EnvelopeLayout.smallest...PassphraseSlot.largestEnvelope).contains(envelopeCount) else {
                throw .malformed
            }
            slots.append(
                PassphraseSlot(
                    id: id, profile: profile, cost: cost, salt: salt, commitment: commitment,
                    envelope: try reader.bytes(envelopeCount)))
        }
        return slots
    }

    private static func parseRecipients(_ reader: inout SealFileReader) throws(SealFileError) -> [String] {
        let count = Int(try reader.uint16())
        guard count <= SealFile.largestRecipientCount else { throw .malformed }
        var recipients: [String] = []
        for _ in 0..<count {
            let length = Int(try reader.uint16())
            guard let text = String(validating: try reader.bytes(length), as: UTF8.self) else {
                throw .malformed
            }
            recipients.append(text)
        }
        return recipients
    }
}

/// A `ByteReader` whose one error is the file's.
private struct SealFileReader {
    private var reader: ByteReader

    init(_ bytes: [UInt8]) { reader = ByteReader(bytes) }

    var remaining: Int { reader.remaining }

    mutating func uint8() throws(SealFileError) -> UInt8 {
        do { return try reader.readUInt8() } catch { throw .malformed }
    }

    mutating func uint16() throws(SealFileError) -> UInt16 {
        do { return try reader.readUInt16() } catch { throw .malformed }
    }

    mutating func uint32() throws(SealFileError) -> UInt32 {
        do { return try reader.readUInt32() } catch { throw .malformed }
    }

    mutating func uint64() throws(SealFileError) -> UInt64 {
        do { return try reader.readUInt64() } catch { throw .malformed }
    }

    mutating func bytes(_ count: Int) throws(SealFileError) -> [UInt8] {
        do { return try reader.readBytes(count) } catch { throw .malformed }
    }
}
