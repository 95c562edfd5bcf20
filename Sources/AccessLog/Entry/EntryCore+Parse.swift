import VaultModel

extension EntryCore {
    /// Reads the one canonical text of a core.
    ///
    /// - Throws: `EntryError` when the text is not canonical or a value does not have the shape of its member.
    public init(parsing bytes: [UInt8]) throws(EntryError) {
        var reader = try PartReader(bytes, limit: LogLimits.coreBytes)
        try reader.raw("{\"act\":")
        act = try Self.optional(reader.opaque(), .act, Act.init(rawValue:))
        try reader.raw(",\"cap\":")
        capability = try Self.checked(reader.opaque(), .cap, EntryShape.isBlock)
        try reader.raw(",\"ctr\":")
        counter = try reader.number()
        try reader.raw(",\"dec\":")
        decision = try Self.required(reader.opaque(), .dec, EntryDecision.init(rawValue:))
        try reader.raw(",\"fld\":")
        fields = try Self.fieldNames(reader.strings())
        try reader.raw(",\"frm\":")
        form = try Self.optional(reader.opaque(), .frm, Form.init(rawValue:))
        try reader.raw(",\"kid\":")
        kid = try Self.optional(reader.opaque(), .kid) { KeyID($0) }
        try reader.raw(",\"kind\":")
        kind = try Self.required(reader.opaque(), .kind, EntryKind.init(rawValue:))
        try reader.raw(",\"n\":")
        released = Int(try reader.number())
        try reader.raw(",\"obj\":")
        object = try Self.checked(reader.opaque(), .obj, EntryShape.isDigest)
        try reader.raw(",\"pol\":")
        policy = try Self.checked(reader.opaque(), .pol, EntryShape.isDigest)
        try reader.raw(",\"pur\":")
        purpose = try Self.checked(reader.opaque(), .pur, EntryShape.isLabel)
        try reader.raw(",\"role\":")
        role = try Self.checked(reader.opaque(), .role, EntryShape.isLabel)
        try reader.raw(",\"salt\":")
        salt = try Self.checked(reader.opaque(), .salt, EntrySalt.isValid)
        try reader.raw(",\"seq\":")
        seq = try reader.number()
        try reader.raw(",\"shop\":")
        shop = try Self.checked(reader.opaque(), .shop, EntryShape.isLabel)
        try reader.raw(",\"t\":")
        time = Int64(try reader.number())
        try reader.raw(",\"term\":")
        terminal = try Self.checked(reader.opaque(), .term, EntryShape.isTerminal)
        try reader.raw(",\"uid\":")
        uid = Int(try reader.number())
        guard uid <= EntryDraft.noUID else { throw .shape(.uid) }
        try reader.raw(",\"v\":1,\"via\":")
        via = try Self.required(reader.opaque(), .via, EntryVia.init(rawValue:))
        try reader.raw(",\"vlt\":")
        vault = try Self.required(reader.opaque(), .vlt) { VaultID($0) }
        try reader.raw(",\"why\":")
        why = try Self.required(reader.opaque(), .why, Reason.init(rawValue:))
        try reader.raw(",\"xid\":")
        xid = try Self.checked(reader.opaque(), .xid, EntryShape.isOpaque)
        try reader.raw("}")
        try reader.finish()
    }

    private static func checked(
        _ text: String, _ member: EntryMember, _ isValid: (String) -> Bool
    ) throws(EntryError) -> String {
        guard isValid(text) else { throw .shape(member) }
        return text
    }

    private static func required<Value>(
        _ text: String, _ member: EntryMember, _ read: (String) -> Value?
    ) throws(EntryError) -> Value {
        guard let value = read(text) else { throw .shape(member) }
        return value
    }

    private static func optional<Value>(
        _ text: String, _ member: EntryMember, _ read: (String) -> Value?
    ) throws(EntryError) -> Value? {
        text.isEmpty ? nil : try required(text, member, read)
    }

    private static func fieldNames(_ list: [String]) throws(EntryError) -> [FieldName] {
        var names: [FieldName] = []
        for text in list { names.append(try required(text, .fld) { FieldName($0) }) }
        return names
    }
}
