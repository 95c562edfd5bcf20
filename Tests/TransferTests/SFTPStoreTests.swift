import CCurl
import Foundation
import Glibc
import Host
import Primitives
import TestSupport
import Testing

@testable import Transfer

@Suite("An SFTP server that keeps archives", .serialized, .enabled(if: SSHServer.isAvailable, "needs sshd"))
struct SFTPStoreTests {
    @Test func `it does what every store does`() throws {
        let server = try SSHServer()
        try StoreConduct.expect(of: try server.store())
        let names = FileManager.default.enumerator(atPath: server.folder)?.compactMap { $0 as? String } ?? []
        #expect(!names.contains { $0.hasSuffix(".part") })
        #expect(try FileIdentity(of: server.folder + "/v/1").permissions == 0o700)
        #expect(try FileIdentity(of: server.folder + "/v/1/m/0.json").permissions == 0o600)
    }

    @Test func `it says that it is mutable, what its clock shows and how much room there is`() throws {
        let server = try SSHServer()
        let before = SystemClock().nowSeconds()
        let facts = try server.store().probe()
        let clock = try #require(facts.clockMilliseconds) / 1_000
        #expect(facts.protection == .mutable(reason: .sftp))
        #expect((before - 1...SystemClock().nowSeconds() + 1).contains(clock))
        #expect(try #require(facts.freeBytes) > 0)
        #expect(try Folder.names(in: server.folder) == [])
    }

    @Test func `names that leave the folder are refused before anything is connected to`() throws {
        let listener = try Listener()
        let server = try SSHServer()
        let store = try server.store(port: listener.port, times: .short)
        StoreConduct.expectRefusedNames(of: store)
        StoreConduct.expectLimit(of: store)
        #expect(!listener.wasConnected)
    }

    @Test func `a folder that is not there is refused and not made`() throws {
        let server = try SSHServer()
        let store = try server.store(path: server.folder + "/stick")
        #expect(throws: TransferError.missingTarget) { try store.list("") }
        #expect(throws: TransferError.missingTarget) { try store.read("a", limit: 1) }
        #expect(throws: TransferError.missingTarget) { try store.write("a", [1], retainUntilSeconds: nil) }
        #expect(throws: TransferError.missingTarget) { try store.remove("a") }
        #expect(throws: TransferError.missingTarget) { try store.probe() }
        #expect(try Folder.names(in: server.folder) == [])
    }

    @Test func `a link in place of a folder or an object is said`() throws {
        let server = try SSHServer()
        let store = try server.store()
        let outside = try ScratchFolder()
        try outside.write("secret", [1])
        try FileManager.default.createSymbolicLink(
            atPath: server.folder + "/v", withDestinationPath: outside.path)
        #expect(throws: TransferError.planted) { try store.list("") }
        #expect(throws: TransferError.planted) { try store.list("v/") }
        #expect(try store.list("w") == [])
        try store.removeLeftovers("w")
        try FileManager.default.createSymbolicLink(
            atPath: server.folder + "/w", withDestinationPath: outside.file("none"))
        #expect(throws: TransferError.exists) { try store.write("w", [1], retainUntilSeconds: nil) }
        #expect(outside.everything() == ["secret"])
    }

    @Test func `the server does not rename over what is there, however late that came`() throws {
        // What the check before the upload cannot see: somebody else's object at the last moment.
        let server = try SSHServer()
        let connection = try SFTPConnection(
            try server.target(try server.fingerprint(.ed25519)), credentials: try server.credentials(), times: .test)
        try Data([1]).write(to: URL(fileURLWithPath: server.folder + "/a.part"))
        try Data([2]).write(to: URL(fileURLWithPath: server.folder + "/a"))
        let outcome = try connection.perform(server.folder + "/") { exchange, handle in
            exchange.quoted = ["rename \(server.folder)/a.part \(server.folder)/a"]
            handle.set(CURLOPT_NOBODY, 1)
        }
        #expect(outcome.code == CURLE_QUOTE_ERROR)
        #expect(try Data(contentsOf: URL(fileURLWithPath: server.folder + "/a")) == Data([2]))
    }

