import Foundation
import Host
import Primitives
import TestSupport
import Testing

@testable import Transfer

@Suite("A folder that keeps archives") struct DirectoryStoreTests {
    private let scratch: ScratchFolder
    private let store: DirectoryStore

    init() throws {
        scratch = try ScratchFolder()
        store = try DirectoryStore(path: scratch.path)
    }

    @Test func `it does what every store does`() throws { try StoreConduct.expect(of: store) }

    @Test func `names that leave the folder are refused and make nothing`() {
        StoreConduct.expectRefusedNames(of: store)
        #expect(scratch.everything() == [])
    }

    @Test func `more than an object may have is refused and makes nothing`() {
        StoreConduct.expectLimit(of: store)
        #expect(scratch.everything() == [])
    }

    @Test func `a folder that is not there is refused and not made`() {
        let missing = scratch.file("stick")
        #expect(throws: TransferError.missingTarget) { try DirectoryStore(path: missing) }
        #expect(!Folder.exists(missing))
    }

    @Test func `a file is no folder`() throws {
        try scratch.write("file", [1])
        #expect(throws: TransferError.missingTarget) { try DirectoryStore(path: scratch.file("file")) }
    }

    @Test func `a folder that is removed and made anew is not the target`() throws {
        let stick = scratch.file("stick")
        try Folder.create(stick, mode: 0o700)
        let store = try DirectoryStore(path: stick)
        try FileManager.default.removeItem(atPath: stick)
        try Folder.create(stick, mode: 0o700)
        #expect(throws: TransferError.self) { try store.write("a", [1], retainUntilSeconds: nil) }
        #expect(scratch.everything() == [])
    }

    @Test func `a link in place of a folder leads nowhere`() throws {
        let outside = try ScratchFolder()
        try outside.write("secret", [1])
        try FileManager.default.createSymbolicLink(atPath: scratch.file("v"), withDestinationPath: outside.path)
        #expect(throws: TransferError.planted) { try store.write("v/new", [2], retainUntilSeconds: nil) }
        #expect(throws: TransferError.planted) { try store.read("v/secret", limit: 10) }
        #expect(throws: TransferError.planted) { try store.remove("v/secret") }
        #expect(throws: TransferError.planted) { try store.list("") }
        #expect(throws: TransferError.planted) { try store.list("v/") }
        #expect(try store.list("w/") == [])
        try store.removeLeftovers("")
        #expect(outside.everything() == ["secret"])
    }

    @Test func `a link in place of an object is neither read nor written through`() throws {
        let outside = try ScratchFolder()
        try outside.write("secret", [1])
        for (name, destination) in [("there", outside.file("secret")), ("dangling", outside.file("none"))] {
            try FileManager.default.createSymbolicLink(atPath: scratch.file(name), withDestinationPath: destination)
            #expect(throws: TransferError.planted) { try store.read(name, limit: 10) }
            #expect(throws: TransferError.exists) { try store.write(name, [2], retainUntilSeconds: nil) }
            #expect(throws: TransferError.planted) { try store.list("") }
            try store.remove(name)
        }
        #expect(outside.everything() == ["secret"])
        #expect(try store.list("") == [])
    }

    @Test func `a pipe in place of an object does not make the reader wait`() throws {
        #expect(unsafe mkfifo(scratch.file("pipe"), 0o600) == 0)
        #expect(throws: TransferError.planted) { try store.read("pipe", limit: 10) }
        #expect(throws: TransferError.planted) { try store.list("") }
    }

    @Test func `what other programs leave on a stick is not seen`() throws {
        try scratch.write("System Volume Information", [1])
        try scratch.write(".hidden", [1])
        try Folder.create(scratch.file(".Trash-1000"), mode: 0o700)
        try scratch.write(".Trash-1000/object", [1])
        #expect(try store.list("") == [])
        #expect(try store.removeLeftovers("") == 0)
    }

    @Test func `what a killed write leaves is not an object and is removed on demand, in its own folder only`() throws {
        try store.write("v/1/a", [1], retainUntilSeconds: nil)
        try store.write("w/1/a", [1], retainUntilSeconds: nil)
        for folder in ["", "v/", "v/1/", "w/1/"] { try scratch.write(folder + ".tmp-0011223344556677", [1]) }
        #expect(try store.list("").map(\.name) == ["v/1/a", "w/1/a"])
        #expect(try store.removeLeftovers("v/1/") == 1)
        #expect(try store.removeLeftovers("v/") == 1)
        #expect(
            scratch.everything() == [".tmp-0011223344556677", "v/1/a", "w/1/.tmp-0011223344556677", "w/1/a"])
    }

    @Test func `objects and folders are their owner's alone`() throws {
        try store.write("v/a", [1], retainUntilSeconds: nil)
        #expect(try FileIdentity(of: scratch.file("v")).permissions == 0o700)
        #expect(try FileIdentity(of: scratch.file("v/a")).permissions == 0o600)
    }

    @Test func `it is mutable, has this machine's clock and says how much room there is`() throws {
        let facts = try store.probe()
        #expect(facts.protection == .mutable(reason: .folder))
        #expect(facts.clockMilliseconds == nil)
        #expect(try #require(facts.freeBytes) > 0)
        #expect(scratch.everything() == [])
    }
}

@Suite("A full disk", .enabled(if: SmallDisk.isAvailable, "needs the right to mount a tmpfs"))
struct FullFolderTests {
    @Test func `is said and leaves nothing, and there is room again after a removal`() throws {
        let disk = try #require(SmallDisk(kilobytes: 512))
        let store = try DirectoryStore(path: disk.path)
        let block = [UInt8](repeating: 5, count: 200 << 10)
        try store.write("v/1", block, retainUntilSeconds: nil)
        try store.write("v/2", block, retainUntilSeconds: nil)
        #expect(throws: TransferError.full) { try store.write("v/3", block, retainUntilSeconds: nil) }
        #expect(try store.list("").map(\.name) == ["v/1", "v/2"])
        #expect(try store.removeLeftovers("") == 0)
        try store.remove("v/1")
        try store.write("v/3", block, retainUntilSeconds: nil)
        #expect(try store.read("v/3", limit: block.count) == block)
    }
}
