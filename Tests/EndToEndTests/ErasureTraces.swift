import Foundation
import Primitives
import Testing
import VaultModel

@testable import Keys

/// What a vault holds of one customer, read from its files with the vault's passphrase: what must be nowhere afterwards.
struct ErasureTraces {
    /// Her key in clear, by versions; as nobody but the broker ever has it.
    let keys: [[UInt8]]
    /// The same as the keyring holds it.
    let wraps: [[UInt8]]
    /// All envelopes of all her records.
    let envelopes: [[UInt8]]

    init(of number: String, _ sandbox: Sandbox, passphrase: String) throws {
        let id = RecordID(try #require(CustomerNumber(number)))
        let hex = Hex.encode(id.bytes)
        let seal = try SealFile.parse(
            [UInt8](try Data(contentsOf: URL(fileURLWithPath: sandbox.vault + "/vault.seal"))))
        var text = Array(try String(contentsOfFile: passphrase, encoding: .utf8).utf8)
        text.removeAll { $0 == 0x0A }
        let verified = try seal.verify(with: seal.rootKey(passphrase: SecretBytes(copying: text)))
        let keyset = try verified.keyset()
        let rows = try sandbox.sql("keyring.db", "SELECT version, hex(wrap) FROM cek WHERE customer = x'\(hex)'")
        wraps = rows.compactMap { Hex.decode($0[1].lowercased()) }
        keys = try rows.map { row in
            let wrap = try #require(Hex.decode(row[1].lowercased()))
            let version = try #require(UInt32(row[0]))
            let key = try keyset.unwrapCEK(wrap, vault: seal.facts.vault, customer: id, version: version)
            return key.secret.exposeBytes()
        }
        envelopes = try sandbox.sql(
            "vault.db",
            "SELECT hex(f.envelope) FROM field f JOIN record r ON f.record = r.rid WHERE r.customer = x'\(hex)'"
        ).compactMap { Hex.decode($0[0].lowercased()) }
    }

    var all: [[UInt8]] { keys + wraps + envelopes }
}

extension Sandbox {
    /// The files of the vault that hold any of these bytes.
    func files(holding needles: [[UInt8]]) throws -> [String] {
        let names = FileManager.default.enumerator(atPath: vault)?.allObjects as? [String] ?? []
        return names.filter { name in
            guard let bytes = FileManager.default.contents(atPath: vault + "/" + name) else { return false }
            return needles.contains { bytes.range(of: Data($0)) != nil }
        }
    }
}

/// The memory of another process, as root reads it.
enum ProcessMemory {
    static var canBeRead: Bool { getuid() == 0 }

    /// How often any of the needles stands in the memory of a process, and how many bytes were looked at. Regions that
    /// cannot be read, as those of the kernel, are left out.
    static func count(of needles: [[UInt8]], in process: Int32) throws -> (hits: Int, bytes: Int) {
        let maps = try String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)
        let memory = unsafe open("/proc/\(process)/mem", O_RDONLY)
        guard memory >= 0 else { throw CocoaError(.fileReadNoPermission) }
        defer { close(memory) }
        let overlap = (needles.map(\.count).max() ?? 1) - 1
        var (hits, total) = (0, 0)
        let chunk = 4 << 20
        for line in maps.split(separator: "\n") {
            let bounds = line.prefix { $0 != " " }.split(separator: "-")
            guard bounds.count == 2, let start = UInt64(bounds[0], radix: 16), let end = UInt64(bounds[1], radix: 16),
                !line.contains("[vsyscall]"), !line.contains("[vvar")
            else { continue }
            var place = start
            while place < end {
                var buffer = [UInt8](repeating: 0, count: Int(min(UInt64(chunk), end - place)))
                let wanted = buffer.count
                let read = unsafe pread(memory, &buffer, wanted, off_t(Int64(bitPattern: place)))
                guard read > 0 else { break }
                total += read
                let data = Data(buffer.prefix(read))
                for needle in needles {
                    var from = data.startIndex
                    while let found = data.range(of: Data(needle), in: from..<data.endIndex) {
                        hits += 1
                        from = found.upperBound
                    }
                }
                guard read > overlap, place + UInt64(read) < end else { break }
                place += UInt64(read - overlap)
            }
        }
        return (hits, total)
    }
}
