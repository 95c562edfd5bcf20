import Authority
import CanonicalJSON
import Primitives
import VaultModel

/// What a requester signed, read back from the evidence: the one RFC 9421 signature base that the request profile
/// allows, and the head inside it.
struct SignedRequest: Sendable {
    let created: Int64
    let expires: Int64
    let kid: KeyID
    /// The id of the last block, or empty.
    let capability: String

    let act: Act
    let counter: UInt64
    let fields: [String]
    let form: String
    let object: String
    let purpose: String
    let ref: String
    let customers: [String]
    let orders: [String]
    /// The head as it was signed.
    private let head: JSONValue

    private static let parameters =
        #"("@method" "@authority" "@path" "@query" "content-type" "content-digest" "coffer-request" "#
        + #""coffer-capability")"#

    /// Returns nil unless `base` has the profile's nine lines in their order, each with an acceptable value.
    init?(_ base: String) {
        // ASCII has one spelling for everything, so that comparing texts is comparing bytes. What is cut off is counted in
        // bytes all the same: a combining mark would be one character with what stands before it.
        guard base.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let lines = base.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(Substring($0)) }
        guard lines.count == 9, lines[0] == #""@method": POST"#,
            let authority = Self.value(lines[1], of: "@authority"), !authority.isEmpty,
            let path = Self.value(lines[2], of: "@path"), path.utf8.starts(with: "/v1/".utf8),
            lines[3] == #""@query": ?"#, lines[4] == #""content-type": application/json"#,
            let digest = Self.value(lines[5], of: "content-digest"), digest.utf8.starts(with: "sha-256=".utf8),
            Self.sequence(Self.inner(digest, 8))?.count == SHA256.size,
            let head = Self.value(lines[6], of: "coffer-request").flatMap(Self.sequence),
            head.allSatisfy({ $0 < 0x80 }),
            let block = Self.value(lines[7], of: "coffer-capability").flatMap(Self.sequence),
            block.isEmpty || block.count == SHA256.size,
            let parameters = Self.value(lines[8], of: "@signature-params"),
            let signed = Self.read(parameters: parameters)
        else { return nil }
        capability = block.isEmpty ? "" : Base64URL.encode(block)
        (created, kid, expires) = signed
        do {
            self.head = try JSONValue.parse(head, limits: .signed)
            var members = try JSONMembers(self.head)
            guard let act = Act(rawValue: try members.string("act")) else { return nil }
            self.act = act
            counter = UInt64(try members.integer("ctr"))
            fields = try members.strings("fld")
            form = try members.string("frm")
            object = try members.string("obj")
            purpose = try members.string("pur")
            ref = try members.string("ref")
            var subject = try members.members("sub")
            customers = subject.contains("customer") ? try subject.strings("customer") : []
            orders = subject.contains("order") ? try subject.strings("order") : []
            try subject.finish()
            guard try members.integer("v") == 1 else { return nil }
            try members.finish()
        } catch {
            return nil
        }
    }

    /// What an approval of this request is for.
    var digest: HeadDigest { HeadDigest((head.objectValue ?? [:]).filter { $0.key != "ctr" }) }

    /// Whether an entry records this request and no other.
    ///
    /// A head without a form asks for the best one, and a form may be granted lower than asked; a head without an
    /// object leaves it to the broker to name what was made; a lookup names nobody and the entry names the matches.
    func agrees(with core: EntryCore) -> Bool {
        let formFits: Bool =
            switch (Form(rawValue: form), core.form) {
            case (nil, _): form.isEmpty
            case (.some, nil): core.fields.isEmpty || core.decision == .deny
            case (let asked?, let granted?): granted <= asked
            }
        return formFits && core.kid == kid && core.act == act && core.counter == counter
            && core.fields.map(\.description) == fields && core.purpose == purpose
            && (object.isEmpty || core.object == object)
            && (core.capability.isEmpty || capability.isEmpty || core.capability == capability)
    }

    /// A granted read or comparison is about exactly those the head names, but that an order's customer is for the
    /// broker to find. Other granted acts may make records or find somebody; those about somebody stay with her. What
    /// was refused names nobody, or whoever stood in the way.
    func agrees(with subject: EntrySubject, decision: EntryDecision) -> Bool {
        guard subject.ref == ref else { return false }
        if decision == .deny { return true }
        let found = Set(subject.customers)
        guard act == .read || act == .match else { return customers.isEmpty || found.isSubset(of: customers) }
        guard Set(subject.orders) == Set(orders) else { return false }
        return customers.isEmpty && !orders.isEmpty || found == Set(customers)
    }

    /// Whether the request was fresh when it was recorded.
    func isFresh(at milliseconds: Int64) -> Bool {
        let seconds = milliseconds / 1000
        return created - LogLimits.signatureSlackSeconds <= seconds
            && seconds <= expires + LogLimits.signatureSlackSeconds
    }

    private static func value(_ line: String, of component: String) -> String? {
        let start = "\"" + component + "\": "
        guard line.utf8.starts(with: start.utf8) else { return nil }
        return inner(line, start.utf8.count)
    }

    /// A text without so many bytes at its start and at its end.
    private static func inner(_ text: String, _ start: Int, _ end: Int = 0) -> String {
        String(Substring(text.utf8.dropFirst(start).dropLast(end)))
    }

    /// The bytes of `:<base64>:`.
    private static func sequence(_ text: String) -> [UInt8]? {
        guard text.utf8.count >= 2, text.utf8.first == UInt8(ascii: ":"), text.utf8.last == UInt8(ascii: ":") else {
            return nil
        }
        return Base64.decode(inner(text, 1, 1))
    }

    /// `(…);created=N;keyid="ed25519:K";expires=N;nonce="…";tag="coffer-req-v1"`. The text is put together again from
    /// what was read and compared, so that no other form passes.
    private static func read(parameters text: String) -> (created: Int64, kid: KeyID, expires: Int64)? {
        let items = text.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map {
            String(Substring($0))
        }
        guard items.count == 6, let created = Int64(inner(items[1], 8)), let expires = Int64(inner(items[3], 8)),
            (0...Int64(LogLimits.integer)).contains(created), (0...Int64(LogLimits.integer)).contains(expires),
            let kid = KeyID(inner(items[2], 15, 1)),
            case let nonce = inner(items[4], 7, 1), Base64URL.decode(nonce)?.count == 16
        else { return nil }
        let expected =
            Self.parameters + ";created=\(created);keyid=\"ed25519:\(kid.text)\";expires=\(expires);nonce=\"\(nonce)\""
            + ";tag=\"coffer-req-v1\""
        return expected.utf8.elementsEqual(text.utf8) ? (created, kid, expires) : nil
    }
}

extension EntryEvidence {
    /// What an approval of the signed request in an evidence part would be for; nil where nobody signed a request.
    public static func headDigest(in part: [UInt8]) -> String? {
        guard let evidence = try? parse(part) else { return nil }
        return SignedRequest(evidence.base)?.digest.text
    }

    /// The customers whom the signed request in an evidence part names; empty where nobody signed a request.
    public static func customers(in part: [UInt8]) -> [String] {
        guard let evidence = try? parse(part), let request = SignedRequest(evidence.base) else { return [] }
        return request.customers
    }
}
