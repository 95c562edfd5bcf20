@testable import Wire

extension SampleMessages {
    static let cardSet = CardSet(
        set: "0123456789abcdef", needed: 2, cards: 3, fingerprints: [1, 2, 3], commitment: [4, 5], confirmed: false)
    private static let slot = KeySlot(id: 2, kind: "shares", name: "0123456789abcdef")

    static let keys: [SampleMessage] = [
        SampleMessage(UnsealWithCard.Request(card: Sensitive("cofferu1…"), checkpoint: "note")),
        SampleMessage(
            UnsealWithCard.Reply(state: .sealed, set: "0123456789abcdef", given: 1, needed: 2, card: 3)),
        SampleMessage(
            GetKeys.Reply(
                slots: [slot], sets: [cardSet],
                recovery: [
                    RecoveryState(
                        set: cardSet, recipient: "age1qq", signingKey: [1], certificate: [2], canary: [3])
                ], generation: 4, keys: [KeyEntry(kind: "keyring", id: 2, status: "enabled", created: 5, due: 6)],
                runs: [RotationRun(rotation: "krk", state: "running", done: 3, total: 4)])),
        SampleMessage(ConfirmCards.Request(set: "0123456789abcdef", proof: [1])),
        SampleMessage(AddSlot.Request(kind: "passphrase", secret: Sensitive("correct horse"))),
        SampleMessage(RemoveSlot.Request(id: 2)),
        SampleMessage(
            Reshare.Request(
                set: cardSet, material: Sensitive("AAAA"), kept: [Reshare.Kept(id: 1, secret: Sensitive("p"))])),
        SampleMessage(RecoverAuthority.Request(block: block, statement: block)),
        SampleMessage(
            RecoverOwner.Request(
                word: .init(block: block, statement: block), name: "李娜", enrolment: block, root: block)),
        SampleMessage(
            RecoveryReply(
                recovery: [
                    RecoveryState(set: cardSet, recipient: "age1qq", signingKey: [1], certificate: [2], canary: [3])
                ], earlier: [kid])),
        SampleMessage(RecoverAuthority.Reply(authority: kid)),
        SampleMessage(SlotsReply(slots: [slot])),
    ]
}
