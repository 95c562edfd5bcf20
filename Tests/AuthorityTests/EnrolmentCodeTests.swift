import Authority
import Primitives
import Testing
import VaultModel

@Suite("Enrolment code")
struct EnrolmentCodeTests {
    private let keys = [World.service.signing.publicKey, World.courier.signing.publicKey]

    private static func code(_ seed: UInt8 = 1) -> EnrolmentCode {
        EnrolmentCode(
            invitation: known(InvitationID("0123456789")),
            secret: SecretBytes(copying: (0..<10).map { $0 &* 37 &+ seed }),
            commitment: (0..<10).map { $0 &* 11 &+ seed })
    }

    @Test("a code is eight groups of five and one of four, and reads back")
    func roundTrip() throws {
        for seed in UInt8.min...UInt8.max {
            let code = Self.code(seed)
            let text = code.exposeText()
            let groups = text.split(separator: "-")
            #expect(groups.map(\.count) == [5, 5, 5, 5, 5, 5, 5, 5, 4])
            #expect(text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || Crockford.upper.contains($0) })
            let read = try EnrolmentCode(text)
            let again = read.exposeText()
            #expect(again == text)
            let (invitations, commitments) = ([read.invitation, code.invitation], [read.commitment, code.commitment])
            #expect(invitations[0] == invitations[1] && commitments[0] == commitments[1])
            let macs = [
                read.mac(vault: World.vault, kid: World.courier.kid),
                code.mac(vault: World.vault, kid: World.courier.kid),
            ]
            #expect(macs[0] == macs[1])
        }
    }

    @Test("a code and its MAC are what an independent implementation makes of the same bytes")
    func golden() {
        let code = Self.code()
        let text = code.exposeText()
        #expect(text == "01234-56789-04K4P-W4NQB-FG8AA-E0461-E8HD7-11MWP-B474")
        let mac = Hex.encode(code.mac(vault: World.vault, kid: World.courier.kid))
        #expect(mac == "d90fdaa4f98013ed0bdfc3e5a2ab6ecdccb0e8da1c50c24a30a3df23383f8075")
    }

    @Test("a code is read in either case, with any spacing, and with o, i and l for 0 and 1")
    func tolerant() throws {
        let text = Self.code().exposeText()
        let spoken = text.lowercased().replacing("0", with: "o").replacing("1", with: "l")
        for variant in [
            text.lowercased(), text.replacing("-", with: ""), text.replacing("-", with: " "), " \(text) ", spoken,
            text.replacing("0", with: "O").replacing("1", with: "I"), text.replacing("1", with: "i"),
        ] {
            let read = try EnrolmentCode(variant)
            let again = read.exposeText()
            #expect(again == text)
        }
    }

    @Test("one wrong character anywhere is noticed")
    func oneWrong() throws {
        let characters = Array(Self.code().exposeText().utf8)
        for index in characters.indices where characters[index] != UInt8(ascii: "-") {
            for other in Crockford.upper where other != characters[index] {
                var changed = characters
                changed[index] = other
                #expect(throws: EnrolmentCode.Problem.check) { try read(String(decoding: changed, as: UTF8.self)) }
            }
        }
    }

    @Test("two neighbours that changed places are noticed")
    func swapped() throws {
        for seed in 0..<20 as Range<UInt8> {
            let characters = Self.code(seed).exposeText().utf8.filter { $0 != UInt8(ascii: "-") }
            for index in characters.indices.dropLast() where characters[index] != characters[index + 1] {
                var changed = characters
                changed.swapAt(index, index + 1)
                #expect(throws: EnrolmentCode.Problem.check) { try read(String(decoding: changed, as: UTF8.self)) }
            }
        }
    }

    @Test("a missing, added or foreign character is named")
    func malformed() {
        let text = Self.code().exposeText()
        for short in [String(text.dropLast()), String(text.dropFirst()), String(text.dropLast(5)), ""] {
            #expect(throws: EnrolmentCode.Problem.length) { try read(short) }
        }
        #expect(throws: EnrolmentCode.Problem.length) { try read(text + "0") }
        #expect(throws: EnrolmentCode.Problem.length) { try read(String(repeating: "0", count: 1_000_000)) }
        #expect(throws: EnrolmentCode.Problem.character(group: 1)) { try read("U" + text.dropFirst()) }
        #expect(throws: EnrolmentCode.Problem.character(group: 9)) { try read(text.dropLast() + "é") }
        #expect(throws: EnrolmentCode.Problem.character(group: 2)) { try read("01234-5_789") }
    }

