import CanonicalJSON
public import VaultModel

/// The part of an entry that is kept longest: who did what, when, under which right, with which outcome.
public struct EntryCore: Equatable, Sendable {
    public let vault: VaultID
    /// The entry's index in the log.
    public let seq: UInt64
    /// Milliseconds since 1970 on the broker's clock; never smaller than in the entry before.
    public let time: Int64
    /// Unpadded base64url of 16 random bytes, so that a purged part cannot be guessed from its hash.
    public let salt: String
    public let kind: EntryKind
    public let decision: EntryDecision
    public let why: Reason
    public let kid: KeyID?
    public let act: Act?
    public let role: String
    public let fields: [FieldName]
    public let form: Form?
    public let purpose: String
    public let released: Int
    public let capability: String
    public let policy: String
    public let object: String
    public let xid: String
    public let shop: String
    public let terminal: String
    public let via: EntryVia
    public let uid: Int
    public let counter: UInt64

    /// The one canonical text of the core of `draft` at its place.
    ///
    /// - Parameters:
    ///   - t: milliseconds since 1970, not negative.
    ///   - salt: 16 random bytes, used for this part alone.
    /// - Precondition: `draft.check()` passed; integers outside 0...2⁵³-1 trap.
    public static func encode(_ draft: EntryDraft, vault: VaultID, seq: UInt64, t: Int64, salt: [UInt8]) -> [UInt8] {
        precondition(t >= 0 && seq <= LogLimits.integer && salt.count == EntrySalt.size, "a core's place and salt")
        var writer = JSONWriter(reserving: 768)
        writer.beginObject()
        writer.member("act", draft.act?.rawValue ?? "")
        writer.member("cap", draft.capability)
        writer.member("ctr", draft.counter)
        writer.member("dec", draft.decision.rawValue)
        writer.name("fld")
        writer.beginArray()
        for field in draft.fields { writer.string(field.description) }
        writer.endArray()
        writer.member("frm", draft.form?.rawValue ?? "")
        writer.member("kid", draft.kid?.text ?? "")
        writer.member("kind", draft.kind.rawValue)
        writer.member("n", draft.released)
        writer.member("obj", draft.object)
        writer.member("pol", draft.policy)
        writer.member("pur", draft.purpose)
        writer.member("role", draft.role)
        writer.member("salt", EntrySalt.encode(salt))
        writer.member("seq", seq)
        writer.member("shop", draft.shop)
        writer.member("t", t)
        writer.member("term", draft.terminal)
        writer.member("uid", draft.uid)
        writer.member("v", 1)
        writer.member("via", draft.via.rawValue)
        writer.member("vlt", vault.description)
        writer.member("why", draft.why.rawValue)
        writer.member("xid", draft.xid)
        writer.endObject()
        return writer.bytes
    }
}
