internal import Primitives
public import VaultModel

/// The keyset as it lies in `vault.seal`: one envelope under `kdf(RK,1,"CFkeyset")`.
///
/// ```
/// 0  2  format = 1
/// 2  2  count n, at most 512
/// 4  6n each entry, ascending by kind and id: kind u8, status u8, id u32
///       then the 32 bytes of each key that is not destroyed, in the same order
/// ```
extension Keyset {
    static let format: UInt16 = 1
    private static let preambleSize = 4
    private static let entrySize = 6

    /// The wrapped keyset. Its rev is the generation of the seal file it is written into.
    public func seal(vault: VaultID, generation: UInt64, root: RootKey) -> [UInt8] {
        KeyWrap(domain: .keyset, vault: vault)
            .wrap(serialise(), revision: generation, under: root.keysetWrap)
    }

    /// Opens a wrapped keyset. `generation` is that of the seal file, which may be later than the keyset's own.
    public static func open(
        _ envelope: [UInt8], vault: VaultID, generation: UInt64, root: RootKey
    ) throws(KeysetOpenError) -> Keyset {
        let secret: SecretBytes
        do {
            secret = try KeyWrap(domain: .keyset, vault: vault)
                .unwrap(envelope, revision: nil, count: nil, under: root.keysetWrap)
        } catch { throw .envelope(error) }
        guard let revision = Envelope.revision(of: envelope), revision <= generation else {
            throw .envelope(.revision)
        }
        do { return try Keyset(deserialising: secret) } catch { throw .keyset(error) }
    }

    /// The plaintext of the envelope.
    func serialise() -> SecretBytes { Self.serialise(entries) }

    static func serialise(_ entries: [KeysetEntry]) -> SecretBytes {
        let size = Self.preambleSize + entries.count * (Self.entrySize + KeyMaterial.size)
        var bytes: [UInt8] = []
        // Enough from the start: growing would leave copies of keys behind.
        bytes.reserveCapacity(size)
        bytes.appendLittleEndian(Self.format)
        bytes.appendLittleEndian(UInt16(entries.count))
        for entry in entries {
            bytes.append(entry.kind.rawValue)
            bytes.append(entry.status.rawValue)
            bytes.appendLittleEndian(entry.id)
        }
        for entry in entries {
            entry.material?.secret.withBytes { span in
                for index in 0..<span.byteCount {
                    bytes.append(unsafe span.unsafeLoad(fromByteOffset: index, as: UInt8.self))
                }
            }
        }
        return SecretBytes(wiping: &bytes)
    }

    /// Only the preamble and the entries' public parts leave locked memory.
    convenience init(deserialising secret: borrowing SecretBytes) throws(KeysetError) {
        try self.init(entries: Self.entries(in: secret))
    }

    static func entries(in secret: borrowing SecretBytes) throws(KeysetError) -> [KeysetEntry] {
        guard secret.count >= Self.preambleSize else { throw .malformed }
        let preamble = secret.slice(0..<Self.preambleSize).exposeBytes()
        let format: UInt16 = preamble.littleEndian(at: 0)
        let count = Int(preamble.littleEndian(at: 2, as: UInt16.self))
        guard format == Self.format, count <= Self.largestCount else { throw .malformed }
        var offset = Self.preambleSize + count * Self.entrySize
        guard secret.count >= offset else { throw .malformed }
        let list = secret.slice(Self.preambleSize..<offset).exposeBytes()
        var entries: [KeysetEntry] = []
        for start in stride(from: 0, to: list.count, by: Self.entrySize) {
            guard let kind = KeysetEntry.Kind(rawValue: list[start]),
                let status = KeysetEntry.Status(rawValue: list[start + 1])
            else { throw .malformed }
            var material: KeyMaterial?
            if status != .destroyed {
                guard secret.count - offset >= KeyMaterial.size else { throw .malformed }
                material = KeyMaterial(secret.slice(offset..<offset + KeyMaterial.size))
                offset += KeyMaterial.size
            }
            let entry = KeysetEntry(
                kind: kind, id: list.littleEndian(at: start + 2), status: status, material: material)
            if let last = entries.last, last.identity >= entry.identity { throw .malformed }
            entries.append(entry)
        }
        guard offset == secret.count else { throw .malformed }
        return entries
    }
}

/// Why a wrapped keyset did not open.
public enum KeysetOpenError: Error, Equatable, Sendable {
    case envelope(EnvelopeError)
    /// The envelope is authentic, its content is no keyset of this version.
    case keyset(KeysetError)
}
