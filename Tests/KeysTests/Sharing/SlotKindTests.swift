import Primitives
import Testing
import VaultModel

@testable import Keys

/// Slots of all kinds in one seal file.
struct SlotKindTests {
    private let vault: VaultID
    private let keyset: Keyset
    private let root: RootKey
    private let set: ShareSet
    private let secret: HeldScalar
    private let cards: [ShareCard]
    private let hostKey = HeldSecret(.random(count: 32))
    private let seal: VerifiedSeal

    init() throws {
        let fixture = try Fixture()
        vault = fixture.vault
        keyset = try fixture.keyset()
        root = fixture.root()
        (set, secret, cards) = ShareSet.generate(.unsealing, vault: vault, threshold: 2, count: 3)
        seal = try VerifiedSeal.create(
            SealFixture.facts(vault, keyset), keyset: keyset, root: root,
            slots: [
                .passphrase(HeldSecret(SecretBytes(text: "correct horse"))),
                .shares(set, material: ShareSlot.material(vault: vault, set: set.id, secret: secret.value)),
                .hostKey(hostKey),
            ])
    }

    private func opens(_ file: SealFile, _ key: UnsealKey) -> UnsealError? {
        failure { () throws(UnsealError) in try file.rootKey(key) }
    }

    private func commits(_ secret: HeldScalar) -> Bool {
        ShareSlot.commits(seal.file.shareSlots[0].commitment, vault: vault, set: set.id, secret: secret.value)
    }

    private var shares: UnsealKey { .shares(set: set.id, secret: secret) }

    @Test func `each kind of slot gives the same root key`() throws {
        let file = try SealFile.parse(seal.bytes)
        #expect(file == seal.file)
        #expect(file.bytes == seal.bytes)
        #expect(file.slots.map(\.id) == [1, 2, 3])
        #expect(file.slots.map(\.kind) == Slot.Kind.allCases)
        #expect(file.shareSlots.map(\.set) == [set])
        for key in [shares, .hostKey(hostKey), .passphrase(HeldSecret(SecretBytes(text: "correct horse")))] {
            let isSame = try file.rootKey(key).secret.equals(root.secret)
            #expect(isSame)
        }
        let combined = try set.combine([cards[2], cards[0]], vault: vault)
        #expect(opens(file, .shares(set: set.id, secret: combined)) == nil)
        #expect(commits(combined))
    }

    @Test func `the wrong key opens no slot of its kind`() throws {
        #expect(opens(seal.file, .shares(set: set.id, secret: HeldScalar(.random()))) == .wrongShares)
        #expect(opens(seal.file, .shares(set: ramp(1, 8), secret: secret)) == .wrongShares)
        #expect(opens(seal.file, .hostKey(HeldSecret(.random(count: 32)))) == .wrongKey)
        #expect(opens(seal.file, .hostKey(HeldSecret(.random(count: 31)))) == .wrongKey)
        #expect(!commits(HeldScalar(.random())))
        let alone = try seal.removingSlot(1).removingSlot(3)
        #expect(opens(alone.file, .passphrase(HeldSecret(SecretBytes(text: "correct horse")))) == .wrongPassphrase)
        #expect(opens(alone.file, .hostKey(hostKey)) == .wrongKey)
        #expect(opens(alone.file, shares) == nil)
        #expect(throws: SlotChangeError.lastSlot) { try alone.removingSlot(2) }
    }

    @Test func `every flipped bit of the slots is refused, by the parser, the slot or the MAC`() throws {
        let bytes = seal.bytes
        let keys: [UnsealKey] = [shares, .hostKey(hostKey)]
        let end = 250 + seal.file.slots.reduce(0) { $0 + $1.bytes.count }
        for place in (250 + seal.file.slots[0].bytes.count)..<end {
            for bit in [0, 3, 7] {
                var edited = bytes
                edited[place] ^= 1 << bit
                guard let file = try? SealFile.parse(edited) else { continue }
                #expect(failure { () throws(SealFileError) in try file.verify(with: root) } == .mac)
                let refused = keys.compactMap { opens(file, $0) }
                #expect(refused.count == 1, "byte \(place): the slot it lies in, and no other")
            }
        }
    }

    @Test func `a slot of another vault or another file is none here`() throws {
        // A foreign file with the same secrets: its slots, put into this file, open for nobody.
        let other = VaultID.random()
        let foreign = try VerifiedSeal.create(
            SealFixture.facts(other, keyset), keyset: keyset, root: .generate(),
            slots: [
                .shares(set, material: ShareSlot.material(vault: other, set: set.id, secret: secret.value)),
                .hostKey(hostKey),
            ])
        let swapped = SealFile(
            facts: seal.facts, slots: foreign.file.slots, wrappedKeyset: seal.file.wrappedKeyset, mac: seal.file.mac)
        #expect(opens(swapped, shares) == .wrongShares)
        #expect(opens(swapped, .hostKey(hostKey)) == .wrongKey)
        // A slot that was removed and put back opens, and the file's MAC tells.
        let removed = try seal.removingSlot(2)
        let restored = SealFile(
            facts: removed.facts, slots: seal.file.slots, wrappedKeyset: removed.file.wrappedKeyset,
            mac: removed.file.mac)
        let found = try restored.rootKey(shares)
        #expect(failure { () throws(SealFileError) in try restored.verify(with: found) } == .mac)
    }

