internal import Primitives

/// A `ByteReader` whose one error is the file's.
struct SealFileReader {
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

    /// A length and the envelope of a key.
    mutating func slotEnvelope() throws(SealFileError) -> [UInt8] {
        let count = Int(try uint16())
        guard (EnvelopeLayout.smallest...PassphraseSlot.largestEnvelope).contains(count) else { throw .malformed }
        return try bytes(count)
    }

    /// A set's id and fingerprints, whose numbers have been read.
    mutating func shareSet(
        _ purpose: ShareSet.Purpose, threshold: UInt8, count: UInt8
    ) throws(SealFileError) -> ShareSet {
        guard ShareSet.accepts(threshold: threshold, count: count) else { throw .malformed }
        let id = try bytes(ShareSet.idSize)
        var fingerprints: [[UInt8]] = []
        for _ in 0..<count { fingerprints.append(try bytes(ShareSet.fingerprintSize)) }
        guard
            let set = ShareSet(
                purpose: purpose, id: id, threshold: threshold, count: count, fingerprints: fingerprints)
        else { throw .malformed }
        return set
    }
}
