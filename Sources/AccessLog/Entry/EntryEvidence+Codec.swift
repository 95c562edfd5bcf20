import CanonicalJSON
import Primitives

extension EntryEvidence {
    /// The one canonical text of this part; both members are empty where nobody signed. `salt` is 16 random bytes,
    /// used for this part alone.
    public static func encode(_ evidence: EntryEvidence?, salt: [UInt8]) -> [UInt8] {
        precondition(salt.count == EntrySalt.size, "a part's salt")
        var writer = JSONWriter(reserving: 192 + (evidence.map { $0.base.utf8.count * 9 / 8 } ?? 0))
        writer.beginObject()
        writer.member("base", evidence?.base ?? "")
        writer.member("salt", EntrySalt.encode(salt))
        writer.member("sig", evidence?.signature ?? "")
        writer.endObject()
        return writer.bytes
    }

    /// Reads the one canonical text of this part: nil where nobody signed.
    public static func parse(_ bytes: [UInt8]) throws(EntryError) -> EntryEvidence? {
        var reader = try PartReader(bytes, limit: LogLimits.evidenceBytes)
        try reader.raw("{\"base\":")
        let base = try reader.text()
        try reader.raw(",\"salt\":")
        guard EntrySalt.isValid(try reader.opaque()) else { throw .shape(.salt) }
        try reader.raw(",\"sig\":")
        let signature = try reader.opaque()
        try reader.raw("}")
        try reader.finish()
        if base.isEmpty, signature.isEmpty { return nil }
        let evidence = EntryEvidence(base: base, signature: signature)
        try evidence.check()
        return evidence
    }

    func check() throws(EntryError) {
        guard Base64.decode(signature)?.count == 64 else { throw .shape(.sig) }
        guard !base.isEmpty, base.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A }) else {
            throw .shape(.base)
        }
    }
}
