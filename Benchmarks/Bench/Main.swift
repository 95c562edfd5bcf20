import Foundation
import Glibc

/// Measures the real programs, with the limit or a peer beside each figure. All figures are from this one run; the
/// machine is noisy, so read the ratios.
///
/// usage: coffer-bench BINARIES REPOSITORY [customers]
///        coffer-bench BINARIES REPOSITORY --log ENTRIES
@main
struct Bench {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3 else {
            FileHandle.standardError.write(Data("usage: coffer-bench BINARIES REPOSITORY [customers]\n".utf8))
            exit(2)
        }
        let most = arguments.count > 3 ? Int(arguments[3]) ?? 100_000 : 100_000
        if arguments.count == 5, arguments[3] == "--log", let entries = Int(arguments[4]) {
            let bench = try Workbench(binaries: arguments[1], root: arguments[2])
            defer { bench.remove() }
            do { try await LogScale(bench: bench, entries: entries).run() } catch {
                FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
                bench.remove()
                exit(1)
            }
            return
        }
        let bench = try Workbench(binaries: arguments[1], root: arguments[2])
        defer { bench.remove() }
        do { try run(bench, most) } catch {
            FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
            bench.remove()
            exit(1)
        }
    }

    private static func run(_ bench: Workbench, _ most: Int) throws {
        try bench.start()
        let clients = 64
        for index in 0..<clients { try bench.enrol("c\(index)", role: "customer-service") }
        let widths = [34, 14, 14, 14, 20, 20]

        print(["customers", "rows/s", "find p50 ms", "find p99 ms", "opened by a find", "memory MiB"], widths: widths)
        var stored = 0
        var importRate = 0.0
        for size in [1_000, 10_000, 100_000] where size <= most {
            let file = try bench.customers(stored..<size)
            let start = seconds()
            try bench.coffer("c0", "import", file, "--map", bench.root + "/policies/maps/takeout-customers.yaml")
            importRate = Double(size - stored) / (seconds() - start)
            stored = size
            let client = try LoadClient(bench, "c1")
            // The first round finds the broker's key cache empty, as after a start; the second is a working day.
            var times: [Double] = []
            for _ in 0..<2 {
                try client.prepareFind((0..<1_000).map { _ in Workbench.phone(Int.random(in: 0..<stored)) })
                times = try client.run().sorted()
            }
            print(
                [
                    "\(size)", number(importRate, 0), number(times[times.count / 2], 2),
                    number(times[times.count * 99 / 100], 2),
                    "about \(1 + size / 1_024)", number(bench.residentMebibytes(), 0),
                ], widths: widths)
        }

        let peers = try SQLPeers(bench, rows: min(stored, 100_000))
        print([""], widths: widths)
        print(
            ["import, rows/s", "Coffer", "plain SQLite", "SQLCipher", "batches of 100, synchronous=FULL"],
            widths: widths)
        let rates = try peers.run()
        print(
            [
                "", number(importRate, 0), "\(number(rates.plain, 0)) (x\(number(rates.plain / importRate)))",
                "\(number(rates.cipher, 0)) (x\(number(rates.cipher / importRate)))",
            ], widths: widths)

        print([""], widths: widths)
        print(
            ["logged, signed reads", "reads/s", "p50 ms", "p99 ms", "CPU µs", "floor µs"],
            widths: widths)
        guard
            let found = try bench.coffer("c0", "find", "--phone", Workbench.phone(7), "--purpose", "order")["matches"]
                as? [[String: Any]], let customer = found.first?["number"] as? String
        else { throw Workbench.Failed(description: "no customer") }
        let floor = try Floor.measure(in: bench.folder)
        for (count, each) in [(1, 4_000), (8, 1_500), (64, 300)] {
            let loads = try (0..<count).map { try LoadClient(bench, "c\($0)") }
            for load in loads { try load.prepareShow(customer, count: each) }
            let results = Results()
            let processor = bench.processorSeconds()
            let start = seconds()
            let threads = loads.map { load in
                let thread = Thread {
                    do { results.add(try load.run()) } catch { results.fail("\(error)") }
                }
                thread.start()
                return thread
            }
            results.wait(for: threads.count)
            let elapsed = seconds() - start
            let times = try results.sorted()
            let rate = Double(times.count) / elapsed
            let processorMicroseconds = (bench.processorSeconds() - processor) * 1e6 / Double(times.count)
            print(
                [
                    "\(count) client\(count == 1 ? "" : "s")", number(rate, 0), number(times[times.count / 2], 2),
                    number(times[times.count * 99 / 100], 2),
                    number(processorMicroseconds, 0),
                    "\(number(floor.processorMicroseconds, 0)) (x\(number(processorMicroseconds / floor.processorMicroseconds, 1)))",
                ], widths: widths)
        }
        print(
            ["one sync of 4 KiB, ms", "", number(floor.sync.p50, 2), number(floor.sync.p99, 2)], widths: widths)
        let leaver = try Leaver.measure(bench, "c63", customer: customer)
        print(
            [
                "a leaver is out after, ms", "", number(leaver.refusal, 1), "", "the command took",
                number(leaver.end, 1),
            ],
            widths: widths)
        print(["memory of the broker, MiB", number(bench.residentMebibytes(), 0)], widths: widths)
    }
}

/// What the threads measured.
final class Results: @unchecked Sendable {  // Everything is behind the condition's lock.
    private let condition = NSCondition()
    private var times: [Double] = []
    private var failure: String?
    private var finished = 0

    func add(_ more: [Double]) {
        condition.lock()
        times += more
        finished += 1
        condition.signal()
        condition.unlock()
    }

    func fail(_ text: String) {
        condition.lock()
        failure = text
        finished += 1
        condition.signal()
        condition.unlock()
    }

    func wait(for count: Int) {
        condition.lock()
        while finished < count { condition.wait() }
        condition.unlock()
    }

    func sorted() throws -> [Double] {
        if let failure { throw Workbench.Failed(description: failure) }
        return times.sorted()
    }
}
