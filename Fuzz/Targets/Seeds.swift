import AccessLog
import Authority
import CanonicalJSON
import Host
import Primitives
import VaultModel

@testable import Keys
@testable import Wire

/// Small inputs in the right form, from which the fuzzer starts. Everything in them is made up here.
enum Seeds {
    static func write(to folder: String) {
        for (target, inputs) in all {
            let place = FilePaths.join(folder, target)
            try? Folder.createAll(place, mode: 0o755)
            for (number, bytes) in inputs.enumerated() {
                let name = "seed-\(number / 10)\(number % 10)"
                guard (try? DurableFile.replace(FilePaths.join(place, name), with: bytes, mode: 0o644)) != nil else {
                    preconditionFailure("the corpus cannot be written")
                }
            }
        }
    }

    private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static var all: [(String, [[UInt8]])] {
        [
            ("age", ArchiveTargets.seeds), ("anchor", [KeysTargets.seedAnchor]), ("card", cards),
            ("block", blocks.map { [UInt8($0.0)] + $0.1.encode() }),
            ("canary", [[0]]), ("csv", tables), ("dsse", blocks.map { AuthorityTargets.sealed($0.1).encode() }),
            ("entry", entries), ("envelope", envelopes), ("head", [head.encode()]),
            (
                "json",
                [
                    "{}", "[1,[2,[3]],\"\\u0000\\n\\\\\u{E9}\u{1F600}\"]",
                    "{\"a\":true,\"b\":{\"c\":9007199254740991}}",
                    "false", "{\"sub\":{\"order\":[\"o1\"]},\"v\":1}",
                ].map(text)
            ), ("keyset", keysets), ("merkle", [ramp(0, 6), ramp(60, 200), ramp(0x40, 70)]), ("note", notes),
            ("proof", proofs), ("request", requests), ("seal", [seal]),
            ("siginput", [text(signatureInput)]), ("tile", tiles),
            ("keyring", BackupTargets.keyringSeeds), ("manifest", BackupTargets.manifestSeeds),
            ("statement", BackupTargets.statementSeeds), ("word", BackupTargets.wordSeeds),
        ]
    }

    // MARK: - Blocks

    private static var blocks: [(Int, any BlockBody)] {
        let kid = AuthorityTargets.kid
        let vault = AuthorityTargets.vault
        let header = BlockHeader(vault: vault, issuer: kid, at: 5, nonce: known(BlockNonce("AAAAAAAAAAAAAAAAAAAAAA")))
        let hash = Hex.encode(SHA256.hash([1]))
        let role = known(RoleName("courier"))
        var capability = CapabilityBlock(
            vault: vault, issuer: kid, audience: kid, parent: nil, role: role, acts: .only([.read]),
            fields: .only([known(FieldName("customer.phone"))]), forms: [.full],
            purposes: .only([known(Purpose("delivery"))]), shops: .only([known(ShopName("s12"))]), subjects: .any,
            notBefore: 0, expires: 86_400, maxUses: 3, depth: 2)
        capability.nonce = header.nonce
        var lent = capability
        lent.parent = capability.id
        lent.subjects = .orders(["o123"])
        let bodies: [any BlockBody] = [
            capability, lent,
            EnrolBlock(
                header: header, person: known(PersonID("p_00000000000000000000000000")), kid: kid, role: role,
                nda: CalendarDay("2026-01-02"), training: nil, uid: 1_000),
            known(RevokeBlock(header: header, kids: [kid], caps: [capability.id], reason: "lost-key")),
            known(PolicyBlock(header: header, sha256: hash, previous: hash)),
            ApproveBlock(
                header: header,
                head: ["act": "read", "fld": ["customer.phone"], "sub": ["customer": ["C-0000-0000"]], "v": 1],
                expires: 4_000),
            known(PurgeBlock(header: header, ranges: [0...9, 11...11], parts: ["evidence"], rule: "five-years")),
            HoldBlock(header: header, scope: .customers(["C-0000-0000"]), until: 9_000),
            ClockBlock(header: header, seconds: 1_795_289_434),
            RecoverBlock(header: header, replacement: .authority(kid), incarnation: 2, logKey: kid),
        ]
        return bodies.map { body in
            let kind = type(of: body).kind
            return (known(BlockKind.allCases.firstIndex(of: kind)), body)
        }
    }

    // MARK: - Files of the vault

    private static var envelopes: [[UInt8]] {
        [FieldBody.text("+15555550123"), .absent, .bytes(ramp(0, 20))].map { body in
            known(
                try? Envelope.seal(
                    body, context: KeysTargets.context, key: KeysTargets.key, revision: 42, pad: .blocks32,
                    nonce: ramp(0x40, 24)))
        } + [text("\u{1}\u{1}ab invented note")]
    }

    /// Two as they stand on paper, one as what stands behind the checksum.
    private static var cards: [[UInt8]] {
        let bytes = [1, 1, 2, 3, 2] + ramp(0, 8) + [7] + [UInt8](repeating: 0, count: 31)
        let texts = [Bech32.encode("cofferu", bytes), Bech32.encode("cofferr", [1, 2] + bytes[2...])]
        return [texts[0], text("\(String(decoding: texts[1], as: UTF8.self).uppercased()) -\n"), [0, 3, 40] + bytes]
    }

    private static var keyset: Keyset { BackupTargets.keyset }

    private static var keysets: [[UInt8]] { [keyset.serialise().exposeBytes(), [1, 0, 0, 0]] }

