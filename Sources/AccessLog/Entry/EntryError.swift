/// Why a part of an entry was refused. The member is named, its value never.
public enum EntryError: Error, Equatable, Sendable {
    /// Longer than `LogLimits` allows.
    case tooLong
    /// Not the one canonical JSON text of this part: a member missing, added or out of order, a space, an escape that
    /// is not needed, a number with a leading zero, a byte after the end.
    case notCanonical(offset: Int)
    /// A value that does not have the shape of its member.
    case shape(EntryMember)
}

/// The members of the three parts, by the names they have in the text.
public enum EntryMember: String, CaseIterable, Sendable {
    case act, cap, ctr, dec, fld, frm, kid, kind, n, obj, pol, pur, role, salt, seq, shop, t, term, uid, v, via, vlt
    case why, xid
    case cust, ord, psn, ref, rv, scan, sl
    case base, sig
}
