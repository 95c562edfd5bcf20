import AccessLog
import CanonicalJSON
import Primitives
import Testing
import VaultModel

struct EntryCodecTests {
    private static let salt = [UInt8](repeating: 7, count: EntrySalt.size)
    private static let vault = VaultID([UInt8](repeating: 0xAB, count: 16)) ?? VaultID.random()
    private static let digest = String(repeating: "0f", count: 32)

    private static func full() -> EntryDraft {
        let log = SampleLog(vault: vault)
        var draft = EntryDraft(
            kind: .read, decision: .allow, why: .granted, kid: log.clerk.kid, act: .read, role: "customer-service",
            fields: ["customer.name", "customer.phone"].compactMap { FieldName($0) }, form: .full, purpose: "delivery",
            released: 2, capability: Base64URL.encode(SHA256.hash([1])), policy: digest, object: digest,
            xid: "x_0123456789", shop: "s12", terminal: "uid:1000", via: .socket, uid: 1000, counter: 42)
        draft.subject = EntrySubject(
            customers: SampleLog.customers, orders: ["o_0123456789abcdefghjkmnpqrs"],
            ref: "o_0123456789abcdefghjkmnpqrs", revisions: [1, 9_007_199_254_740_991], scanned: 3,
            seals: [String(repeating: "ab", count: 32)], pseudonym: String(repeating: "cd", count: 16))
        draft.evidence = EntryEvidence(
            base: "\"@method\": POST\n\"@path\": /v1/\\", signature: Base64.encode([UInt8](repeating: 5, count: 64)))
        return draft
    }

    private static func core(_ draft: EntryDraft) -> [UInt8] {
        EntryCore.encode(draft, vault: vault, seq: 12, t: 1_790_000_000_123, salt: salt)
    }

    @Test func `the core is exactly the text of the format`() {
        let kid = SampleLog().clerk.kid.text
        let expected =
            #"{"act":"read","cap":"\#(Base64URL.encode(SHA256.hash([1])))","ctr":42,"dec":"allow","#
            + #""fld":["customer.name","customer.phone"],"frm":"full","kid":"\#(kid)","kind":"read","n":2,"#
            + #""obj":"\#(Self.digest)","pol":"\#(Self.digest)","pur":"delivery","role":"customer-service","#
            + #""salt":"BwcHBwcHBwcHBwcHBwcHBw","seq":12,"shop":"s12","t":1790000000123,"term":"uid:1000","#
            + #""uid":1000,"v":1,"via":"socket","vlt":"abababababababababababababababab","why":"granted","#
            + #""xid":"x_0123456789"}"#
        #expect(String(decoding: Self.core(Self.full()), as: UTF8.self) == expected)
    }

    @Test func `an entry of the broker itself has every member, empty`() {
        let draft = EntryDraft(kind: .startup, decision: .allow, why: .granted)
        let expected =
            #"{"act":"","cap":"","ctr":0,"dec":"allow","fld":[],"frm":"","kid":"","kind":"startup","n":0,"obj":"","#
            + #""pol":"","pur":"","role":"","salt":"BwcHBwcHBwcHBwcHBwcHBw","seq":12,"shop":"","t":1790000000123,"#
            + #""term":"","uid":4294967295,"v":1,"via":"internal","vlt":"abababababababababababababababab","#
            + #""why":"granted","xid":""}"#
        #expect(String(decoding: Self.core(draft), as: UTF8.self) == expected)
        let subject =
            #"{"cust":[],"ord":[],"psn":"","ref":"","rv":[],"salt":"BwcHBwcHBwcHBwcHBwcHBw","scan":0,"sl":[]}"#
        #expect(String(decoding: draft.subject.encode(salt: Self.salt), as: UTF8.self) == subject)
        let evidence = #"{"base":"","salt":"BwcHBwcHBwcHBwcHBwcHBw","sig":""}"#
        #expect(String(decoding: EntryEvidence.encode(nil, salt: Self.salt), as: UTF8.self) == evidence)
    }

