import AccessLog
import Foundation
import Host
import Primitives
import Testing
import Witness

/// A folder that goes when the test is over.
private final class Scratch {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("witness-" + UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var state: String { path + "/state" }
    var key: String { path + "/key" }
}

private struct FixedClock: WallClock {
    let seconds: Int64
    func nowMilliseconds() -> Int64 { seconds * 1_000 }
}

struct WitnessServiceTests {
    private let log: TestLog
    private let scratch: Scratch
    private static let now: Int64 = 1_790_000_000

    init() throws {
        log = try TestLog()
        scratch = try Scratch()
    }

    private func open(_ logs: [VerifierKey]? = nil) throws -> (service: WitnessService, key: VerifierKey) {
        let (folder, key, _) = try WitnessFolder.open(scratch.state, keyFile: scratch.key, name: "witness.example")
        let service = try WitnessService(
            folder: folder, key: key, logs: logs ?? [log.key], clock: FixedClock(seconds: Self.now))
        return (service, key.verifier)
    }

    private func post(_ witness: WitnessService, _ body: [UInt8]) async -> WitnessReply {
        await witness.answer(method: "POST", path: "/add-checkpoint", body: body)
    }

    @Test func `what is answered is a cosignature of the very note, with its time`() async throws {
        let (witness, key) = try open()
        let reply = await post(witness, log.submission(0, 5))
        #expect(reply.status == 200)
        var note = try SignedNote(parsing: log.note(5))
        let isTaken = note.take(cosignatureOf: key, from: reply.body)
        #expect(isTaken)
        #expect(note.cosignatureTime(by: key) == UInt64(Self.now))
        #expect(note.isSigned(by: log.key))
        var other = try SignedNote(parsing: log.note(6))
        let isMistaken = other.take(cosignatureOf: key, from: reply.body)
        #expect(!isMistaken)
    }

    @Test func `every refusal has the code and the body of the protocol`() async throws {
        let (witness, _) = try open()
        #expect(await post(witness, log.submission(0, 9)).status == 200)
        let conflict = await post(witness, log.submission(4, 6))
        #expect(conflict.status == 409)
        #expect(conflict.contentType == "text/x.tlog.size")
        #expect(conflict.body == Array("9\n".utf8))
        #expect(await post(witness, try TestLog(variant: 3).submission(9, 12)).status == 422)
        #expect(await post(witness, try TestLog(seed: 4).submission(9, 12)).status == 403)
        #expect(await post(witness, try TestLog("coffer/other/1").submission(0, 2)).status == 404)
        #expect(await post(witness, Array("old 9\n".utf8)).status == 400)
        #expect(await witness.answer(method: "GET", path: "/add-checkpoint", body: []).status == 405)
        #expect(await witness.answer(method: "POST", path: "/other", body: []).status == 404)
    }

    @Test func `the last note cosigned is shown under the hash of the origin`() async throws {
        let (witness, key) = try open()
        let page = WitnessSubmission.lastNotePath(origin: log.key.name)
        #expect(await witness.answer(method: "GET", path: page, body: []).status == 404)
        _ = await post(witness, log.submission(0, 9))
        _ = await post(witness, log.submission(9, 12))
        let reply = await witness.answer(method: "GET", path: page, body: [])
        #expect(reply.status == 200)
        let note = try SignedNote(parsing: reply.body)
        #expect(try Checkpoint.open(reply.body, key: log.key).size == 12)
        #expect(note.cosignatureTime(by: key) == UInt64(Self.now))
    }

    @Test func `what was cosigned is remembered by the next process`() async throws {
        do {
            let (witness, _) = try open()
            _ = await post(witness, log.submission(0, 20))
        }
        let (witness, _) = try open()
        #expect(await post(witness, log.submission(0, 5)).status == 409)
        #expect(await post(witness, try TestLog(variant: 3).submission(20, 30)).status == 422)
        #expect(await post(witness, log.submission(20, 30)).status == 200)
    }

    @Test func `of requests side by side one is cosigned, and the others come too late`() async throws {
        let (witness, _) = try open()
        let bodies = (1...60).map { log.submission(0, $0) }
        let statuses = await withTaskGroup(of: Int.self) { group in
            for body in bodies {
                group.addTask { await witness.answer(method: "POST", path: "/add-checkpoint", body: body).status }
            }
            return await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 200 } == 1)
        #expect(statuses.count { $0 == 409 } == 59)
    }

