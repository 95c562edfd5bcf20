import Foundation
import Host
import Primitives
import Testing

@testable import Transfer

enum Sample {
    /// Names that would leave a target, hide in it, or be taken for something else.
    static let badNames = [
        "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/..", "./a", "a/.b", ".tmp-00", "A", "a b", "a\\b",
        "a\u{0}b", "ä", "a%2e", "a?b", "a\nb", "a.part", "a/b.part/c", String(repeating: "a", count: 201),
        [String](repeating: "a", count: 17).joined(separator: "/"),
        [String](repeating: String(repeating: "a", count: 100), count: 6).joined(separator: "/"),
    ]

    static let badPrefixes = ["/", "../", "a//", "A", "a/../", ".", "a/."]

    static let bytes: [UInt8] = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
}

/// What every store must do alike.
enum StoreConduct {
    /// - Parameter keeps: whether the target keeps its objects, and refuses to remove them.
    static func expect(of store: any ObjectStore) throws {
        #expect(try store.list("") == [])
        #expect(throws: TransferError.notFound) { try store.read("v/1/m/0.json", limit: 10) }
        #expect(throws: TransferError.notFound) { try store.remove("v/1/m/0.json") }

        try store.write("v/1/p/ab/abcdef", Sample.bytes, retainUntilSeconds: nil)
        try store.write("v/1/m/0.json", [1, 2, 3], retainUntilSeconds: nil)
        try store.write("v/10/empty", [], retainUntilSeconds: nil)
        try store.write("target.json", [4], retainUntilSeconds: nil)

        #expect(try store.read("v/1/p/ab/abcdef", limit: Sample.bytes.count) == Sample.bytes)
        #expect(throws: TransferError.tooLarge) { try store.read("v/1/p/ab/abcdef", limit: Sample.bytes.count - 1) }
        #expect(try store.read("v/10/empty", limit: 0) == [])
        #expect(
            try store.list("") == [
                StoredObject(name: "target.json", sizeBytes: 1),
                StoredObject(name: "v/1/m/0.json", sizeBytes: 3),
                StoredObject(name: "v/1/p/ab/abcdef", sizeBytes: Int64(Sample.bytes.count)),
                StoredObject(name: "v/10/empty", sizeBytes: 0),
            ])
        #expect(try store.list("v/1").map(\.name) == ["v/1/m/0.json", "v/1/p/ab/abcdef", "v/10/empty"])
        #expect(try store.list("v/1/").map(\.name) == ["v/1/m/0.json", "v/1/p/ab/abcdef"])
        #expect(try store.list("v/1/p/ab/abc").map(\.name) == ["v/1/p/ab/abcdef"])
        #expect(try store.list("w/") == [])

        // Written once, whatever the bytes.
        for bytes in [[1, 2, 3], [9], []] as [[UInt8]] {
            #expect(throws: TransferError.exists) {
                try store.write("v/1/m/0.json", bytes, retainUntilSeconds: nil)
            }
        }
        #expect(try store.read("v/1/m/0.json", limit: 10) == [1, 2, 3])

        try store.remove("v/1/m/0.json")
        #expect(throws: TransferError.notFound) { try store.read("v/1/m/0.json", limit: 10) }
        #expect(throws: TransferError.notFound) { try store.remove("v/1/m/0.json") }
        #expect(try store.list("v/1/").map(\.name) == ["v/1/p/ab/abcdef"])
        try store.write("v/1/m/0.json", [7], retainUntilSeconds: nil)
        #expect(try store.read("v/1/m/0.json", limit: 10) == [7])
        #expect(try store.removeLeftovers("") == 0)
    }

    static func expectRefusedNames(of store: any ObjectStore) {
        for name in Sample.badNames {
            #expect(throws: TransferError.name, "\(name)") { try store.read(name, limit: 10) }
            #expect(throws: TransferError.name, "\(name)") { try store.write(name, [1], retainUntilSeconds: nil) }
            #expect(throws: TransferError.name, "\(name)") { try store.remove(name) }
        }
        for prefix in Sample.badPrefixes {
            #expect(throws: TransferError.name, "\(prefix)") { try store.list(prefix) }
            #expect(throws: TransferError.name, "\(prefix)") { try store.removeLeftovers(prefix) }
        }
    }

    static func expectLimit(of store: any ObjectStore) {
        let much = [UInt8](repeating: 0, count: TransferLimits.objectBytes + 1)
        #expect(throws: TransferError.tooLarge) { try store.write("v/much", much, retainUntilSeconds: nil) }
    }
}
