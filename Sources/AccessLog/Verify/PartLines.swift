import Dispatch
import Synchronization
import VaultModel

/// The three parts files, read in step.
struct PartLines {
    private let readers: [(reader: LineReader, part: LogPart, file: String)]
    private var ended: Set<LogPart> = []

    /// Returns nil when one of the files is missing.
    init?(_ files: ExportFiles) {
        guard let core = files.lines(ExportLayout.core, limit: LogLimits.coreBytes),
            let subject = files.lines(ExportLayout.subject, limit: LogLimits.subjectBytes),
            let evidence = files.lines(ExportLayout.evidence, limit: LogLimits.evidenceBytes)
        else { return nil }
        readers = [
            (core, .core, ExportLayout.core), (subject, .subject, ExportLayout.subject),
            (evidence, .evidence, ExportLayout.evidence),
        ]
    }

    /// Core, subject and evidence of one entry. A line that is not there is reported once for each file.
    mutating func next(at index: UInt64, _ findings: inout FindingList) -> [PartLine] {
        var lines: [PartLine] = []
        for (reader, part, file) in readers {
            switch reader.next() {
            case .line(let bytes): lines.append(PartLine(bytes))
            case .malformed:
                findings.add(part, .malformed, at: index, file: file)
                ended.insert(part)
                lines.append(.shown([]))
            case .end:
                if ended.insert(part).inserted { findings.add(part, .missing, at: index, file: file) }
                lines.append(.shown([]))
            }
        }
        return lines
    }

    /// Number of entries behind the last one asked for.
    mutating func skipToEnd(_ findings: inout FindingList) -> UInt64 {
        var most: UInt64 = 0
        for (reader, part, file) in readers {
            var count: UInt64 = 0
            reading: while true {
                switch reader.next() {
                case .line: count += 1
                case .malformed:
                    findings.add(part, .malformed, file: file)
                    break reading
                case .end: break reading
                }
            }
            most = max(most, count)
        }
        return most
    }
}

/// An entry as read, before it is checked.
struct EntryInput: Sendable {
    let index: UInt64
    let leaf: Leaf
    let lines: [PartLine]

    /// Checks entries on several threads and returns them in their order. Verifying a signature takes some 50 µs and
    /// needs nothing but the entry, so this is where the time goes.
    static func check(
        _ batch: [EntryInput], vault: VaultID, keys: PublicKeyCache, threads: Int
    ) -> [CheckedEntry] {
        let slices = max(1, min(threads, batch.count / 16))
        guard slices > 1 else { return batch.map { $0.checked(vault, keys) } }
        let results = Mutex<[Int: [CheckedEntry]]>([:])
        DispatchQueue.concurrentPerform(iterations: slices) { slice in
            let range = (batch.count * slice / slices)..<(batch.count * (slice + 1) / slices)
            let checked = batch[range].map { $0.checked(vault, keys) }
            results.withLock { $0[slice] = checked }
        }
        return results.withLock { found in (0..<slices).flatMap { found[$0] ?? [] } }
    }

    private func checked(_ vault: VaultID, _ keys: PublicKeyCache) -> CheckedEntry {
        CheckedEntry(index: index, leaf: leaf, lines: lines, vault: vault, keys: keys)
    }
}
