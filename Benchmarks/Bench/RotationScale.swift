import Foundation

/// What reads cost while keys are replaced: sixteen clients without pause, before and during each rotation.
struct RotationScale {
    let bench: Workbench
    let customers: Int
    private let clients = 16

    func run() throws {
        try bench.start()
        for index in 0..<clients { try bench.enrol("c\(index)", role: "customer-service") }
        let file = try bench.customers(0..<customers)
        try bench.coffer("c0", "import", file, "--map", bench.root + "/policies/maps/takeout-customers.yaml")
        let numbers = try bench.numbers(clients, of: customers)
        let widths = [30, 12, 12, 12, 12, 14, 12]
        print(
            ["\(customers) customers, 16 clients", "reads/s", "p50 ms", "p99 ms", "x idle p99", "took s", "keys/s"],
            widths: widths)
        let idle = try measure(numbers) { usleep(10_000_000) }
        print(
            ["no rotation", number(idle.perSecond, 0), number(idle.median, 2), number(idle.percentile99, 2)],
            widths: widths)
        for rotation in ["krk", "bik", "cek"] {
            let during = try measure(numbers) { try bench.coffer("owner", "keys", "rotate", rotation) }
            print(
                [
                    rotation, number(during.perSecond, 0), number(during.median, 2), number(during.percentile99, 2),
                    "x" + number(during.percentile99 / idle.percentile99, 2), number(during.seconds),
                    number(Double(customers) / during.seconds, 0),
                ], widths: widths)
        }
        print(["memory of the broker, MiB", number(bench.residentMebibytes(), 0)], widths: widths)
    }

    private func measure(_ numbers: [String], _ body: () throws -> Void) throws -> LoadWhile {
        try LoadWhile(bench, (0..<clients).map { "c\($0)" }) { client, index in
            // Few at a time: a signature is good for a minute.
            try client.prepareShow([numbers[index]], count: 100)
        } during: {
            try body()
        }
    }
}
