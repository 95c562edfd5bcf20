import Foundation
import Host
import Primitives
import TestSupport
import Testing

@testable import Transfer

@Suite("A bucket that fails", .serialized, .enabled(if: Python.withMoto != nil, "needs moto"))
struct S3FaultTests {
    private func error(_ body: () throws -> Void) -> TransferError? {
        do { try body() } catch { return error as? TransferError }
        return nil
    }

    // MARK: - Whether the proxy of these tests tells right from wrong

    @Test(arguments: [
        ("none", "200"), ("secret", "403"), ("header", "403"), ("body", "400"), ("path", "403"), ("query", "403"),
        ("no-hash", "400"), ("no-signature", "403"), ("unsigned-payload", "400"),
    ])
    func `the proxy refuses what is not signed right`(attack: String, status: String) throws {
        let bucket = try Bucket(.plain)
        #expect(try bucket.server.ask("attack", ["bucket": bucket.name, "kind": attack]) == [status])
        #expect(try bucket.versions().isEmpty == (attack != "none"))
    }

    // MARK: - Refusals

    @Test func `a wrong secret is refused, and stands in no error`() throws {
        let bucket = try Bucket(.plain)
        let credentials = try Bucket.credentials(secret: "canary-9d2c")
        let store = try S3Store(bucket.target(), credentials: credentials, times: .test)
        let refused = try #require(error { try store.write("a", [1], retainUntilSeconds: nil) })
        #expect(refused == .refused(.signature))
        #expect(!"\(refused)\(refused.message)\(refused.hint)\(credentials)".contains("canary"))
        #expect(try bucket.versions() == [])
    }

    @Test func `a clock that is wrong by an hour is said, and by how much`() throws {
        let bucket = try Bucket(.plain)
        for offset in [3_600, -3_600] as [Int64] {
            try bucket.server.ask("clock", ["bucket": bucket.name, "offset": "\(offset)"])
            guard case .clock(.some(let found)) = error({ _ = try bucket.store().list("") }) else {
                Issue.record("no clock error")
                return
            }
            #expect((offset - 5...offset + 5).contains(found))
        }
    }

    @Test func `a bucket that is not there is refused and not made`() throws {
        let bucket = try Bucket(.plain)
        let store = try bucket.store(name: "no-such-bucket-here")
        #expect(error { _ = try store.list("") } == .missingTarget)
        #expect(error { try store.write("a", [1], retainUntilSeconds: nil) } == .missingTarget)
    }

    @Test(arguments: [
        ("GET 403-AccessDenied", TransferError.refused(.permission)), ("GET 403-InvalidAccessKeyId", .refused(.login)),
        ("GET region", .region("eu-test-7")), ("GET 400-AuthorizationHeaderMalformed", .region(nil)),
        ("GET 400-Strange", .protocol("HTTP 400 Strange")), ("GET garbage", .protocol("listing")),
        ("GET 507-XMinioStorageFull", .full),
    ])
    func `what the server says is said once, in our words`(plan: String, expected: TransferError) throws {
        let bucket = try Bucket(.plain)
        try bucket.plan(plan)
        #expect(error { _ = try bucket.store().list("") } == expected)
        #expect(try bucket.log().count == 1)
    }

    // MARK: - What passes

    @Test(arguments: ["500-InternalError", "503-SlowDown", "409-OperationAborted", "cut"])
    func `what may pass is tried again, a bounded number of times`(fault: String) throws {
        let bucket = try Bucket(.versioned)
        let store = try bucket.store()
        try bucket.plan("PUT \(fault),PUT \(fault),GET \(fault)")
        try store.write("v/a", Sample.bytes, retainUntilSeconds: nil)
        #expect(try store.read("v/a", limit: Sample.bytes.count) == Sample.bytes)
        try bucket.plan(Array(repeating: "GET \(fault)", count: 9).joined(separator: ","))
        let before = try bucket.log().count
        let last = try #require(error { _ = try store.list("") })
        #expect(last == .busy || last == .unreachable(.cut))
        // libcurl itself repeats once what a connection that was open before swallowed.
        #expect((3...(fault == "cut" ? 6 : 3)).contains(try bucket.log().count - before))
    }

