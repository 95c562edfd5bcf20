internal import Primitives

/// Whether a certain slot opens: before a new root key takes the place of the old one.
extension SealFile {
    /// Throws unless `key` opens this slot and no other will do. A passphrase takes its time and memory.
    public func require(_ key: UnsealKey, opens id: UInt16) throws(UnsealError) {
        let slot = slots.first { $0.id == id }
        switch (slot, key) {
        case (.passphrase(let slot)?, .passphrase(let passphrase)):
            _ = try slot.open(vault: facts.vault, profile: facts.profile, passphrase: passphrase.bytes)
        case (.shares(let slot)?, .shares(let set, let secret)):
            guard set == slot.set.id,
                try slot.open(vault: facts.vault, profile: facts.profile, secret: secret.value) != nil
            else { throw .wrongShares }
        case (.hostKey(let slot)?, .hostKey(let key)):
            guard try slot.open(vault: facts.vault, profile: facts.profile, key: key.bytes) != nil else {
                throw .wrongKey
            }
        default: throw .wrongKey
        }
    }

    /// Reads the file's own bytes again and opens the slot of a set of cards, by the 64 bytes that its secret gives.
    public func readBack(set: [UInt8], material: [UInt8]) throws(UnsealError) {
        guard let file = try? SealFile.parse(bytes), let slot = file.shareSlots.first(where: { $0.set.id == set }),
            let root = try slot.open(vault: facts.vault, material: SecretBytes(copying: material)),
            let seal = try? file.verify(with: root), (try? seal.keyset()) != nil
        else { throw .integrity }
    }
}