    private func read(_ text: String) throws { _ = try EnrolmentCode(text) }

    @Test("random codes differ in invitation and secret")
    func random() throws {
        let commitment = [UInt8](repeating: 0, count: 10)
        let one = EnrolmentCode.random(commitment: commitment)
        let two = EnrolmentCode.random(commitment: commitment)
        let invitations = [one.invitation, two.invitation]
        #expect(invitations[0] != invitations[1])
        #expect(InvitationID(invitations[0].text) == invitations[0])
        // The secret's characters stand after the invitation's, hyphens included.
        let texts = [one.exposeText(), two.exposeText()].map { $0.dropFirst(12).prefix(19) }
        #expect(texts[0] != texts[1])
    }

    @Test("the commitment changes with the vault and with every key")
    func commitment() {
        let pin = [UInt8](repeating: 9, count: 32)
        func commitment(_ vault: VaultID, _ log: Int, _ reply: Int, _ pin: [UInt8]) -> [UInt8] {
            EnrolmentCode.commitment(vault: vault, logKey: keys[log], replyKey: keys[reply], tlsPin: pin)
        }
        let reference = commitment(World.vault, 0, 1, pin)
        #expect(reference.count == 10 && commitment(World.vault, 0, 1, pin) == reference)
        let others = [
            commitment(World.otherVault, 0, 1, pin), commitment(World.vault, 1, 0, pin),
            commitment(World.vault, 0, 0, pin), commitment(World.vault, 1, 1, pin), commitment(World.vault, 0, 1, []),
            commitment(World.vault, 0, 1, [8] + pin.dropFirst()),
        ]
        #expect(!others.contains(reference) && Set(others).count == others.count)
        let message =
            Array("COFFER/ENROL/v01".utf8) + World.vault.bytes + keys[0].bytes + keys[1].bytes + pin
        #expect(reference == Array(BLAKE2b.hash(message, size: 32).prefix(10)))
    }

    @Test("a broker that swaps the key, the vault or the invitation breaks the MAC")
    func mac() throws {
        let code = Self.code()
        let mac = code.mac(vault: World.vault, kid: World.courier.kid)
        #expect(mac.count == 32)
        let unchanged = code.accepts(mac: mac, vault: World.vault, kid: World.courier.kid)
        #expect(unchanged)
        let otherSecret = Self.code(2)
        let otherInvitation = EnrolmentCode(
            invitation: known(InvitationID("0123456788")),
            secret: SecretBytes(copying: (0..<10).map { $0 &* 37 &+ 1 }), commitment: code.commitment)
        let accepted = [
            code.accepts(mac: mac, vault: World.vault, kid: World.mallory.kid),
            code.accepts(mac: mac, vault: World.otherVault, kid: World.courier.kid),
            code.accepts(mac: Array(mac.dropLast()), vault: World.vault, kid: World.courier.kid),
            code.accepts(mac: [], vault: World.vault, kid: World.courier.kid),
            otherSecret.accepts(mac: mac, vault: World.vault, kid: World.courier.kid),
            otherInvitation.accepts(mac: mac, vault: World.vault, kid: World.courier.kid),
        ]
        #expect(accepted == [Bool](repeating: false, count: 6))
        for index in mac.indices {
            var changed = mac
            changed[index] ^= 0x10
            let isAccepted = code.accepts(mac: changed, vault: World.vault, kid: World.courier.kid)
            #expect(!isAccepted)
        }
    }

    @Test(
        "an invitation's id is ten lower-case characters of the alphabet",
        arguments: ["", "012345678", "01234567890", "012345678U", "O123456789", "ABCDEFGHJK"])
    func invitation(text: String) { #expect(InvitationID(text) == nil) }
}
