import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

/// Shows entries as they come. One entry of the log stands for the whole session, and one for its end; the looks in
/// between make none, so that the log does not grow by being watched.
struct LogFollow {
    let session: Session
    let output: Output
    let minutes: Int64
    let count: Int64

    private static let pollMilliseconds = 1_000
    /// Rows that later ones are aligned with.
    private static let remembered = 50
    /// How long Ctrl-C may wait.
    private static let sliceMilliseconds = 100

    func run() async throws(Failure) {
        let begun = try await session.call(BeginFollow.self, .init(minutes: minutes, count: count))
        output.entry(begun.entry)
        Interrupt.watch()
        defer { Interrupt.unwatch() }
        // A little before the broker's own end, which would make the last look a refusal.
        let end = ContinuousClock.now + .seconds(minutes * 60 - 5)
        var next = begun.message.next
        var recent: [JSONValue] = []
        while !Interrupt.happened, ContinuousClock.now < end {
            let page = try await session.call(FollowPage.self, .init(follow: begun.message.follow, from: next)).message
            next = page.next
            if !page.entries.isEmpty { show(page.entries, after: &recent) }
            if next >= page.size { await pause() }
        }
        let ended = try await session.call(EndFollow.self, .init(follow: begun.message.follow))
        output.entry(ended.entry)
        if !Interrupt.happened {
            output.note("ended after \(minutes) minute\(minutes == 1 ? "" : "s"); run it again to go on")
        }
    }

    private func pause() async {
        for _ in 0..<(Self.pollMilliseconds / Self.sliceMilliseconds) where !Interrupt.happened {
            try? await Task.sleep(for: .milliseconds(Self.sliceMilliseconds))
        }
    }

    /// With `--json` one object a line. Else rows that stand below the ones before: these are part of the table, so that
    /// its columns are as wide, and are not shown again.
    private func show(_ entries: [JSONValue], after recent: inout [JSONValue]) {
        guard !output.isJSON else {
            output.write(entries.flatMap { $0.encode() + [0x0A] }, to: .data)
            return
        }
        let isFirst = recent.isEmpty
        recent = (recent + entries).suffix(max(entries.count, Self.remembered))
        let lines = LogTable.text(recent, output).split(separator: "\n")
        output.data(lines.suffix(entries.count + (isFirst ? 1 : 0)).joined(separator: "\n") + "\n")
    }
}
