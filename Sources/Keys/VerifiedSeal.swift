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
        try create(facts, keyset: keyset, root: root, slots: [.passphrase(HeldSecret(passphrase.clone()), cost: cost)])
    }

    /// The seal of a new vault with slots of any kind, at least one.
    public static func create(
        _ facts: SealFacts, keyset: Keyset, root: RootKey, slots secrets: [SlotSecret]
    ) throws(UnsealError) -> VerifiedSeal {
        let slots = try Self.slots(secrets, after: 0, facts, root)
        return make(
            facts, slots: slots,
            wrappedKeyset: keyset.seal(vault: facts.vault, generation: facts.generation, root: root), root: root)
    }

    /// Slots with ids above `last`, in their order.
    private static func slots(
        _ secrets: [SlotSecret], after last: UInt16, _ facts: SealFacts, _ root: RootKey
    ) throws(UnsealError) -> [Slot] {
        precondition(!secrets.isEmpty, "a vault without a slot never opens")
        var slots: [Slot] = []
        for secret in secrets {
            slots.append(
                try secret.slot(
                    id: last + UInt16(slots.count) + 1, vault: facts.vault, profile: facts.profile, root: root))
        }
        return slots
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
        try addingSlot(.passphrase(HeldSecret(passphrase.clone()), cost: cost))
    }

    /// The next generation with one more slot of any kind. The new one is the last.
    public func addingSlot(_ secret: SlotSecret) throws(SlotChangeError) -> VerifiedSeal {
        guard file.slots.count < SealFile.largestSlotCount else { throw .full }
        let slot = try newSlots([secret], root)
        return next(facts, slots: file.slots + slot, wrappedKeyset: file.wrappedKeyset)
    }

    /// The next generation with another passphrase in place of a slot's. The new slot has an id of its own. Takes the
    /// slot's time and memory.
    public func replacingSlot(
        _ id: UInt16, passphrase: borrowing SecretBytes, cost: PassphraseCost? = nil
    ) throws(SlotChangeError) -> VerifiedSeal {
        guard file.slots.contains(where: { $0.id == id }) else { throw .unknownSlot }
        let slot = try newSlots([.passphrase(HeldSecret(passphrase.clone()), cost: cost)], root)
        return next(
            facts, slots: file.slots.filter { $0.id != id } + slot, wrappedKeyset: file.wrappedKeyset)
    }

    /// The next generation without one slot. The last one stays: without it the vault would never open again.
    public func removingSlot(_ id: UInt16) throws(SlotChangeError) -> VerifiedSeal {
        let kept = file.slots.filter { $0.id != id }
        guard kept.count < file.slots.count else { throw .unknownSlot }
        guard !kept.isEmpty else { throw .lastSlot }
        return next(facts, slots: kept, wrappedKeyset: file.wrappedKeyset)
    }

    /// The next generation under another root key, with this passphrase's slot alone: whoever knew another one of the
    /// old file's is shut out. Takes the slot's time and memory.
    public func replacing(
        root: RootKey, passphrase: borrowing SecretBytes, cost: PassphraseCost? = nil
    ) throws(SlotChangeError) -> VerifiedSeal {
        try replacing(root: root, slots: [.passphrase(HeldSecret(passphrase.clone()), cost: cost)])
    }

    /// The next generation under another root key, with these slots and no other. All of them have new ids.
    public func replacing(root: RootKey, slots secrets: [SlotSecret]) throws(SlotChangeError) -> VerifiedSeal {
        guard secrets.count <= SealFile.largestSlotCount else { throw .full }
        let keyset: Keyset
        do { keyset = try self.keyset() } catch { throw .keyset(error) }
        let slots = try newSlots(secrets, root)
        var facts = facts
        facts.generation += 1
        return Self.make(
            facts, slots: slots,
            wrappedKeyset: keyset.seal(vault: facts.vault, generation: facts.generation, root: root), root: root)
    }

    /// Slots with ids above all others.
    private func newSlots(_ secrets: [SlotSecret], _ root: RootKey) throws(SlotChangeError) -> [Slot] {
        guard let last = file.slots.last?.id, Int(last) + secrets.count <= Int(UInt16.max) else { throw .full }
        do { return try Self.slots(secrets, after: last, facts, root) } catch { throw .unseal(error) }
    }

    private func next(_ facts: SealFacts, slots: [Slot], wrappedKeyset: [UInt8]) -> VerifiedSeal {
        var facts = facts
        facts.generation = file.facts.generation + 1
        return Self.make(facts, slots: slots, wrappedKeyset: wrappedKeyset, root: root)
    }

    private static func make(
        _ facts: SealFacts, slots: [Slot], wrappedKeyset: [UInt8], root: RootKey
    ) -> VerifiedSeal {
        var facts = facts
        // What was confirmed of a set goes with the set.
        let sets = SealFile(facts: facts, slots: slots, wrappedKeyset: [], mac: [])
        facts.confirmedSets = facts.confirmedSets.filter(sets.hasSet)
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
    /// The slot's passphrase, cost, cards or key were refused.
    case unseal(UnsealError)
    /// The file's own keyset does not open.
    case keyset(KeysetOpenError)
}
