extension ShareError {
    /// What is wrong with the card, and what to do: one line for the person who holds it. Nothing of the share.
    public var hint: String {
        switch self {
        case .unreadable: "this is no card, or a letter is wrong: compare it with the paper, four letters at a time"
        case .version: "this card was made by a later version of Coffer: update this one"
        case .purpose(.recovery):
            "this is a recovery card: it opens archives, not the vault; cards for unsealing begin with cofferu1"
        case .purpose(.unsealing):
            "this is a card for unsealing; recovery cards begin with cofferr1"
        case .foreignSet:
            "this card belongs to another set: of another vault, or of one that coffer keys reshare has replaced"
        case .index: "a card with this number was never made for this set"
        case .mistyped(let index):
            "card \(index) is not as it was made: compare it with the paper; cards given before are kept"
        case .duplicate(let index): "card \(index) was given already; another card of the set is needed"
        case .scalar: "the number on this card is none that a share can be: Coffer did not make it"
        case .tooFew(let have, let need):
            "\(have) \(have == 1 ? "card was" : "cards were") given, \(need) are needed"
        case .wrongSecret: "these cards are as they were made, and open nothing: vault.seal was changed"
        }
    }

    /// What kind of refusal it is.
    public enum Kind: Sendable {
        /// No card at all: malformed input.
        case malformed
        /// A card, and the wrong one.
        case denied
        /// The same card twice.
        case repeated
        /// The vault's own files do not fit its cards.
        case damaged
    }

    public var kind: Kind {
        switch self {
        case .unreadable, .version, .scalar, .tooFew: .malformed
        case .purpose, .foreignSet, .index, .mistyped: .denied
        case .duplicate: .repeated
        case .wrongSecret: .damaged
        }
    }
}