    /// The general codec is the oracle of the hand-written one.
    @Test func `all parts are canonical JSON`() throws {
        let draft = Self.full()
        let limits = JSONLimits(maxBytes: 1 << 20, maxDepth: 4, names: .member)
        for part in [
            Self.core(draft), draft.subject.encode(salt: Self.salt),
            EntryEvidence.encode(draft.evidence, salt: Self.salt), EntryEvidence.encode(nil, salt: Self.salt),
        ] {
            #expect(try JSONValue.parse(part, limits: limits).encode() == part)
        }
    }

    @Test func `what is encoded is read back`() throws {
        let draft = Self.full()
        try draft.check()
        let core = try EntryCore(parsing: Self.core(draft))
        #expect(core.seq == 12 && core.time == 1_790_000_000_123 && core.vault == Self.vault)
        #expect(core.kind == draft.kind && core.decision == draft.decision && core.why == draft.why)
        #expect(core.kid == draft.kid && core.act == draft.act && core.role == draft.role)
        #expect(core.fields == draft.fields && core.form == draft.form && core.purpose == draft.purpose)
        #expect(core.released == 2 && core.capability == draft.capability && core.policy == draft.policy)
        #expect(core.object == draft.object && core.xid == draft.xid && core.shop == draft.shop)
        #expect(core.terminal == draft.terminal && core.via == draft.via && core.uid == draft.uid && core.counter == 42)
        #expect(try EntrySubject(parsing: draft.subject.encode(salt: Self.salt)) == draft.subject)
        #expect(try EntryEvidence.parse(EntryEvidence.encode(draft.evidence, salt: Self.salt)) == draft.evidence)
        #expect(try EntryEvidence.parse(EntryEvidence.encode(nil, salt: Self.salt)) == nil)
    }

