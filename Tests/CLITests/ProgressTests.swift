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
        var progress = Progress("import", unit: .things("rows"), output: recorder.output(), width: nil, clock: clock)
        for step in 0..<250 {
            progress.show(done: Int64(step), of: 250)
            clock.advance(100)
        }
        progress.finish()
        #expect(
            recorder.text(.notes) == """
                import: 100 of 250 rows (40 %), 10 rows/s, 15 s left
                import: 200 of 250 rows (80 %), 10 rows/s, 5 s left

                """)
        #expect(recorder.text(.data).isEmpty)
    }

    @Test("On a terminal a bar is redrawn in place and cleared at the end")
    func bar() throws {
        let recorder = Recorder()
        let clock = ManualClock()
        var progress = Progress("import", unit: .things("rows"), output: recorder.output(), width: 80, clock: clock)
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

    @Test("With --json each second tells an object of its own, on standard error")
    func events() throws {
        let recorder = Recorder()
        let clock = ManualClock()
        var progress = Progress("check", unit: .bytes, output: recorder.output(json: true), width: 80, clock: clock)
        for step in 0..<35 {
            progress.show(done: 1_000 + Int64(step) * 100, of: 10_000)
            clock.advance(100)
        }
        progress.finish()
        #expect(
            recorder.text(.notes) == """
                {"progress":{"done":1000,"job":"check","percent":10,"total":10000,"unit":"bytes"}}
                {"progress":{"done":2000,"job":"check","percent":20,"total":10000,"unit":"bytes"}}
                {"progress":{"done":3000,"job":"check","per_second":1000,"percent":30,"seconds_left":7,\
                "total":10000,"unit":"bytes"}}
                {"progress":{"done":4000,"job":"check","per_second":1000,"percent":40,"seconds_left":6,\
                "total":10000,"unit":"bytes"}}

                """)
        #expect(recorder.text(.data).isEmpty)
    }

    @Test("Each thing that is done has a pace of its own, and a log file still a line every ten seconds")
    func labels() {
        let recorder = Recorder()
        let clock = ManualClock()
        var progress = Progress("vault", unit: .bytes, output: recorder.output(), width: nil, clock: clock)
        for step in 0...100 {
            progress.label = step < 60 ? "vault" : "log"
            progress.show(done: Int64(step < 60 ? step : (step - 60) * 2) << 20, of: 200 << 20)
            clock.advance(100)
        }
        #expect(recorder.text(.notes) == "log: 80 MiB of 200 MiB (40 %), 20 MiB/s, 6 s left\n")
    }

    @Test("A pace is told of what was done now, and only when it says something")
    func pace() {
        let recorder = Recorder()
        let clock = ManualClock()
        var progress = Progress("import", unit: .things("rows"), output: recorder.output(), width: nil, clock: clock)
        progress.show(done: 900, of: 1_000)
        clock.advance(10_000)
        progress.show(done: 900, of: 1_000)
        clock.advance(10_000)
        progress.show(done: 920, of: 1_000)
        clock.advance(-50_000)
        progress.show(done: 930, of: 1_000)
        #expect(
            recorder.text(.notes) == """
                import: 900 of 1000 rows (90 %)
                import: 920 of 1000 rows (92 %), 1 rows/s, 1 min 20 s left
                import: 930 of 1000 rows (93 %)

                """)
    }

    @Test(
        "A length of time has two units at most",
        arguments: [
            (-1, "0 s"), (0, "0 s"), (59, "59 s"), (60, "1 min"), (61, "1 min 1 s"), (601, "10 min"), (3_600, "1 h"),
            (3_725, "1 h 2 min"), (86_399, "23 h 59 min"), (86_400, "1 d"), (200_000, "2 d"),
        ])
    func spans(seconds: Int64, text: String) { #expect(Moment.span(seconds: seconds) == text) }

    @Test("A bar stays on its line however narrow the terminal", arguments: 2...60)
    func narrow(width: Int) throws {
        let recorder = Recorder()
        var progress = Progress(
            "导入", unit: .things("rows"), output: recorder.output(), width: width, clock: ManualClock())
        progress.show(done: 1, of: 3)
        let shown = try #require(recorder.text(.notes).split(separator: "\r").first?.split(separator: "\u{1B}").first)
        #expect(DisplayWidth.of(shown) < width)
    }
}
