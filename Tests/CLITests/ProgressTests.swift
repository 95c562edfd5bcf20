import Console
import Host
import Synchronization
import Testing

struct ProgressTests {
    private final class ManualClock: WallClock {
        private let now = Mutex<Int64>(1_000_000)
        func nowMilliseconds() -> Int64 { now.withLock { $0 } }
        func advance(_ milliseconds: Int64) { now.withLock { $0 += milliseconds } }
    }

    @Test("Off a terminal one line is written every ten seconds, the first after ten")
    func lines() {
        let recorder = Recorder()
        let clock = ManualClock()
        var progress = Progress("import", unit: "rows", output: recorder.output(), width: nil, clock: clock)
        for step in 0..<250 {
            progress.show(done: Int64(step), of: 250)
            clock.advance(100)
        }
        progress.finish()
        #expect(
            recorder.text(.notes) == """
                import: 100 of 250 rows (40 %)
                import: 200 of 250 rows (80 %)

                """)
        #expect(recorder.text(.data).isEmpty)
    }

    @Test("On a terminal a bar is redrawn in place and cleared at the end")
    func bar() throws {
        let recorder = Recorder()
        let clock = ManualClock()
        var progress = Progress("import", unit: "rows", output: recorder.output(), width: 80, clock: clock)
        progress.show(done: 0, of: 200)
        progress.show(done: 50, of: 200)
        clock.advance(100)
        progress.show(done: 100, of: 200)
        progress.finish()
        let text = recorder.text(.notes)
        let drawn = text.split(separator: "\r")
        #expect(drawn.count == 3, "two bars and the clearing; the second call came too soon")
        #expect(drawn[0] == "import [\(String(repeating: " ", count: 24))]   0 % 0/200 rows\u{1B}[K")
        #expect(drawn[1].contains("[============            ]  50 % 100/200 rows"))
        #expect(text.hasSuffix("\r\u{1B}[K"))
        #expect(!text.contains("\n"))
    }

    @Test("A bar stays on its line however narrow the terminal", arguments: 2...60)
    func narrow(width: Int) throws {
        let recorder = Recorder()
        var progress = Progress("导入", unit: "rows", output: recorder.output(), width: width, clock: ManualClock())
        progress.show(done: 1, of: 3)
        let shown = try #require(recorder.text(.notes).split(separator: "\r").first?.split(separator: "\u{1B}").first)
        #expect(DisplayWidth.of(shown) < width)
    }
}
