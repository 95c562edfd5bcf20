public import Primitives

/// `vault.seal` as read from the disk: well-formed, its slots' costs within bounds, **not yet verified**.
///
/// `docs/seal-file.md` has the byte layout. Only `verify(with:)` gives a `VerifiedSeal`, whose facts can be relied on.
public struct SealFile: Equatable, Sendable {
    public static let largestBytes = 131_072
    public static let largestSlotCount = 8
    static let largestRecipientCount = 8

    public let facts: SealFacts
    /// At least one, ascending by id.
    public let slots: [Slot]
    let wrappedKeyset: [UInt8]
    let mac: [UInt8]

    /// Strict: one encoding for one content, nothing after the MAC.
    public static func parse(_ bytes: [UInt8]) throws(SealFileError) -> SealFile {
        try SealFileCodec.parse(bytes)
    }

    /// The bytes of the file.
    public var bytes: [UInt8] { SealFileCodec.encode(self) }

    /// Tries what was presented on each slot of its kind. A passphrase takes each slot's time and memory: not on a thread
    /// that others wait for. What is wrong is told from a damaged file by the commitment, without the file's MAC.
    public func rootKey(_ key: UnsealKey) throws(UnsealError) -> RootKey {
        switch key {
        case .passphrase(let passphrase): return try rootKey(passphrase: passphrase.bytes)
        case .shares(let set, let secret):
            for case .shares(let slot) in slots where slot.set.id == set {
                if let root = try slot.open(vault: facts.vault, profile: facts.profile, secret: secret.value) {
                    return root
                }
            }
            throw .wrongShares
        case .hostKey(let key):
            for case .hostKey(let slot) in slots {
                if let root = try slot.open(vault: facts.vault, profile: facts.profile, key: key.bytes) { return root }
            }
            throw .wrongKey
        }
    }

    /// The same with a passphrase.
    public func rootKey(passphrase: borrowing SecretBytes) throws(UnsealError) -> RootKey {
        for case .passphrase(let slot) in slots {
            do {
                return try slot.open(vault: facts.vault, profile: facts.profile, passphrase: passphrase)
            } catch .wrongPassphrase {
                continue
            }
        }
        throw .wrongPassphrase
    }

    /// The sets of cards that unseal.
    public var shareSlots: [ShareSlot] {
        slots.compactMap { if case .shares(let slot) = $0 { slot } else { nil } }
    }

    /// Whether a set's id is that of a slot or of the recovery cards.
    func hasSet(_ id: [UInt8]) -> Bool {
        facts.recovery?.set.id == id || shareSlots.contains { $0.set.id == id }
    }

    /// Checks the MAC. Only this makes the facts trustworthy.
    public func verify(with root: RootKey) throws(SealFileError) -> VerifiedSeal {
        let expected = SealFileCodec.mac(of: self, root: root)
        guard ConstantTime.equal(mac, expected) else { throw .mac }
        return VerifiedSeal(file: self, root: root)
    }

    /// Printable ASCII without blanks, 1 to 128 characters: the text form of an age recipient.
    static func isRecipient(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}

/// Why bytes are not a seal file, or not the vault's.
public enum SealFileError: Error, Equatable, Sendable {
    /// Not the magic number of a seal file.
    case notASealFile
    /// A format version this broker does not know.
    case version
    /// Ends early, has bytes left over, or holds a value outside its range.
    case malformed
    /// A slot of another profile, or one that costs more or less than the profile accepts.
    case slotCost
    /// The MAC differs: the file was edited, or belongs to another root key.
    case mac
}
