import AccessLog
import Foundation
import Host
import Keys
import Primitives
import VaultModel

@testable import Storage

/// A folder with the four databases of a new vault, removed at the end.
final class TestVault: Sendable {
    let folder: VaultDirectory
    let vault: VaultID
    let keyset: Keyset

    /// Memory where there is any: most tests are about what was written, not about how long the disk takes.
    static let memory = Folder.exists("/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    static let disk = NSTemporaryDirectory()

    init(in parent: String = memory) throws {
        vault = .random()
        keyset = .generate()
        folder = try Self.newFolder(in: parent)
        try Stores.create(at: folder, vault: vault)
    }

    /// The same files in another folder, as after a crash: whatever lies beside the databases comes along.
    init(copying other: TestVault) throws {
        (vault, keyset) = (other.vault, other.keyset)
        folder = try Self.newFolder(in: Self.memory)
        for name in try Folder.names(in: other.folder.path) where !name.hasSuffix("-shm") {
            try DurableFile.create(FilePaths.join(folder.path, name), with: try other.bytes(of: name))
        }
    }

    /// The files of a vault that another process left behind.
    init(adopting folder: VaultDirectory, vault: VaultID, keyset: Keyset) {
        (self.folder, self.vault, self.keyset) = (folder, vault, keyset)
    }

    private static func newFolder(in parent: String) throws -> VaultDirectory {
        let path = FilePaths.join(parent, "coffer-storage-" + Hex.encode(Random.bytes(8)))
        try Folder.create(path, mode: 0o700)
        return VaultDirectory(path)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder.path) }

    var origin: LogOrigin { LogOrigin(vault: vault, incarnation: 1) }

    var keys: KeysetLogKeys { KeysetLogKeys(keyset, origin: origin) }

    func open(_ options: StorageOptions = StorageOptions()) throws(StorageError) -> Stores {
        try Stores.open(at: folder, vault: vault, options: options)
    }

    /// Why the vault does not open, or nil.
    func refusal(vault: VaultID? = nil) -> StorageError? {
        do throws(StorageError) {
            try Stores.open(at: folder, vault: vault).close()
            return nil
        } catch {
            return error
        }
    }

    func writer(
        _ stores: Stores, clock: any WallClock = SystemClock(), options: LogWriterOptions = LogWriterOptions()
    ) throws(StorageError) -> LogWriter {
        var options = options
        // A test machine may be short of space without any bearing on the test.
        if options.reserveBytes == LogWriterOptions().reserveBytes { options.reserveBytes = 0 }
        if options.floorBytes == LogWriterOptions().floorBytes { options.floorBytes = 0 }
        return try LogWriter(stores.log, keys: keys, keyring: stores.keyring, clock: clock, options: options)
    }

    func bytes(of file: StorageFile) throws -> [UInt8] { try bytes(of: file.name) }

    func bytes(of name: String) throws -> [UInt8] {
        try DurableFile.read(FilePaths.join(folder.path, name), limit: 1 << 30)
    }

    func write(_ bytes: [UInt8], to file: StorageFile) throws {
        try DurableFile.replace(folder.path(of: file), with: bytes)
    }
}

/// The error a throwing call ends with, or nil.
func failure<Failure: Error>(_ body: () throws(Failure) -> Void) -> Failure? {
    do throws(Failure) {
        try body()
        return nil
    } catch {
        return error
    }
}

func asyncFailure<Failure: Error>(_ body: () async throws(Failure) -> Void) async -> Failure? {
    do throws(Failure) {
        try await body()
        return nil
    } catch {
        return error
    }
}

extension TestVault {
    /// How often bytes stand in any file of the folder.
    func occurrences(of needle: [UInt8]) throws -> Int {
        try Folder.names(in: folder.path).reduce(0) { sum, name in
            sum + Self.count(needle, in: try bytes(of: name))
        }
    }

    private static func count(_ needle: [UInt8], in haystack: [UInt8]) -> Int {
        guard let first = needle.first, haystack.count >= needle.count else { return 0 }
        var count = 0
        for start in 0...(haystack.count - needle.count) where haystack[start] == first {
            if haystack[start..<start + needle.count].elementsEqual(needle) { count += 1 }
        }
        return count
    }
}
