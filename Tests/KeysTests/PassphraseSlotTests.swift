import Primitives
import Testing
import VaultModel

@testable import Keys

struct PassphraseSlotTests {
    @Test func `the passphrase opens the vault, any other does not`() throws {
        let fixture = try SealFixture(passphrase: "correct horse")
        let root = try fixture.seal.file.rootKey(passphrase: SecretBytes(text: "correct horse"))
        let isSame = root.secret.equals(fixture.root.secret)
        #expect(isSame)
        for wrong in ["", "correct horse ", "Correct horse", "correct horsf", "correct hors"] {
            #expect(unlockError(fixture.seal.file, wrong) == .wrongPassphrase, "\(wrong)")
        }
    }

    /// The same word typed on two systems: composed and decomposed, full-width and plain, ligature and letters.
    @Test(arguments: [
        ("Zo\u{EB}", "Zoe\u{308}"), ("ＡＢＣ１２３", "ABC123"), ("ﬁsh", "fish"), ("ｶﾞ", "ガ"),
        ("한", "\u{1112}\u{1161}\u{11AB}"), ("각", "가\u{11A8}"),
    ])
    func `a passphrase opens in either spelling`(one: String, other: String) throws {
        #expect(!one.utf8.elementsEqual(other.utf8))
        let fixture = try SealFixture(passphrase: one)
        #expect(unlockError(fixture.seal.file, other) == nil)
        #expect(unlockError(fixture.seal.file, one) == nil)
        #expect(unlockError(fixture.seal.file, one + "x") == .wrongPassphrase)
    }

