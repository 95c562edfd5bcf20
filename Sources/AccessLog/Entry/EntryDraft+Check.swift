import VaultModel

extension EntryDraft {
    /// Refuses a draft that the verifier would refuse later: a value without the shape of its member, a part that is
    /// too long, a release nobody signed for. Call it before the draft is queued, while the request can still be
    /// refused.
    public func check() throws(EntryError) {
        guard EntryShape.isBlock(capability) else { throw .shape(.cap) }
        guard counter <= LogLimits.integer else { throw .shape(.ctr) }
        guard released >= 0, released <= LogLimits.integer else { throw .shape(.n) }
        guard EntryShape.isDigest(object) else { throw .shape(.obj) }
        guard EntryShape.isDigest(policy) else { throw .shape(.pol) }
        guard EntryShape.isLabel(purpose) else { throw .shape(.pur) }
        guard EntryShape.isLabel(role) else { throw .shape(.role) }
        guard EntryShape.isLabel(shop) else { throw .shape(.shop) }
        guard EntryShape.isTerminal(terminal) else { throw .shape(.term) }
        guard (0...Self.noUID).contains(uid) else { throw .shape(.uid) }
        guard EntryShape.isOpaque(xid) else { throw .shape(.xid) }
        // 36 bytes hold the longest field name with its quotes and comma; the other members fit in 2 KiB.
        guard fields.count <= (LogLimits.coreBytes - 2048) / 36 else { throw .tooLong }
        try subject.check()
        if let evidence {
            try evidence.check()
            // Every second byte of a base may need an escape.
            guard evidence.base.utf8.count <= LogLimits.evidenceBytes / 2 - 256 else { throw .tooLong }
            guard kid != nil else { throw .shape(.kid) }
        } else {
            guard !releasesFields, kind.mayLackSignature else { throw .shape(.sig) }
        }
    }

    /// Whether this entry stands for values that left the vault.
    public var releasesFields: Bool { decision == .allow && released > 0 && !fields.isEmpty }
}
