internal import AccessLog
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Log entries as they leave the vault. They hold opaque ids and no value of a customer, so no grant is needed; who may
/// read the log is decided before.
extension OpenedEntry {
    /// The whole entry.
    var item: LogItem { item(showing: .all) }

    /// The entry with only some of its parts.
    func item(showing shown: EntryParts) -> LogItem {
        LogItem(
            leaf: [leaf.core, leaf.subject, leaf.evidence].map(Hex.encode),
            core: shown.contains(.core) ? Self.text(core) : LogItem.withheld,
            subject: shown.contains(.subject) ? Self.text(subject) : LogItem.withheld,
            evidence: shown.contains(.evidence) ? Self.text(evidence) : LogItem.withheld)
    }

    /// Which parts an export with this filter shows.
    func shown(by filter: ExportFilter) throws(RequestRefusal) -> EntryParts {
        guard !filter.isEmpty, let core else { return .all }
        do throws(EntryError) {
            return filter.parts(
                of: try EntryCore(parsing: core),
                subject: try subject.map { (bytes) throws(EntryError) in try EntrySubject(parsing: bytes) })
        } catch { throw .integrity("log entry \(seq)") }
    }

    private static func text(_ part: [UInt8]?) -> String {
        part.map { String(decoding: $0, as: UTF8.self) } ?? LogItem.purged
    }
}
