import AccessLog
import Primitives
import Testing
import VaultModel

/// Reading a log page by page is worth something only if nothing can be left out or changed on the way.
struct LogScanTests {
    private func sample() -> (log: SampleLog, shown: [ExportedEntry]) {
        let log = SampleLog.ready()
        log.read(5)
        return (log, log.entries.map(\.exported))
    }

    @Test func `what the log signed is read as it stands`() throws {
        let (log, shown) = sample()
        let scanned = try log.scanned(shown)
        #expect(scanned.map(\.index) == Array(0..<UInt64(shown.count)))
        #expect(scanned.allSatisfy { $0.core != nil && $0.subject != nil && $0.coreState == .shown })
        #expect(scanned.suffix(5).allSatisfy { $0.core?.kind == .read })
    }

    @Test func `one changed byte of a part is noticed at its entry`() throws {
        var (log, shown) = sample()
        guard case .shown(var bytes) = shown[6].core else { throw LogScanTests.Missing() }
        bytes[bytes.count / 2] ^= 1
        shown[6].core = .shown(bytes)
        #expect(exportError { _ = try log.scanned(shown) } == .part(index: 6))
    }

    @Test func `an entry left out, added or exchanged breaks the tree`() throws {
        let (log, shown) = sample()
        #expect(exportError { _ = try log.scanned(Array(shown.dropLast())) } == .tree)
        #expect(exportError { _ = try log.scanned(shown + [shown[0]]) } == .tree)
        var swapped = shown
        swapped.swapAt(6, 7)
        // Each part fits its leaf, but says another number.
        #expect(exportError { _ = try log.scanned(swapped) } == .part(index: 6))
    }

    @Test func `what is withheld must be what the statement says`() throws {
        var (log, shown) = sample()
        let honest = log.statement(shown)
        shown[6].core = .withheld
        var scan = try LogScan(checkpoint: log.note(), key: log.key)
        for entry in shown { _ = try scan.take(entry) }
        do throws(ExportError) {
            _ = try scan.finish(statement: honest)
            Issue.record("another part is withheld than the statement says")
        } catch { #expect(error == .statement) }
    }

    @Test func `another key's checkpoint is refused`() throws {
        let (log, _) = sample()
        let other = SampleLog(vault: log.vault)
        let key = try #require(VerifierKey(name: log.key.name, key: other.stranger.key.publicKey))
        #expect(exportError { _ = try LogScan(checkpoint: log.note(), key: key) } != nil)
    }

    private struct Missing: Error {}
}
