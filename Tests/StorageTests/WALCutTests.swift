import AccessLog
import Foundation
import Host
import Testing
import VaultModel

@testable import Storage

/// A WAL that lost its end: at each frame, and in the middle of one.
struct WALCutTests {
    private static let headerBytes = 32
    private static let frameHeaderBytes = 24

    /// What is left is the log as it was after some commit: its tree is whole and its checkpoint signed, and it goes on.
    @Test func `the log is what it was after a commit, wherever its WAL was cut`() async throws {
        let vault = try ChildVault()
        defer { vault.remove() }
        let stores = try vault.open()
        let writer = try vault.writer(stores)
        var roots: [UInt64: [UInt8]] = [0: MerkleFrontier().root()]
        for _ in 0..<6 {
            let entry = try await writer.append(LogSubmission(draft: Sample.job()))
            roots[entry.size] = try stores.log.root(size: entry.size)
        }
        let log = FilePaths.join(vault.folder, StorageFile.log.name)
        let wal = try [UInt8](Data(contentsOf: URL(fileURLWithPath: log + "-wal")))
        let page = wal[8..<12].reduce(0) { $0 << 8 | Int($1) }
        let frame = page + Self.frameHeaderBytes
        let frames = (wal.count - Self.headerBytes) / frame
        #expect(frames >= 12, "the WAL has not been copied")

        var sizes: [UInt64] = []
        for count in 0...frames {
            for extra in [0, frame / 2] where count < frames || extra == 0 {
                let end = Self.headerBytes + count * frame + extra
                sizes.append(try await Self.size(of: vault, wal: Array(wal[..<end]), roots))
            }
        }
        #expect(sizes == sizes.sorted(), "a longer WAL has no fewer entries")
        #expect(Set(sizes) == Set(0...6) && sizes.last == 6)
        await writer.close()
        try stores.close()
    }

    /// Opens a copy of the vault with another WAL, checks it and appends to it; how many entries it had.
    private static func size(
        of vault: ChildVault, wal: [UInt8], _ roots: [UInt64: [UInt8]]
    ) async throws -> UInt64 {
        let copy = try ChildVault(copying: vault)
        defer { copy.remove() }
        let path = FilePaths.join(copy.folder, StorageFile.log.name)
        try? FileManager.default.removeItem(atPath: path + "-shm")
        try Data(wal).write(to: URL(fileURLWithPath: path + "-wal"))
        let stores = try copy.open()
        let size = try stores.log.size()
        #expect(try roots[size] == stores.log.root(size: size))
        let writer = try copy.writer(stores)
        let next = try await writer.append(LogSubmission(draft: Sample.job()))
        #expect(next.seq == size)
        await writer.close()
        try stores.close()
        return size
    }
}

extension ChildVault {
    /// A copy of the files as they lie there now.
    fileprivate init(copying other: ChildVault) throws {
        let folder = other.folder + "-copy"
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.copyItem(atPath: other.folder, toPath: folder)
        self.init(folder: folder, vault: other.vault)
    }

    fileprivate init(folder: String, vault: String) {
        self.folder = folder
        self.vault = vault
    }
}
