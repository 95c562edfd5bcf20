import Foundation
import Glibc

/// Measures the real programs, with the limit or a peer beside each figure. All figures are from this one run; the
/// machine is noisy, so read the ratios.
///
/// usage: coffer-bench BINARIES REPOSITORY [customers]
///        coffer-bench BINARIES REPOSITORY --log ENTRIES
///        coffer-bench BINARIES REPOSITORY --rotation CUSTOMERS
///        coffer-bench BINARIES REPOSITORY --archives CUSTOMERS
///        coffer-bench BINARIES REPOSITORY --reads REQUESTS
@main
struct Bench {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3 else {
            FileHandle.standardError.write(Data("usage: coffer-bench BINARIES REPOSITORY [customers]\n".utf8))
            exit(2)
        }
        let most = arguments.count > 3 ? Int(arguments[3]) ?? 100_000 : 100_000
        let bench = try Workbench(binaries: arguments[1], root: arguments[2])
        defer { bench.remove() }
        do {
            switch arguments.dropFirst(3).first {
            case "--log": try await LogScale(bench: bench, entries: Int(arguments.last ?? "") ?? 100_000).run()
            case "--rotation": try RotationScale(bench: bench, customers: Int(arguments.last ?? "") ?? 10_000).run()
            case "--archives": try ArchiveScale(bench: bench, customers: Int(arguments.last ?? "") ?? 70_000).run()
            case "--reads": try reads(bench, requests: Int(arguments.last ?? "") ?? 4_000)
            default: try run(bench, most)
            }
        } catch {
            FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
            bench.remove()
            exit(1)
        }
    }

    /// Reads and nothing else, from 64 connections of eight people: what a profiler looks at.
    private static func reads(_ bench: Workbench, requests: Int) throws {
        try bench.start()
        let people = 8
        for index in 0..<people { try bench.enrol("c\(index)", role: "customer-service") }
        let file = try bench.customers(0..<1_000)
        try bench.coffer("c0", "import", file, "--map", bench.root + "/policies/maps/takeout-customers.yaml")
        guard let customer = try bench.numbers(1, of: 1_000).first else {
            throw Workbench.Failed(description: "no customer")
        }
        for round in 1...3 {
            let loads = try (0..<64).map { try LoadClient(bench, "c\($0 % people)") }
            for load in loads.prefix(people) { try load.prepareShow([customer], count: requests / people) }
            for (index, load) in loads.enumerated().dropFirst(people) { load.share(loads[index % people]) }
            let load = try Load(loads, bench)
            print(
                [
                    "round \(round)", "\(number(load.perSecond, 0)) reads/s", "p50 \(number(load.median)) ms",
                    "p99 \(number(load.percentile99)) ms", "CPU \(number(load.processorMicroseconds, 0)) µs",
                ], widths: [10, 18, 18, 18, 18])
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
            let start = monotonicSeconds()
            try bench.coffer("c0", "import", file, "--map", bench.root + "/policies/maps/takeout-customers.yaml")
            importRate = Double(size - stored) / (monotonicSeconds() - start)
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
        let hundred = try bench.numbers(100, of: stored)
        guard let customer = hundred.first else { throw Workbench.Failed(description: "no customer") }
        let floor = try Floor.measure(in: bench.folder)
        // 256 connections share the keys of 64 persons: enrolling takes long, and each signature is checked all the same.
        for (count, each) in [(1, 4_000), (8, 1_500), (64, 300), (256, 80)] {
            let loads = try (0..<count).map { try LoadClient(bench, "c\($0 % clients)") }
            for load in loads.prefix(clients) {
                try load.prepareShow([customer], count: each * max(1, count / clients))
            }
            for (index, load) in loads.enumerated().dropFirst(clients) { load.share(loads[index % clients]) }
            let load = try Load(loads, bench)
            print(
                [
                    "\(count) client\(count == 1 ? "" : "s")", number(load.perSecond, 0), number(load.median, 2),
                    number(load.percentile99, 2), number(load.processorMicroseconds, 0),
                    "\(number(floor.processorMicroseconds, 0)) "
                        + "(x\(number(load.processorMicroseconds / floor.processorMicroseconds, 1)))",
                ], widths: widths)
        }
        // How a till's day list or a report reads: one signature and one entry for a hundred records.
        let reporter = try LoadClient(bench, "c2")
        try reporter.prepareShow(hundred, count: 200)
        let batches = try Load([reporter], bench)
        print(
            [
                "batches of \(hundred.count), records/s", number(batches.perSecond * Double(hundred.count), 0),
                number(batches.median, 2), number(batches.percentile99, 2),
                number(batches.processorMicroseconds / Double(hundred.count), 1), "a record",
            ], widths: widths)
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