    @Test func `slots are numbered on and full at eight`() throws {
        var file = seal
        for _ in 0..<5 { file = try file.addingSlot(.hostKey(HeldSecret(.random(count: 32)))) }
        #expect(file.file.slots.map(\.id) == Array(1...8))
        #expect(throws: SlotChangeError.full) { try file.addingSlot(.hostKey(hostKey)) }
        #expect(throws: SlotChangeError.unseal(.wrongKey)) {
            try seal.addingSlot(.hostKey(HeldSecret(.random(count: 31))))
        }
    }

    @Test func `a new root key and a new set shut the old cards out`() throws {
        let next = ShareSet.generate(.unsealing, vault: vault, threshold: 3, count: 4)
        let newRoot = RootKey.generate()
        let material = ShareSlot.material(vault: vault, set: next.set.id, secret: next.secret.value)
        let changed = try seal.replacing(
            root: newRoot, slots: [.shares(next.set, material: material), .hostKey(hostKey)])
        #expect(changed.file.slots.map(\.id) == [4, 5])
        #expect(opens(changed.file, shares) == .wrongShares)
        #expect(opens(changed.file, .passphrase(HeldSecret(SecretBytes(text: "correct horse")))) == .wrongPassphrase)
        let combined = try next.set.combine(Array(next.cards.suffix(3)), vault: vault)
        let found = try changed.file.rootKey(.shares(set: next.set.id, secret: combined))
        let isNew = found.secret.equals(newRoot.secret)
        #expect(isNew)
        let keys = try changed.file.verify(with: found).keyset()
        #expect(keys.serialise().exposeBytes() == keyset.serialise().exposeBytes())
    }

    // MARK: - Recovery

    @Test func `the recovery cards give an identity that no slot knows`() throws {
        let made = ShareSet.generate(.recovery, vault: vault, threshold: 2, count: 3)
        let identity = RecoveryIdentity(vault: vault, secret: made.secret.value)
        let facts = identity.facts(vault: vault, set: made.set, logKey: keyset.logPublicKey)
        let recipient = identity.recipient
        #expect(recipient.hasPrefix("age1") && recipient.utf8.count == 62)
        let with = seal.changing {
            $0.recovery = facts
            $0.recoveryRecipients = [recipient]
        }
        let file = try SealFile.parse(with.bytes)
        #expect(file.facts.recovery == facts)
        #expect(file.bytes == with.bytes)
        #expect(try file.verify(with: root).facts.recoveryRecipients == [recipient])
        #expect(opens(file, .shares(set: made.set.id, secret: made.secret)) == .wrongShares)

        let combined = try made.set.combine([made.cards[1], made.cards[2]], vault: vault)
        func recovers(_ secret: HeldScalar, of owner: VaultID, in place: VaultID, _ recipients: [String]) -> Bool {
            RecoveryIdentity(vault: owner, secret: secret.value).opens(facts, recipients: recipients, vault: place)
        }
        #expect(recovers(combined, of: vault, in: vault, [recipient]))
        #expect(!recovers(combined, of: vault, in: vault, []))
        #expect(!recovers(combined, of: vault, in: .random(), [recipient]))
        #expect(!recovers(HeldScalar(.random()), of: vault, in: vault, [recipient]))
        let elsewhere = RecoveryIdentity(vault: .random(), secret: combined.value).recipient
        #expect(elsewhere != recipient, "the same cards in another vault are another identity")
    }

    @Test func `the quorum's certificate is of this vault and this log`() throws {
        let made = ShareSet.generate(.recovery, vault: vault, threshold: 2, count: 2)
        let identity = RecoveryIdentity(vault: vault, secret: made.secret.value)
        let facts = identity.facts(vault: vault, set: made.set, logKey: keyset.logPublicKey)
        #expect(facts.certifies(keyset.logPublicKey, vault: vault))
        #expect(!facts.certifies(keyset.replyPublicKey, vault: vault))
        #expect(!facts.certifies(keyset.logPublicKey, vault: .random()))
        let confirmation = identity.confirm(vault: vault, set: made.set.id)
        #expect(facts.isConfirmation(confirmation, vault: vault))
        #expect(!facts.isConfirmation(facts.certificate, vault: vault))
        #expect(facts.fingerprint.wholeMatch(of: /([0-9a-f]{4}-){7}[0-9a-f]{4}/) != nil)
    }

    @Test func `what was confirmed goes with its set`() throws {
        let confirmed = seal.changing { $0.confirm(set.id) }
        #expect(confirmed.facts.isConfirmed(set.id))
        #expect(try SealFile.parse(confirmed.bytes).facts.isConfirmed(set.id))
        #expect(try confirmed.removingSlot(2).facts.confirmedSets.isEmpty)
        #expect(seal.changing { $0.confirm(ramp(1, 8)) }.facts.confirmedSets.isEmpty, "no such set")
    }

    @Test func `damaged seal files with every section never trap and never verify`() throws {
        let made = ShareSet.generate(.recovery, vault: vault, threshold: 2, count: 3)
        let identity = RecoveryIdentity(vault: vault, secret: made.secret.value)
        let facts = identity.facts(vault: vault, set: made.set, logKey: keyset.logPublicKey)
        let recipient = identity.recipient
        let full = seal.changing {
            $0.recovery = facts
            $0.recoveryRecipients = [recipient]
            $0.confirm(set.id)
            $0.confirm(made.set.id)
        }
        #expect(full.facts.confirmedSets.count == 2)
        for place in 250..<full.bytes.count {
            for value in [0, 1, 0x7F, 0xFF] as [UInt8] where full.bytes[place] != value {
                var edited = full.bytes
                edited[place] = value
                guard let file = try? SealFile.parse(edited) else { continue }
                #expect(file.bytes == edited, "what parses has one encoding")
                #expect(failure { () throws(SealFileError) in try file.verify(with: root) } == .mac)
            }
            #expect(parseError(Array(full.bytes.prefix(place))) == .malformed)
        }
    }
}
