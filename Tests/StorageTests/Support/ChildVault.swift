import Foundation
import Host
import Keys
import Primitives
import VaultModel

@testable import Storage

/// A vault that a child process works on until it is killed. Its keys are never stored, so the child's log keys are
/// made from a seed both know.
struct ChildVault: Codable, Sendable {
    let folder: String
    let vault: String

    init() throws {
        folder = FilePaths.join(TestVault.disk, "coffer-child-" + Hex.encode(Random.bytes(8)))
        vault = VaultID.random().description
        try Folder.create(folder, mode: 0o700)
        try Stores.create(at: directory, vault: id)
    }

    var directory: VaultDirectory { VaultDirectory(folder) }

    var id: VaultID {
        guard let id = VaultID(vault) else { preconditionFailure("a vault's id is 32 digits") }
        return id
    }

    var keys: SeedLogKeys { SeedLogKeys(vault: id) }

    func open(_ faults: any WriteFaults = NoFaults()) throws(StorageError) -> Stores {
        try Stores.open(at: directory, vault: id, options: StorageOptions(faults: faults))
    }

    func writer(_ stores: Stores) throws(StorageError) -> LogWriter {
        var options = LogWriterOptions()
        (options.reserveBytes, options.floorBytes) = (0, 0)
        return try LogWriter(
            stores.log, keys: keys, keyring: stores.keyring, clock: TestClock(LogFixture.start), options: options)
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    // MARK: - What the child was told before it died

    private var ledgerPath: String { FilePaths.join(folder, "ledger") }

    /// Appends a line with one write(2): it survives the process.
    func acknowledge(_ line: String) {
        let file = open(ledgerPath)
        let bytes = Array((line + "\n").utf8)
        _ = unsafe Glibc.write(file, bytes, bytes.count)
        _ = Glibc.close(file)
    }

    private func open(_ path: String) -> Int32 { unsafe Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT, 0o600) }

    func acknowledged() -> [String] {
        guard let bytes = try? DurableFile.read(ledgerPath, limit: 1 << 20) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    static func die() -> Never {
        kill(getpid(), SIGKILL)
        fatalError("SIGKILL cannot be ignored")
    }
}
