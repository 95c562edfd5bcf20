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
    public static func encode(_ draft: EntryDraft, vault: VaultID, seq: UInt64, t: Int64, salt: [UInt8]) -> [UInt8] {
        precondition(t >= 0 && seq <= LogLimits.integer && salt.count == EntrySalt.size, "a core's place and salt")
        var writer = PartWriter(capacity: 768)
        writer.raw("{\"act\":")
        writer.string(draft.act?.rawValue ?? "")
        writer.raw(",\"cap\":")
        writer.string(draft.capability)
        writer.raw(",\"ctr\":")
        writer.number(draft.counter)
        writer.raw(",\"dec\":")
        writer.string(draft.decision.rawValue)
        writer.raw(",\"fld\":")
        writer.strings(draft.fields.lazy.map(\.description))
        writer.raw(",\"frm\":")
        writer.string(draft.form?.rawValue ?? "")
        writer.raw(",\"kid\":")
        writer.string(draft.kid?.text ?? "")
        writer.raw(",\"kind\":")
        writer.string(draft.kind.rawValue)
        writer.raw(",\"n\":")
        writer.number(UInt64(clamping: draft.released))
        writer.raw(",\"obj\":")
        writer.string(draft.object)
        writer.raw(",\"pol\":")
        writer.string(draft.policy)
        writer.raw(",\"pur\":")
        writer.string(draft.purpose)
        writer.raw(",\"role\":")
        writer.string(draft.role)
        writer.raw(",\"salt\":")
        writer.string(EntrySalt.encode(salt))
        writer.raw(",\"seq\":")
        writer.number(seq)
        writer.raw(",\"shop\":")
        writer.string(draft.shop)
        writer.raw(",\"t\":")
        writer.number(UInt64(clamping: t))
        writer.raw(",\"term\":")
        writer.string(draft.terminal)
        writer.raw(",\"uid\":")
        writer.number(UInt64(clamping: draft.uid))
        writer.raw(",\"v\":1,\"via\":")
        writer.string(draft.via.rawValue)
        writer.raw(",\"vlt\":")
        writer.string(vault.description)
        writer.raw(",\"why\":")
        writer.string(draft.why.rawValue)
        writer.raw(",\"xid\":")
        writer.string(draft.xid)
        writer.raw("}")
        return writer.bytes
    }
}
