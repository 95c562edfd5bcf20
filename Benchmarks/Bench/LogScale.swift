import Foundation
import Glibc
import Primitives

/// How the log behaves as it grows: what an entry costs and weighs, and what a start, an export and a verification of
/// all of it take, each beside what cannot be saved.
struct LogScale {
    let bench: Workbench
    let entries: Int

    private static let widths = [34, 14, 14, 14, 20, 20]

    func run() async throws {
        try bench.start()
        try bench.enrol("c0", role: "customer-service")
        try bench.enrol("officer", role: "compliance-officer")
        let added = try bench.coffer(
            "c0", "customer", "add", "--field", "name=林小明", "--field", "phone=13912345678", "--purpose", "order")
        guard let customer = added["number"] as? String else { throw Workbench.Failed(description: "no customer") }
        bench.stop()
        try await grow(customer)
        try read()
    }

    private func grow(_ customer: String) async throws {
        let grower = try LogGrower(bench, "c0", customer: customer)
        print(["entries", "appended/s", "bytes/entry"], widths: Self.widths)
        let slice = max(1, entries / 10)
        for done in stride(from: slice, through: entries, by: slice) {
            let spent = try await grower.append(slice)
            print(
                ["\(done)", number(Double(slice) / spent, 0), number(Double(bench.logBytes()) / Double(done), 0)],
                widths: Self.widths)
        }
        let parts = try grower.bytesPerEntry()
        try await grower.close()
        print([""], widths: Self.widths)
        print(["bytes: core", "subject", "evidence", "leaf", "tile", "all with the tables"], widths: Self.widths)
        print(
            [
                number(parts.core, 0), number(parts.subject, 0), number(parts.evidence, 0), number(parts.leaf, 0),
                number(parts.tile, 0), number(Double(bench.logBytes()) / Double(entries), 0),
            ], widths: Self.widths)
    }

    private func read() throws {
        print([""], widths: Self.widths)
        print(["all entries", "seconds", "floor s", "", "MiB, coffer at most", "MiB, cofferd"], widths: Self.widths)
        var start = monotonicSeconds()
        try bench.startBroker()
        show("first start, all compared", start, floor: nil)
        bench.stop()
        start = monotonicSeconds()
        try bench.startBroker()
        show("start after an orderly end", start, floor: nil)
        start = monotonicSeconds()
        try bench.coffer("officer", "log", "export", "--out", bench.folder + "/export")
        show("export", start, floor: nil)
        guard let key = bench.logKey else { throw Workbench.Failed(description: "no log key") }
        start = monotonicSeconds()
        try bench.coffer("officer", "log", "verify", bench.folder + "/export", "--key", key)
        show("verify", start, floor: bare())
    }

    private func show(_ what: String, _ start: Double, floor: Double?) {
        let elapsed = monotonicSeconds() - start
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        print(
            [
                what, number(elapsed), floor.map { "\(number($0)) (x\(number(elapsed / $0)))" } ?? "", "",
                number(Double(usage.ru_maxrss) / 1_024, 0), number(bench.residentMebibytes(), 0),
            ], widths: Self.widths)
    }

    /// What every verification does for so many entries on two cores: one signature and the hashes of three parts, a
    /// leaf and a node.
    private func bare() -> Double {
        let rounds = 10_000
        let group = DispatchGroup()
        let start = monotonicSeconds()
        for _ in 0..<2 {
            DispatchQueue.global().async(group: group) {
                let key = Ed25519.SigningKey.generate()
                let base = [UInt8](repeating: 0x61, count: 900)
                let signature = key.sign(base)
                var checksum = 0
                for _ in 0..<rounds / 2 {
                    checksum += key.publicKey.isValid(signature: signature, for: base) ? 1 : 0
                    for size in [480, 200, 1_100, 220, 65] {
                        checksum += SHA256.hash([UInt8](repeating: 0x62, count: size)).count
                    }
                }
                precondition(checksum > 0)
            }
        }
        group.wait()
        return (monotonicSeconds() - start) / Double(rounds) * Double(entries)
    }
}
