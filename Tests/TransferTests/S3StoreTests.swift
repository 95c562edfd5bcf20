import Foundation
import Host
import Primitives
import TestSupport
import Testing

@testable import Transfer

@Suite("A bucket that keeps archives", .serialized, .enabled(if: Python.withMoto != nil, "needs moto"))
struct S3StoreTests {
    /// 2030-01-02T03:04:05Z
    private let future: Int64 = 1_893_553_445

    @Test(arguments: [S3Server.Kind.plain, .versioned, .lockable])
    func `it does what every store does`(kind: S3Server.Kind) throws {
        let bucket = try Bucket(kind)
        try StoreConduct.expect(of: try bucket.store())
        // Every request that reached it was signed right, and there were some.
        let log = try bucket.log()
        #expect(log.count > 20)
        #expect(log.allSatisfy { $0.hasSuffix(" ok") }, "\(log.filter { !$0.hasSuffix(" ok") })")
    }

    @Test func `it does so below a prefix, and by the bucket's own host name`() throws {
        let bucket = try Bucket(.versioned)
        try StoreConduct.expect(of: try bucket.store(prefix: "shop-7/archives"))
        #expect(
            try bucket.versions().filter { !$0.hasPrefix("marker") }.allSatisfy { $0.hasPrefix("shop-7/archives/") })
        try StoreConduct.expect(of: try bucket.store(prefix: "by-host/", style: .host))
        #expect(try bucket.store(prefix: "shop-7").list("").count == 4)
    }

    @Test func `names that no object can have are refused before anything is sent`() throws {
        let bucket = try Bucket(.plain)
        let store = try bucket.store()
        StoreConduct.expectRefusedNames(of: store)
        StoreConduct.expectLimit(of: store)
        #expect(try bucket.log() == [])
    }

    @Test func `each object carries its lock date, as another client sees it`() throws {
        let bucket = try Bucket(.lockable)
        try bucket.store(lock: .compliance).write("v/a", [1], retainUntilSeconds: future)
        try bucket.store(lock: .governance).write("v/b", [2, 3], retainUntilSeconds: future + 86_400)
        try bucket.store(lock: .compliance).write("v/c", [], retainUntilSeconds: nil)
        #expect(
            try bucket.versions() == [
                "v/a 1 COMPLIANCE 2030-01-02T03:04:05Z", "v/b 2 GOVERNANCE 2030-01-03T03:04:05Z", "v/c 0 - -",
            ])
    }

    @Test func `a locked object cannot be removed before its date`() throws {
        let bucket = try Bucket(.lockable)
        let store = try bucket.store(lock: .compliance)
        try store.write("v/a", [1], retainUntilSeconds: future)
        #expect(throws: TransferError.retained) { try store.remove("v/a") }
        #expect(try store.read("v/a", limit: 1) == [1])
    }

    @Test(arguments: ["unlock", "shorten"])
    func `a server that takes the lock's headers and does not lock, or for less time, is found out`(
        fault: String
    ) throws {
        let bucket = try Bucket(.lockable)
        try bucket.plan("PUT \(fault)")
        #expect(throws: TransferError.notLocked) {
            try bucket.store(lock: .compliance).write("v/a", [1], retainUntilSeconds: future)
        }
    }

    @Test func `a bucket without Object Lock does not take a lock`() throws {
        let bucket = try Bucket(.plain)
        let store = try bucket.store(lock: .compliance)
        #expect(throws: TransferError.notLocked) { try store.write("v/a", [1], retainUntilSeconds: future) }
    }

    @Test func `objects under delete markers and newer versions are found as they were written`() throws {
        let bucket = try Bucket(.lockable)
        let writer = try bucket.store(lock: .compliance)
        for name in ["v/a", "v/b", "v/c"] { try writer.write(name, Array(name.utf8), retainUntilSeconds: future) }
        try bucket.server.ask("overwrite", ["bucket": bucket.name, "key": "v/b"])
        try bucket.server.ask("mark", ["bucket": bucket.name])
        #expect(try bucket.versions().filter { $0.hasPrefix("marker") }.count == 3)
        // Also by somebody who has never seen the bucket.
        for store in [writer, try bucket.store()] {
            #expect(try store.list("v/") == ["v/a", "v/b", "v/c"].map { StoredObject(name: $0, sizeBytes: 3) })
            for name in ["v/a", "v/b", "v/c"] {
                #expect(try store.read(name, limit: 10) == Array(name.utf8))
                #expect(throws: TransferError.exists) { try store.write(name, [0], retainUntilSeconds: nil) }
            }
        }
    }

    @Test func `a removal takes every version and marker`() throws {
        let bucket = try Bucket(.versioned)
        let store = try bucket.store()
        try store.write("v/a", [1], retainUntilSeconds: nil)
        try store.write("v/ab", [1], retainUntilSeconds: nil)
        try bucket.server.ask("overwrite", ["bucket": bucket.name, "key": "v/a"])
        try bucket.server.ask("mark", ["bucket": bucket.name])
        try store.remove("v/a")
        #expect(try bucket.versions() == ["v/ab 1 - -", "marker v/ab"])
        #expect(throws: TransferError.notFound) { try store.read("v/a", limit: 1) }
    }

    @Test func `a listing of more than a thousand objects has several pages and all of them`() throws {
        let bucket = try Bucket(.versioned)
        try bucket.server.ask("fill", ["bucket": bucket.name, "prefix": "v/p/", "count": "2105"])
        let found = try bucket.store().list("v/")
        #expect(found.map(\.name) == (0..<2_105).map { "v/p/" + String("0000\($0)".suffix(5)) })
        #expect(found.allSatisfy { $0.sizeBytes == Int64($0.name.suffix(5)).map { $0 % 7 } })
        #expect(try bucket.log().filter { $0.contains("versions=") }.count == 3)
        #expect(try bucket.store().list("v/p/0210").count == 5)
    }

    @Test(arguments: [
        (S3Server.Kind.plain, S3Target.Lock?.none, Protection.mutable(reason: .unversioned)),
        (.versioned, nil, .snapshotted), (.lockable, nil, .snapshotted), (.lockable, .compliance, .immutable),
        (.ruled, nil, .immutable), (.plain, .governance, .mutable(reason: .unversioned)),
    ])
    func `it says what it protects, and its clock`(
        kind: S3Server.Kind, lock: S3Target.Lock?, protection: Protection
    ) throws {
        let bucket = try Bucket(kind)
        try bucket.server.ask("clock", ["bucket": bucket.name, "offset": "600"])
        let facts = try bucket.store(lock: lock).probe()
        #expect(facts.protection == protection)
        let offset = try #require(facts.clockMilliseconds) / 1_000 - SystemClock().nowSeconds()
        #expect((590...601).contains(offset))
    }

    @Test func `a bucket whose settings may not be asked for is said to be mutable`() throws {
        let bucket = try Bucket(.lockable)
        try bucket.plan("GET 403-AccessDenied,GET 403-AccessDenied")
        let facts = try bucket.store(lock: .compliance).probe()
        #expect(facts.protection == .mutable(reason: .unknown))
    }
}