    @Test func `a checkpoint that cannot be stored is not cosigned`() async throws {
        let (witness, _) = try open()
        _ = await post(witness, log.submission(0, 9))
        try FileManager.default.removeItem(atPath: scratch.state)
        #expect(await post(witness, log.submission(9, 12)).status == 503)
        let page = WitnessSubmission.lastNotePath(origin: log.key.name)
        let shown = await witness.answer(method: "GET", path: page, body: []).body
        #expect(try Checkpoint.open(shown, key: log.key).size == 9)
    }

    // MARK: - Key and folder

    @Test func `the key belongs to its owner alone, and is the same at the next start`() throws {
        let first = try open().key
        #expect(first.algorithm == .cosignature && first.name == "witness.example")
        #expect(try FileIdentity(of: scratch.key).permissions == 0o600)
        #expect(try WitnessKey.read(scratch.key).verifier == first)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: scratch.key)
        #expect(throws: WitnessKey.Problem.exposed) { try WitnessKey.read(scratch.key) }
    }

    @Test func `a key without a name gets one of its own`() throws {
        let names = try (0..<2).map { _ in try WitnessKey.generate(name: nil).verifier.name }
        #expect(names[0] != names[1] && names.allSatisfy { $0.hasPrefix("coffer-witness-") })
        #expect(throws: WitnessKey.Problem.name) { try WitnessKey.generate(name: "a+b") }
        #expect(throws: WitnessKey.Problem.name) { try WitnessKey.generate(name: "") }
    }

    @Test func `a witness that has lost its memory, or its key, does not start`() async throws {
        do {
            let (witness, _) = try open()
            _ = await post(witness, log.submission(0, 9))
        }
        let moved = scratch.path + "/moved"
        try FileManager.default.moveItem(atPath: scratch.state, toPath: moved)
        #expect(throws: WitnessFolder.Problem.lost) { try open() }
        try FileManager.default.moveItem(atPath: moved, toPath: scratch.state)
        _ = try open()
        let key = try DurableFile.read(scratch.key, limit: 1_024)
        try FileManager.default.removeItem(atPath: scratch.key)
        #expect(throws: WitnessFolder.Problem.keyMissing) { try open() }
        try WitnessKey.generate(name: "another").store(at: scratch.key)
        #expect(throws: WitnessFolder.Problem.otherKey) { try open() }
        try FileManager.default.removeItem(atPath: scratch.key)
        try DurableFile.create(scratch.key, with: key)
        _ = try open()
    }

    @Test func `a first start that was cut short is finished by the next`() throws {
        try FileManager.default.createDirectory(atPath: scratch.state, withIntermediateDirectories: true)
        try Data("a mark without a key\n".utf8).write(to: URL(fileURLWithPath: scratch.state + "/witness.pub"))
        let key = try open().key
        #expect(try open().key == key)
    }

    @Test func `two processes do not serve one folder`() throws {
        let held = try WitnessFolder.open(scratch.state, keyFile: scratch.key, name: nil)
        #expect(throws: WitnessFolder.Problem.inUse) { try open() }
        #expect(held.isNew)
    }

    @Test func `a stored checkpoint that somebody changed is refused`() async throws {
        do {
            let (witness, _) = try open()
            _ = await post(witness, log.submission(0, 9))
        }
        let name = try #require(Folder.names(in: scratch.state).first { $0.hasSuffix(".checkpoint") })
        let file = scratch.state + "/" + name
        let honest = try DurableFile.read(file, limit: 16_384)
        for (index, byte) in honest.enumerated() {
            var changed = honest
            changed[index] = byte ^ 1
            try DurableFile.replace(file, with: changed)
            #expect(throws: WitnessFolder.Problem.damaged) { try open() }
        }
        // An older state of the log's own, without this witness's signature.
        try DurableFile.replace(file, with: log.note(3))
        #expect(throws: WitnessFolder.Problem.damaged) { try open() }
    }

    @Test(arguments: [
        ("127.0.0.1:7380", WitnessAddress.loopback(host: "127.0.0.1", port: 7_380)),
        ("localhost:0", .loopback(host: "127.0.0.1", port: 0)), ("[::1]:1", .loopback(host: "::1", port: 1)),
        ("/run/w.sock", .socket(path: "/run/w.sock")), ("./w", .socket(path: "./w")),
    ])
    func `an address is of this machine`(_ text: String, _ address: WitnessAddress) {
        #expect(WitnessAddress(text) == address)
    }

    @Test(arguments: ["", "7380", "0.0.0.0:7380", "192.168.1.2:80", "example.com:80", "127.0.0.1:65536", "127.0.0.1:"])
    func `any other address is refused`(_ text: String) { #expect(WitnessAddress(text) == nil) }
}
