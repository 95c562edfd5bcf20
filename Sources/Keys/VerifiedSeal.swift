public import Primitives

/// A `vault.seal` whose MAC has been checked, with the root key that checked it.
///
/// Every change gives a new file, one generation later. After each one the caller replaces the old file atomically and
/// notes the generation in `anchor`, which tolerates one generation more than it names and no second one.
public struct VerifiedSeal: Sendable {
    public let file: SealFile
    public let root: RootKey

    public var facts: SealFacts { file.facts }
    /// The bytes to write.
    public var bytes: [UInt8] { file.bytes }

    /// Only `SealFile.verify` and this file's functions make one.
    init(file: SealFile, root: RootKey) {
        self.file = file
        self.root = root
    }

    /// The seal of a new vault, with one passphrase slot. Takes the slot's time and memory.
    ///
    /// `facts.logKey` and `facts.replyKey` are the keyset's.
    public static func create(
        _ facts: SealFacts, keyset: Keyset, root: RootKey, passphrase: borrowing SecretBytes,
        cost: PassphraseCost? = nil
    ) throws(UnsealError) -> VerifiedSeal {
        let slot = try PassphraseSlot.make(
            id: 1, vault: facts.vault, profile: facts.profile, cost: cost ?? facts.profile.defaultCost,
            passphrase: passphrase, root: root)
        return make(
            facts, slots: [slot],
            wrappedKeyset: keyset.seal(vault: facts.vault, generation: facts.generation, root: root), root: root)
    }

    /// The keyset.
    public func keyset() throws(KeysetOpenError) -> Keyset {
        try Keyset.open(file.wrappedKeyset, vault: facts.vault, generation: facts.generation, root: root)
    }

    /// The next generation with some facts changed, e.g. a hold or a new policy pin.
    public func changing(_ change: (inout SealFacts) -> Void) -> VerifiedSeal {
        var facts = file.facts
        change(&facts)
        return next(facts, slots: file.slots, wrappedKeyset: file.wrappedKeyset)
    }

    /// The next generation with another keyset, whose public keys become the facts', and with other facts changed as
    /// well if need be.
    public func replacing(
        keyset: Keyset, changing change: (inout SealFacts) -> Void = { _ in }
    ) -> VerifiedSeal {
        var facts = file.facts
        change(&facts)
        facts.logKey = keyset.logPublicKey
        facts.replyKey = keyset.replyPublicKey
        return next(
            facts, slots: file.slots,
            wrappedKeyset: keyset.seal(vault: facts.vault, generation: facts.generation + 1, root: root))
    }

    /// The next generation with one more passphrase. Takes the slot's time and memory.
    public func addingSlot(
        passphrase: borrowing SecretBytes, cost: PassphraseCost? = nil
    ) throws(SlotChangeError) -> VerifiedSeal {
        guard file.slots.count < SealFile.largestSlotCount else { throw .full }
        let slot = try newSlot(passphrase, cost, root)
        return next(facts, slots: file.slots + [slot], wrappedKeyset: file.wrappedKeyset)
    }

    /// The next generation with another passphrase in place of a slot's. The new slot has an id of its own. Takes the
    /// slot's time and memory.
    public func replacingSlot(
        _ id: UInt16, passphrase: borrowing SecretBytes, cost: PassphraseCost? = nil
    ) throws(SlotChangeError) -> VerifiedSeal {
        guard file.slots.contains(where: { $0.id == id }) else { throw .unknownSlot }
        let slot = try newSlot(passphrase, cost, root)
        return next(
            facts, slots: file.slots.filter { $0.id != id } + [slot], wrappedKeyset: file.wrappedKeyset)
    }

    /// The next generation without one slot. The last one stays: without it the vault would never open again.
    public func removingSlot(_ id: UInt16) throws(SlotChangeError) -> VerifiedSeal {
        let kept = file.slots.filter { $0.id != id }
        guard kept.count < file.slots.count else { throw .unknownSlot }
        guard !kept.isEmpty else { throw .lastSlot }
        return next(facts, slots: kept, wrappedKeyset: file.wrappedKeyset)
    }

    /// The next generation under another root key, with this passphrase's slot alone: whoever knew another one of the
    /// old file's is shut out. Slots of other holders are added in later generations. Takes the slot's time and memory.
    public func replacing(
        root: RootKey, passphrase: borrowing SecretBytes, cost: PassphraseCost? = nil
    ) throws(SlotChangeError) -> VerifiedSeal {
        let keyset: Keyset
        do { keyset = try self.keyset() } catch { throw .keyset(error) }
        let slot = try newSlot(passphrase, cost, root)
        var facts = facts
        facts.generation += 1
        return Self.make(
            facts, slots: [slot],
            wrappedKeyset: keyset.seal(vault: facts.vault, generation: facts.generation, root: root), root: root)
    }

    /// A slot with an id above all others.
    private func newSlot(
        _ passphrase: borrowing SecretBytes, _ cost: PassphraseCost?, _ root: RootKey
    ) throws(SlotChangeError) -> PassphraseSlot {
        guard let last = file.slots.last?.id, last < UInt16.max else { throw .full }
        do {
            return try PassphraseSlot.make(
                id: last + 1, vault: facts.vault, profile: facts.profile, cost: cost ?? facts.profile.defaultCost,
                passphrase: passphrase, root: root)
        } catch {
            throw .unseal(error)
        }
    }

    private func next(_ facts: SealFacts, slots: [PassphraseSlot], wrappedKeyset: [UInt8]) -> VerifiedSeal {
        var facts = facts
        facts.generation = file.facts.generation + 1
        return Self.make(facts, slots: slots, wrappedKeyset: wrappedKeyset, root: root)
    }

    private static func make(
        _ facts: SealFacts, slots: [PassphraseSlot], wrappedKeyset: [UInt8], root: RootKey
    ) -> VerifiedSeal {
        precondition(facts.isWellFormed, "hashes have 32 bytes, recipients are printable ASCII")
        let unsigned = SealFile(facts: facts, slots: slots, wrappedKeyset: wrappedKeyset, mac: [])
        let file = SealFile(
            facts: facts, slots: slots, wrappedKeyset: wrappedKeyset,
            mac: SealFileCodec.mac(of: unsigned, root: root))
        return VerifiedSeal(file: file, root: root)
    }
}

/// Why the slots could not be changed.
public enum SlotChangeError: Error, Equatable, Sendable {
    /// The file holds as many slots as it may.
    case full
    case unknownSlot
    case lastSlot
    /// The slot's passphrase or cost was refused.
    case unseal(UnsealError)
    /// The file's own keyset does not open.
    case keyset(KeysetOpenError)
}