    private static var seal: [UInt8] {
        let facts = SealFacts(
            vault: KeysTargets.vault, profile: .test, createdAtMilliseconds: 1_795_300_000_000,
            registryHash: ramp(1, 32), policyPin: ramp(2, 32), authority: AuthorityTargets.kid,
            logKey: keyset.logPublicKey, replyKey: keyset.replyPublicKey, tlsPin: ramp(4, 32))
        let seal = try? VerifiedSeal.create(
            facts, keyset: keyset, root: KeysTargets.root, passphrase: SecretBytes(copying: text("correct horse")))
        return known(seal?.changing { $0.recoveryRecipients = ["age1qqqq"] }).bytes
    }

    // MARK: - The log

    private static let checkpoint = Checkpoint(origin: LogTargets.key.name, size: 7, root: SHA256.hash([1]))
        .signed(by: LogTargets.key) { AuthorityTargets.signing.sign($0) }

    private static var notes: [[UInt8]] {
        let policy = WitnessPolicy.text(
            log: LogTargets.key,
            witnesses: [
                known(VerifierKey(name: "w.example", algorithm: .cosignature, key: AuthorityTargets.signing.publicKey))
            ], threshold: 1)
        return [checkpoint, text(policy), text(LogTargets.key.description)]
    }

    private static var proofs: [[UInt8]] {
        let hashes = [SHA256.hash([2]), SHA256.hash([3])]
        let leaf = known(Leaf(core: hashes[0], subject: hashes[1], evidence: hashes[0]))
        return [
            LogProof(index: 5, hashes: hashes, checkpoint: checkpoint).bytes,
            WitnessSubmission(old: 3, proof: hashes, note: checkpoint).bytes,
            Receipt(index: 5, core: entries[0], leaf: leaf, proof: hashes, checkpoint: checkpoint).encode(),
        ]
    }

    private static var entries: [[UInt8]] {
        let salt = ramp(0, 16)
        let signature = Base64.encode([UInt8](repeating: 1, count: 64))
        let kid = AuthorityTargets.kid.text
        let saltText = Base64URL.encode(salt)
        return [
            text(
                #"{"act":"read","cap":"","ctr":42,"dec":"allow","fld":["customer.phone"],"frm":"full","kid":"\#(kid)","#
                    + #""kind":"request","n":1,"obj":"","pol":"","pur":"delivery","role":"courier","salt":"\#(saltText)","#
                    + #""seq":5,"shop":"s12","t":1795286734000,"term":"","uid":1000,"v":1,"via":"socket","#
                    + #""vlt":"\#(AuthorityTargets.vault)","why":"ok","xid":""}"#),
            EntrySubject(
                customers: [CustomerNumber.sample.text], orders: ["o123"], ref: "", revisions: [3], scanned: 4,
                seals: [],
                pseudonym: ""
            ).encode(salt: salt),
            EntryEvidence.encode(EntryEvidence(base: "\"@method\": POST", signature: signature), salt: salt),
            EntryEvidence.encode(nil, salt: salt),
        ]
    }

    private static var tiles: [[UInt8]] {
        let leaf = known(Leaf(core: SHA256.hash([1]), subject: SHA256.hash([2]), evidence: SHA256.hash([3])))
        let bundle = [UInt8(Leaf.size >> 8), UInt8(Leaf.size & 0xFF)] + leaf.bytes
        return [[1] + ramp(0, 64), [1] + bundle + bundle]
    }

    // MARK: - Requests

    private static var head: RequestHead {
        RequestHead(
            act: .read, counter: 42, fields: [known(FieldName("customer.phone"))], form: .full, purpose: "delivery",
            customers: [CustomerNumber.sample.text])
    }

    private static let signatureInput = SignatureInput(
        created: 1_795_286_734, kid: AuthorityTargets.kid, expires: 1_795_286_794, nonce: "AAECAwQFBgcICQoLDA0ODw"
    ).value

    private static var requests: [[UInt8]] {
        let body = #"{"rid":"AAECAwQFBgcICQoLDA0ODw"}"#
        let head = String(decoding: head.encode(), as: UTF8.self)
        return ["", "host:" + WireTargets.authority].map { more in
            text([Endpoint.customerShow.path, head, signatureInput, "::", more, body].joined(separator: "\n"))
        }
    }

    /// The first byte is the encoding, the second the size of the pieces less one.
    private static var tables: [[UInt8]] {
        [
            [0, 3] + text("name,phone\n\u{674E}\u{5A1C},13800138000\n\"a \"\"b\"\"\nc\",\"\"\r\n"),
            [0, 0] + text("a\nb\"c\n"),
            // Invented names in GB 18030 and Big5.
            [1, 2] + [0xD0, 0xD5, 0xC3, 0xFB, 0x2C, 0x61, 0x0A, 0xC0, 0xEE, 0xC4, 0xC8, 0x2C, 0x31, 0x0A],
            [2, 1] + [0xA9, 0x6D, 0xA6, 0x57, 0x0A, 0xA7, 0xF5, 0xAE, 0x52, 0x0A],
        ]
    }
}

extension CustomerNumber {
    /// The same in every run.
    fileprivate static let sample = known(CustomerNumber("C-0000-0000"))
}

extension AuthorityTargets {
    fileprivate static func sealed(_ block: any BlockBody) -> DSSEEnvelope { seal(block) }
}
