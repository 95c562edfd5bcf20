import Foundation
import Glibc

/// What archives cost: everything, and 1 % of the customers changed, beside restic and borg, which read what they store,
/// and age, which only encrypts. All of them get the same databases; Coffer also takes the snapshot, wraps each key anew
/// and reads packs back.
struct ArchiveScale {
    let bench: Workbench
    let customers: Int
    private let widths = [40, 12, 14, 14, 14]

    func run() throws {
        try bench.start()
        try bench.coffer(
            "owner", "keys", "cards", "confirm", "--recovery", "--card-file", bench.card(1), "--card-file",
            bench.card(2))
        for (who, role) in [("c0", "customer-service"), ("c1", "customer-service"), ("operator", "backup-operator")] {
            try bench.enrol(who, role: role)
        }
        let file = try bench.customers(0..<customers)
        try bench.coffer("c0", "import", file, "--map", bench.root + "/policies/maps/takeout-customers.yaml")
        let changed = try numbers(ofEach: 100)
        let target = bench.folder + "/target"
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
        try bench.coffer("operator", "backup", "targets", "add", "stick", target)

        let size = try copy("size")
        row(["\(customers) customers, \(mebibytes(size.bytes)) MiB", "s", "MiB stored", "MiB/s", "memory MiB"])
        let readers = try backup("Coffer, everything", target, size, "--full", working: changed)
        // Others changed records during those runs: what follows is against what is archived now.
        let before = try copy("before")
        var peers = Peers(folder: bench.folder)
        try show(peers.prepare(), "everything", before)

        let updater = try LoadClient(bench, "c0")
        for batch in stride(from: 0, to: changed.count, by: 200) {
            // Few at a time: a signature is good for a minute.
            try updater.prepareUpdate(Array(changed[batch..<min(batch + 200, changed.count)]), preference: "不要香菜")
            _ = try updater.run()
        }
        let after = try copy("after")
        let pages = try after.pages(otherThan: before)
        row([""])
        row(["\(changed.count) of them changed, \(pages) pages", "s", "MiB stored", "x pages", "memory MiB"])
        _ = try backup("Coffer, changes", target, after, changedPages: pages)
        try show(peers.all, "changes", after, changedPages: pages)

        row([""])
        row(["restore", "s", "", "MiB/s", "memory MiB"])
        bench.stop()
        try restore(target, after)
        for peer in peers.all {
            let seconds = try peer.restore()
            row([peer.name, number(seconds), "", number(Double(after.bytes) / 1_048_576 / seconds, 0)])
        }
        row([""])
        row(["reads and changes during a run", "a second", "p50 ms", "p99 ms", "worst ms"])
        for (name, load) in readers {
            row(
                [
                    name, number(load.perSecond, 0), number(load.median, 2), number(load.percentile99, 2),
                    number(load.worst, 1),
                ])
        }
    }

    private func row(_ columns: [String]) { print(columns, widths: widths) }

    /// One run beside the load of two people, if there is one, and one without.
    private func backup(
        _ name: String, _ target: String, _ copy: Copy, _ more: String..., changedPages: Int? = nil,
        working: [String] = []
    ) throws -> [(String, LoadWhile)] {
        var loads: [(String, LoadWhile)] = []
        func work(_ body: () throws -> Void) throws -> LoadWhile {
            try LoadWhile(bench, ["c0", "c1"]) { client, index in
                let some = Array(working.shuffled().prefix(20))
                if index == 0 {
                    try client.prepareShow([some[0]], count: 20)
                } else {
                    try client.prepareUpdate(some, preference: "少辣")
                }
            } during: {
                try body()
            }
        }
        if !working.isEmpty {
            loads.append(("no run", try work { usleep(5_000_000) }))
            loads.append(("a run of everything", try work { try run(more) }))
        }
        let stored = try Peers.bytes(target)
        let resident = bench.residentMebibytes()
        bench.forgetPeak()
        let start = monotonicSeconds()
        try run(more)
        let seconds = monotonicSeconds() - start
        let bytes = try Peers.bytes(target) - stored
        let ratio =
            changedPages.map { number(Double(bytes) / Double($0 * Copy.pageSize), 2) }
            ?? number(Double(copy.bytes) / 1_048_576 / seconds, 0)
        let most = bench.residentMebibytes("VmHWM")
        row(
            [
                name, number(seconds), mebibytes(bytes), ratio,
                "\(number(most, 0)) (+\(number(most - resident, 0))), "
                    + "client \(number(bench.clientPeakMebibytes, 0))",
            ])
        return loads
    }