    @Test func `a PUT that was carried out though the answer says no is not an object of somebody else`() throws {
        let bucket = try Bucket(.lockable)
        try bucket.plan("PUT late")
        try bucket.store(lock: .compliance).write("v/a", [1, 2], retainUntilSeconds: 1_893_553_445)
        #expect(try bucket.versions() == ["v/a 2 COMPLIANCE 2030-01-02T03:04:05Z"])
    }

    @Test func `whoever writes between the look and the PUT was first`() throws {
        let bucket = try Bucket(.versioned)
        let store = try bucket.store()
        try bucket.plan("PUT race")
        #expect(error { try store.write("v/a", [1], retainUntilSeconds: nil) } == .exists)
        #expect(try store.read("v/a", limit: 10) == Array("quicker".utf8))
        #expect(try bucket.versions().count == 1)
        // Also where it is not known what became of the first attempt.
        try bucket.plan("PUT 500-InternalError,PUT race")
        #expect(error { try store.write("v/b", [1], retainUntilSeconds: nil) } == .exists)
    }

    @Test func `an upload cut each time leaves no object, and a repetition writes it`() throws {
        let bucket = try Bucket(.versioned)
        let store = try bucket.store()
        try bucket.plan("PUT cut,PUT cut,PUT cut")
        #expect(error { try store.write("v/a", Sample.bytes, retainUntilSeconds: nil) } == .unreachable(.cut))
        #expect(try bucket.versions() == [])
        try store.write("v/a", Sample.bytes, retainUntilSeconds: nil)
        #expect(try store.list("").map(\.name) == ["v/a"])
    }

    @Test func `what comes back changed is said after the upload`() throws {
        let bucket = try Bucket(.versioned)
        try bucket.plan("GET flip")
        let store = try bucket.store()
        #expect(error { try store.write("v/a", Sample.bytes, retainUntilSeconds: nil) } == .altered)
    }

    // MARK: - TLS

    @Test func `a server whose certificate nobody vouches for gets nothing`() throws {
        let bucket = try Bucket(.plain)
        for authority in [nil, "/etc/ssl/certs/ca-certificates.crt", "/nowhere"] {
            let store = try S3Store(
                bucket.secureTarget(authority), credentials: Bucket.credentials(), times: .test)
            #expect(error { try store.write("a", [1], retainUntilSeconds: nil) } == .certificate)
        }
        #expect(try bucket.log() == [])
    }

    @Test func `with the certificate of its authority it is a target like others`() throws {
        let bucket = try Bucket(.versioned)
        let target = try bucket.secureTarget(bucket.server.certificate)
        try StoreConduct.expect(of: S3Store(target, credentials: Bucket.credentials(), times: .test))
    }

    @Test func `a certificate for another name is refused`() throws {
        let bucket = try Bucket(.plain)
        let target = try bucket.secureTarget(bucket.server.certificate, host: "127.0.0.2")
        let store = try S3Store(target, credentials: Bucket.credentials(), times: .test)
        #expect(error { _ = try store.list("") } == .certificate)
        #expect(try bucket.log() == [])
    }

    // MARK: - Slow servers

    @Test func `a server that accepts and says nothing is given up`() throws {
        let listener = try Listener()
        let target = try S3Target(
            host: "127.0.0.1", port: listener.port, isPlain: true, bucket: "bucket", region: "us-east-1", lock: nil)
        let store = try S3Store(target, credentials: Bucket.credentials(), times: .short)
        #expect(error { _ = try store.list("") } == .timeout)
        #expect(listener.wasConnected)
    }

    @Test func `an upload that stalls is given up and leaves no object`() throws {
        let bucket = try Bucket(.versioned)
        let scratch = try ScratchFolder()
        let relay = try Relay(to: bucket.server.port, .stall, after: 50_000, times: 1, in: scratch.path)
        let target = try S3Target(
            host: "127.0.0.1", port: relay.port, isPlain: true, bucket: bucket.name, region: "us-east-1", lock: nil)
        let store = try S3Store(target, credentials: Bucket.credentials(), times: .short)
        // More than the buffers of the sockets on the way take.
        let bytes = [UInt8](repeating: 3, count: 12 << 20)
        #expect(error { try store.write("v/a", bytes, retainUntilSeconds: nil) } == .timeout)
        #expect(try bucket.versions() == [])
    }
}
