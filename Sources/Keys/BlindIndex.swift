public import Primitives
public import VaultModel

/// One blind index under one generation of its root key: equal values get equal tags, and a tag tells 10 bits.
///
/// Tags are truncated on purpose. A lookup opens all candidates (about 107 of 100,000 at 10 bits) and compares in full;
/// a thief who holds the index key and a list of real numbers is left with as many candidates.
public final class BlindIndex: Sendable {
    /// What makes an index a different one: any change gives unrelated tags.
    public struct Definition: Hashable, Sendable {
        /// The registry's number of the field.
        public var field: UInt16
        /// The registry's number of the index.
        public var index: UInt16
        /// The version of the normalisation that the values have passed.
        public var normaliser: UInt16
        /// 1 to 32; 10 up to 500,000 records, 12 above.
        public var bits: UInt16

        public init(field: UInt16, index: UInt16, normaliser: UInt16, bits: UInt16) {
            precondition((1...32).contains(bits), "a tag has 1 to 32 bits")
            self.field = field
            self.index = index
            self.normaliser = normaliser
            self.bits = bits
        }
    }

    public let definition: Definition
    /// The generation of the root key, stored with each tag.
    public let generation: UInt32
    private let key: SecretBytes

    /// - Parameters:
    ///   - bik: the index root key of this generation, 32 bytes.
    ///   - tenant: zero until one broker serves several chains.
    public init(
        bik: borrowing SecretBytes, generation: UInt32, vault: VaultID, tenant: RecordID = .none,
        definition: Definition
    ) {
        var label = Array("COFFER/BINDX/v01".utf8) + vault.bytes + tenant.bytes
        label.appendLittleEndian(definition.field)
        label.appendLittleEndian(definition.index)
        label.appendLittleEndian(definition.normaliser)
        label.appendLittleEndian(definition.bits)
        key = BLAKE2b.deriveSecret(label, key: bik, size: 32)
        self.generation = generation
        self.definition = definition
    }

    /// The tag of a normalised value: the first bits of its keyed hash.
    public func tag(_ normalised: [UInt8]) -> UInt32 {
        let hash = BLAKE2b.mac(normalised, key: key)
        let word = UInt32(hash[0]) << 24 | UInt32(hash[1]) << 16 | UInt32(hash[2]) << 8 | UInt32(hash[3])
        return word >> (32 - UInt32(definition.bits))
    }
}