    @Test func `a passphrase that is not UTF-8 is told apart`() throws {
        let fixture = try SealFixture()
        let error = failure { () throws(UnsealError) in
            try fixture.seal.file.rootKey(passphrase: SecretBytes(copying: [0x41, 0xFF]))
        }
        #expect(error == .notText)
        #expect(throws: SlotChangeError.unseal(.notText)) {
            try fixture.seal.addingSlot(passphrase: SecretBytes(copying: [0xC0, 0x80]))
        }
    }

    @Test func `ASCII passphrases never leave locked memory and stay as they are`() {
        let text = (0x20...0x7E).map { UInt8($0) }
        #expect(PassphraseText.normalised(SecretBytes(copying: text))?.exposeBytes() == text)
        #expect(PassphraseText.normalised(SecretBytes(copying: []))?.exposeBytes() == [])
    }

    @Test func `several slots open the same vault, and removed ones no longer do`() throws {
        let fixture = try SealFixture(passphrase: "one")
        let two = try fixture.seal.addingSlot(passphrase: SecretBytes(text: "two"))
        #expect(two.file.slots.map(\.id) == [1, 2])
        #expect(unlockError(two.file, "one") == nil)
        #expect(unlockError(two.file, "two") == nil)
        #expect(unlockError(two.file, "three") == .wrongPassphrase)

        let one = try two.removingSlot(1)
        #expect(unlockError(one.file, "one") == .wrongPassphrase)
        #expect(unlockError(one.file, "two") == nil)
        #expect(one.facts.generation == 3)
        #expect(throws: SlotChangeError.lastSlot) { try one.removingSlot(2) }
        #expect(throws: SlotChangeError.unknownSlot) { try one.removingSlot(1) }
    }

    @Test func `a changed passphrase takes the place of the old one in a single generation`() throws {
        let fixture = try SealFixture(passphrase: "old")
        let changed = try fixture.seal.replacingSlot(1, passphrase: SecretBytes(text: "new"))
        #expect(changed.facts.generation == 2)
        #expect(changed.file.slots.map(\.id) == [2])
        #expect(unlockError(changed.file, "old") == .wrongPassphrase)
        #expect(unlockError(changed.file, "new") == nil)
        #expect(throws: SlotChangeError.unknownSlot) {
            try changed.replacingSlot(1, passphrase: SecretBytes(text: "x"))
        }
    }

    @Test func `a new root key leaves one slot and the same keys`() throws {
        let fixture = try SealFixture(passphrase: "old")
        let root = RootKey.generate()
        let next = try fixture.seal.replacing(root: root, passphrase: SecretBytes(text: "new"))
        #expect(next.facts.generation == 2)
        #expect(unlockError(next.file, "old") == .wrongPassphrase)
        let opened = try next.file.rootKey(passphrase: SecretBytes(text: "new"))
        let isNew = opened.secret.equals(root.secret)
        #expect(isNew)
        #expect(throws: SealFileError.mac) { try next.file.verify(with: fixture.root) }
        let keyset = try next.file.verify(with: opened).keyset()
        #expect(keyset.serialise().exposeBytes() == fixture.keyset.serialise().exposeBytes())
    }

    @Test func `there is room for eight slots`() throws {
        var seal = try SealFixture(passphrase: "1").seal
        for number in 2...8 { seal = try seal.addingSlot(passphrase: SecretBytes(text: "\(number)")) }
        #expect(throws: SlotChangeError.full) { try seal.addingSlot(passphrase: SecretBytes(text: "9")) }
        let file = try SealFile.parse(seal.bytes)
        #expect(file.slots.map(\.id) == Array(1...8))
        #expect(unlockError(file, "8") == nil)
    }

    @Test func `an edited slot never opens`() throws {
        let fixture = try SealFixture(passphrase: "p")
        let bytes = fixture.seal.bytes
        // salt, commitment, and one byte of each part of the envelope
        let cases: [(place: Int, expected: UnsealError)] = [
            (266, .wrongPassphrase), (282, .wrongPassphrase), (313, .wrongPassphrase), (316, .integrity),
            (318, .integrity), (320, .integrity), (332, .integrity), (356, .integrity), (388, .integrity),
            (435, .integrity),
        ]
        for (place, expected) in cases {
            var edited = bytes
            edited[place] ^= 1
            #expect(unlockError(try SealFile.parse(edited), "p") == expected, "byte \(place)")
        }
        // Its id is part of the associated data, so a slot does not become another one.
        var renumbered = bytes
        renumbered[250] = 2
        let file = try SealFile.parse(renumbered)
        #expect(unlockError(file, "p") == .integrity)
    }

    @Test func `a slot does not open another vault`() throws {
        let fixture = try SealFixture(passphrase: "p")
        var edited = fixture.seal.bytes
        edited[16] ^= 1
        let file = try SealFile.parse(edited)
        #expect(unlockError(file, "p") == .integrity)
    }

    // MARK: - Cost

    @Test(arguments: [
        (VaultProfile.standard, 4, 512 << 20, true), (.standard, 3, 256 << 20, true), (.standard, 10, 2 << 30, true),
        (.standard, 2, 512 << 20, false), (.standard, 11, 512 << 20, false), (.standard, 4, (256 << 20) - 1, false),
        (.standard, 4, (2 << 30) + 1, false), (.standard, 1, 8 << 20, false), (.standard, -1, -1, false),
        (.test, 1, 8 << 20, true), (.test, 1, (8 << 20) + 1, false), (.test, 2, 8 << 20, false),
        (.test, 4, 512 << 20, false),
    ])
    func `each profile accepts costs within its bounds`(
        profile: VaultProfile, operations: Int, memoryBytes: Int, accepted: Bool
    ) {
        #expect(profile.accepts(PassphraseCost(operations: operations, memoryBytes: memoryBytes)) == accepted)
    }

    @Test func `a slot of a cost outside the bounds is never made`() throws {
        let fixture = try SealFixture()
        #expect(throws: SlotChangeError.unseal(.cost)) {
            try fixture.seal.addingSlot(
                passphrase: SecretBytes(text: "x"), cost: VaultProfile.standard.defaultCost)
        }
        #expect(throws: UnsealError.cost) {
            try VerifiedSeal.create(
                SealFixture.facts(fixture.vault, fixture.keyset, profile: .standard), keyset: fixture.keyset,
                root: fixture.root, passphrase: SecretBytes(text: "x"), cost: VaultProfile.test.defaultCost)
        }
    }

    @Test func `a slot opens only in a file of its profile, whatever it says itself`() throws {
        let fixture = try SealFixture(passphrase: "p")
        guard case .passphrase(let slot) = fixture.seal.file.slots[0] else {
            Issue.record("the first slot is the passphrase's")
            return
        }
        let error = failure { () throws(UnsealError) in
            try slot.open(vault: fixture.vault, profile: .standard, passphrase: SecretBytes(text: "p"))
        }
        #expect(error == .cost)
    }

    @Test func `profiles have names and numbers`() {
        #expect(VaultProfile.allCases.map(\.name) == ["default", "test"])
        #expect(VaultProfile.allCases.map(\.rawValue) == [1, 2])
        #expect(VaultProfile(name: "default") == .standard)
        #expect(VaultProfile(name: "test") == .test)
        #expect(VaultProfile(name: "standard") == nil)
    }

    /// Slow and large on purpose: the cost a shop pays. Some seconds and 256 MiB.
    @Test(.enabled(if: Environment.runsSlowTests, "set COFFER_SLOW_TESTS=1 to hash at the default profile's floor"))
    func `the default profile works at its floor`() throws {
        let fixture = try Fixture()
        let keyset = try fixture.keyset()
        let seal = try VerifiedSeal.create(
            SealFixture.facts(fixture.vault, keyset, profile: .standard), keyset: keyset, root: fixture.root(),
            passphrase: SecretBytes(text: "p"), cost: PassphraseCost(operations: 3, memoryBytes: 256 << 20))
        let file = try SealFile.parse(seal.bytes)
        #expect(unlockError(file, "p") == nil)
        var downgraded = seal.bytes
        downgraded[10] = 2
        #expect(parseError(downgraded) == .slotCost)
    }
}