    @Test func `what a killed upload leaves is not an object and is removed on demand`() throws {
        let server = try SSHServer()
        let store = try server.store()
        try store.write("v/1/a", [1], retainUntilSeconds: nil)
        try store.write("w/a", [1], retainUntilSeconds: nil)
        for name in ["v/1/b.00112233.part", "w/b.00112233.part"] {
            try Data([1]).write(to: URL(fileURLWithPath: server.folder + "/" + name))
        }
        #expect(try store.list("").map(\.name) == ["v/1/a", "w/a"])
        #expect(try store.removeLeftovers("v/") == 1)
        #expect(try Folder.names(in: server.folder + "/v/1") == ["a"])
        #expect(try Folder.names(in: server.folder + "/w") == ["a", "b.00112233.part"])
    }

    @Test(.enabled(if: SmallDisk.isAvailable, "needs the right to mount a tmpfs"))
    func `a full disk is said and leaves nothing`() throws {
        let disk = try #require(SmallDisk(kilobytes: 512))
        let server = try SSHServer(folder: disk.path)
        let store = try server.store()
        let block = [UInt8](repeating: 5, count: 200 << 10)
        try store.write("v/1", block, retainUntilSeconds: nil)
        try store.write("v/2", block, retainUntilSeconds: nil)
        #expect(throws: TransferError.full) { try store.write("v/3", block, retainUntilSeconds: nil) }
        #expect(try Folder.names(in: disk.path + "/v") == ["1", "2"])
    }

    @Test(.enabled(if: BadDisk.canBeMade, "needs a C compiler and sftp-server"))
    func `a server that keeps something else than was sent is found out, and nothing gets the name`() throws {
        let disk = try BadDisk()
        let server = try SSHServer(options: ["ForceCommand " + disk.serverCommand])
        #expect(throws: TransferError.altered) {
            try server.store().write("v/a", Sample.bytes, retainUntilSeconds: nil)
        }
        #expect(try Folder.names(in: server.folder + "/v") == [])
    }

    // MARK: - Broken and slow lines

    @Test func `a connection cut in the middle of an upload leaves no object, and a repetition writes it`() throws {
        let server = try SSHServer()
        let scratch = try ScratchFolder()
        let bytes = Random.bytes(1 << 20)
        // As often as it is tried, and never again.
        let relay = try Relay(to: server.port, .cut, after: 300_000, times: 3, in: scratch.path)
        let store = try server.store(port: relay.port)
        #expect(throws: TransferError.self) { try store.write("v/a", bytes, retainUntilSeconds: nil) }
        #expect(try server.store().list("") == [])
        #expect(!Folder.exists(server.folder + "/v/a"))
        try store.write("v/a", bytes, retainUntilSeconds: nil)
        #expect(try store.read("v/a", limit: bytes.count) == bytes)
    }

    @Test func `one cut is got over`() throws {
        let server = try SSHServer()
        let scratch = try ScratchFolder()
        let bytes = Random.bytes(1 << 20)
        let relay = try Relay(to: server.port, .cut, after: 300_000, times: 1, in: scratch.path)
        let store = try server.store(port: relay.port)
        try store.write("v/a", bytes, retainUntilSeconds: nil)
        #expect(try store.list("").map(\.sizeBytes) == [Int64(bytes.count)])
    }

    @Test func `an upload that stalls is given up and leaves no object`() throws {
        let server = try SSHServer()
        let scratch = try ScratchFolder()
        let relay = try Relay(to: server.port, .stall, after: 300_000, times: 1, in: scratch.path)
        let store = try server.store(port: relay.port, times: .short)
        #expect(throws: TransferError.timeout) {
            try store.write("v/a", Random.bytes(1 << 20), retainUntilSeconds: nil)
        }
        #expect(!Folder.exists(server.folder + "/v/a"))
    }

    @Test func `a server that accepts and says nothing is given up`() throws {
        let listener = try Listener()
        let server = try SSHServer()
        let store = try server.store(port: listener.port, times: .short)
        #expect(throws: TransferError.timeout) { try store.list("") }
        #expect(listener.wasConnected)
    }

    @Test func `a port where nothing listens is unreachable`() throws {
        let server = try SSHServer()
        let port = try Listener().port
        #expect(throws: TransferError.unreachable(.connection)) { try server.store(port: port).list("") }
    }
}