    private func run(_ more: [String]) throws { try bench.coffer("operator", ["backup", "run"] + more) }

    private func restore(_ target: String, _ copy: Copy) throws {
        let start = monotonicSeconds()
        try bench.coffer(
            "owner", "backup", "restore", "--from", target, "--into", bench.folder + "/restored", "--card-file",
            bench.card(1), "--card-file", bench.card(3), "--unseal-passphrase-file", try bench.passphrase("vault"))
        let seconds = monotonicSeconds() - start
        row(
            [
                "Coffer", number(seconds), "", number(Double(copy.bytes) / 1_048_576 / seconds, 0),
                number(bench.clientPeakMebibytes, 0),
            ])
    }

    private func show(_ peers: [Peer], _ what: String, _ copy: Copy, changedPages: Int? = nil) throws {
        for peer in peers {
            let made = try peer.store(copy.folder)
            let ratio =
                changedPages.map { number(Double(made.bytes) / Double($0 * Copy.pageSize), 2) }
                ?? number(Double(copy.bytes) / 1_048_576 / made.seconds, 0)
            row(["\(peer.name), \(what)", number(made.seconds), mebibytes(made.bytes), ratio])
        }
    }

    private func mebibytes(_ bytes: Int) -> String { number(Double(bytes) / 1_048_576) }

    /// Numbers of every so many-th customer.
    private func numbers(ofEach step: Int) throws -> [String] {
        let client = try LoadClient(bench, "c0")
        var numbers: [String] = []
        for start in stride(from: 0, to: customers, by: step * 200) {
            let some = stride(from: start, to: min(start + step * 200, customers), by: step)
            try client.prepareFind(some.map(Workbench.phone))
            _ = try client.run { reply in
                guard let body = reply.firstIndex(of: 0x7B),
                    let answer = try JSONSerialization.jsonObject(with: Data(reply[body...])) as? [String: Any],
                    let matches = answer["matches"] as? [[String: Any]],
                    let number = matches.first?["number"] as? String
                else { throw Workbench.Failed(description: "no customer") }
                numbers.append(number)
            }
        }
        return numbers
    }

    /// The databases of the vault as they lie there now; the broker is restarted for it.
    private func copy(_ name: String) throws -> Copy {
        bench.stop()
        let folder = bench.folder + "/" + name
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        for file in Copy.files {
            try FileManager.default.copyItem(atPath: "\(bench.vault)/\(file)", toPath: "\(folder)/\(file)")
        }
        try bench.startBroker()
        return try Copy(folder)
    }
}

/// The databases of an archive, as of one moment.
private struct Copy {
    static let files = ["vault.db", "keyring.db", "log.db"]
    static let pageSize = 4_096
    let folder: String
    let bytes: Int

    init(_ folder: String) throws {
        self.folder = folder
        bytes = try Peers.bytes(folder)
    }

    /// How many pages are not at the same place in another copy.
    func pages(otherThan other: Copy) throws -> Int {
        var count = 0
        for file in Self.files {
            let new = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)"))
            let old = try Data(contentsOf: URL(fileURLWithPath: "\(other.folder)/\(file)"))
            for start in stride(from: 0, to: new.count, by: Self.pageSize) {
                let end = min(start + Self.pageSize, new.count)
                if end > old.count || new[start..<end] != old[start..<end] { count += 1 }
            }
        }
        return count
    }
}
