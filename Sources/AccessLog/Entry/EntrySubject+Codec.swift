import CanonicalJSON

extension EntrySubject {
    /// The one canonical text of this part. `salt` is 16 random bytes, used for this part alone.
    public func encode(salt: [UInt8]) -> [UInt8] {
        precondition(salt.count == EntrySalt.size, "a part's salt")
        var writer = JSONWriter(reserving: 128 + customers.count * 14 + orders.count * 36 + seals.count * 67)
        writer.beginObject()
        writer.member("cust", strings: customers)
        writer.member("ord", strings: orders)
        writer.member("psn", pseudonym)
        writer.member("ref", ref)
        writer.name("rv")
        writer.beginArray()
        for revision in revisions { writer.integer(revision) }
        writer.endArray()
        writer.member("salt", EntrySalt.encode(salt))
        writer.member("scan", scanned)
        writer.member("sl", strings: seals)
        writer.endObject()
        return writer.bytes
    }

    /// Reads the one canonical text of this part.
    public init(parsing bytes: [UInt8]) throws(EntryError) {
        var reader = try PartReader(bytes, limit: LogLimits.subjectBytes)
        try reader.raw("{\"cust\":")
        let customers = try reader.strings()
        try reader.raw(",\"ord\":")
        let orders = try reader.strings()
        try reader.raw(",\"psn\":")
        let pseudonym = try reader.opaque()
        try reader.raw(",\"ref\":")
        let ref = try reader.opaque()
        try reader.raw(",\"rv\":")
        let revisions = try reader.numbers()
        try reader.raw(",\"salt\":")
        guard EntrySalt.isValid(try reader.opaque()) else { throw .shape(.salt) }
        try reader.raw(",\"scan\":")
        let scanned = Int(try reader.number())
        try reader.raw(",\"sl\":")
        let seals = try reader.strings()
        try reader.raw("}")
        try reader.finish()
        self.init(
            customers: customers, orders: orders, ref: ref, revisions: revisions, scanned: scanned, seals: seals,
            pseudonym: pseudonym)
        try check()
    }

    /// Refuses what does not have the shape of its member.
    func check() throws(EntryError) {
        guard customers.allSatisfy(EntryShape.isCustomer) else { throw .shape(.cust) }
        guard orders.allSatisfy({ !$0.isEmpty && EntryShape.isOpaque($0) }) else { throw .shape(.ord) }
        guard pseudonym.isEmpty || EntryShape.isTag(pseudonym) else { throw .shape(.psn) }
        guard EntryShape.isOpaque(ref) else { throw .shape(.ref) }
        guard revisions.allSatisfy({ $0 <= LogLimits.integer }) else { throw .shape(.rv) }
        guard scanned >= 0, scanned <= LogLimits.integer else { throw .shape(.scan) }
        guard seals.allSatisfy(EntryShape.isTag) else { throw .shape(.sl) }
        for count in [customers.count, orders.count, revisions.count, seals.count] where count > LogLimits.listCount {
            throw .tooLong
        }
    }
}