    /// A change of one bit gives another valid entry, or none; never the same one.
    @Test func `every bit of a core counts`() throws {
        let bytes = Self.core(Self.full())
        let entry = try EntryCore(parsing: bytes)
        for offset in bytes.indices {
            for bit in 0..<8 {
                var bad = bytes
                bad[offset] ^= 1 << bit
                if let other = try? EntryCore(parsing: bad) { #expect(other != entry) }
            }
        }
        for length in 0..<bytes.count {
            #expect(throws: EntryError.self) { try EntryCore(parsing: Array(bytes.prefix(length))) }
        }
    }

    private static let edits: [(String, String)] = [
        (#""ctr":42"#, #""ctr":042"#), (#""ctr":42"#, #""ctr":9007199254740992"#), (#""ctr":42"#, #""ctr":-1"#),
        (#""ctr":42"#, #""ctr": 42"#), (#""ctr":42"#, #""ctr":42.0"#), (#""ctr":42"#, #""ctr":"42""#),
        (#""act":"read","#, ""), (#""v":1"#, #""v":2"#), (#""act":"read""#, #""act":"steal""#),
        (#""dec":"allow""#, #""dec":"maybe""#), (#""kind":"read""#, #""kind":"reads""#),
        (#""frm":"full""#, #""frm":"naked""#), (#""via":"socket""#, #""via":"pigeon""#),
        (#""why":"granted""#, #""why":"because""#), (#""uid":1000"#, #""uid":4294967296"#),
        (#""seq":12"#, #""seq":12,"seq":12"#), (#""xid":"x_0123456789"}"#, #""xid":"x_0123456789","z":1}"#),
        (#""role":"customer-service""#, #""role":"customer\u002dservice""#), (#"{"act""#, #"{ "act""#),
        (#""fld":["customer.name","#, #""fld":["name","#), (#""fld":["customer.name","#, #""fld":["customer.name",,"#),
        (#""shop":"s12""#, #""shop":"Zhang San""#), (#""pol":"0f"#, #""pol":"0F"#), (#"BwcHBw"#, #"BwcHBx"#),
        (#""salt":"BwcHBwcHBwcHBwcHBwcHBw""#, #""salt":"""#), (#""salt":"BwcHBwcHBwcHBwcHBwcHBw""#, #""salt":"BwcH""#),
    ]

    @Test(arguments: edits.indices) func `another spelling, member or value is refused`(place: Int) {
        let (from, to) = Self.edits[place]
        let text = String(decoding: Self.core(Self.full()), as: UTF8.self)
        let edited = text.replacing(from, with: to, maxReplacements: 1)
        #expect(edited != text)
        // A changed salt is another entry; it must be canonical base64url, and `…x` has stray bits only at the end.
        if let entry = try? EntryCore(parsing: Array(edited.utf8)) {
            #expect(from == "BwcHBw" && entry.salt.hasPrefix("BwcHBx"))
        }
        #expect(throws: EntryError.self) { try EntryCore(parsing: Array((text + "\n").utf8)) }
        #expect(throws: EntryError.self) { try EntryCore(parsing: [0xEF, 0xBB, 0xBF] + Array(text.utf8)) }
    }

    /// A name, a phone, a mail or an ID number in any member that takes text is refused before it is logged, and would
    /// be refused when it is read.
    @Test(arguments: ["张三", "Zhang San", "13800138000", "+8613800138000", "a@b.cn", "11010519491231002X", "x'--"])
    func `personal values are not ids`(value: String) throws {
        let members: [(EntryMember, (inout EntryDraft) -> Void)] = [
            (.cap, { $0.capability = value }), (.obj, { $0.object = value }), (.pol, { $0.policy = value }),
            (.pur, { $0.purpose = value }), (.role, { $0.role = value }), (.shop, { $0.shop = value }),
            (.term, { $0.terminal = value }), (.term, { $0.terminal = "uid:" + value }), (.xid, { $0.xid = value }),
            (.cust, { $0.subject.customers = [value] }), (.ord, { $0.subject.orders = [value] }),
            (.ref, { $0.subject.ref = value }), (.psn, { $0.subject.pseudonym = value }),
            (.sl, { $0.subject.seals = [value] }),
        ]
        for (member, put) in members {
            var draft = Self.full()
            put(&draft)
            #expect(throws: EntryError.shape(member)) { try draft.check() }
            let parts = [Self.core(draft), draft.subject.encode(salt: Self.salt)]
            let isRefused = (try? EntryCore(parsing: parts[0])) == nil || (try? EntrySubject(parsing: parts[1])) == nil
            #expect(isRefused)
        }
    }

    @Test func `a draft that nobody signed is refused unless the broker may write it`() throws {
        var draft = Self.full()
        draft.evidence = nil
        #expect(throws: EntryError.shape(.sig)) { try draft.check() }
        draft.decision = .deny
        #expect(throws: EntryError.shape(.sig)) { try draft.check() }
        draft.kind = .unauthSummary
        try draft.check()
        draft.decision = .allow
        #expect(throws: EntryError.shape(.sig)) { try draft.check() }
        draft.released = 0
        try draft.check()
    }

    @Test func `numbers and lists have limits`() throws {
        var draft = Self.full()
        draft.counter = LogLimits.integer + 1
        #expect(throws: EntryError.shape(.ctr)) { try draft.check() }
        draft = Self.full()
        draft.uid = -1
        #expect(throws: EntryError.shape(.uid)) { try draft.check() }
        draft = Self.full()
        draft.released = -1
        #expect(throws: EntryError.shape(.n)) { try draft.check() }
        draft = Self.full()
        draft.subject.revisions = [UInt64](repeating: 1, count: LogLimits.listCount + 1)
        #expect(throws: EntryError.tooLong) { try draft.check() }
        draft = Self.full()
        draft.fields = [FieldName](repeating: draft.fields[0], count: 1000)
        #expect(throws: EntryError.tooLong) { try draft.check() }
        #expect(throws: EntryError.tooLong) {
            try EntryCore(parsing: [UInt8](repeating: 0x20, count: LogLimits.coreBytes + 1))
        }
    }
}
