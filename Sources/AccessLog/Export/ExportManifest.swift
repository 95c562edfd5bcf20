public import Authority
public import CanonicalJSON
import Primitives

/// `manifest.json`: the signed statement, the ranges it commits to, and a hash of every other file.
///
/// The hashes find a damaged copy and are not signed: a reader who wants proof gets it from the tree, and from the
/// names of blocks and policies, which are their hashes.
public struct ExportManifest: Equatable, Sendable {
    public static let fileName = "manifest.json"
    static let limits = JSONLimits(maxBytes: 64 * 1024 * 1024, maxDepth: 6, names: .any)

    /// Path inside the export, and hexadecimal SHA-256 of the file's bytes.
    public var files: [String: String]
    public var statement: DSSEEnvelope
    public var withheld: WithheldParts

    public enum Problem: Error, Equatable, Sendable {
        case json(JSONError)
        case envelope(BlockRefusal)
    }

    public init(files: [String: String], statement: DSSEEnvelope, withheld: WithheldParts) {
        self.files = files
        self.statement = statement
        self.withheld = withheld
    }

    public func encode() -> [UInt8] {
        let paths = files.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let list = paths.map { path -> JSONValue in
            ["path": .string(path), "sha256": .string(files[path] ?? "")]
        }
        let value: JSONValue = [
            "files": .array(list), "statement": statement.value, "v": 1, "withheld": withheld.value,
        ]
        return value.encode()
    }

    public init(parsing bytes: [UInt8]) throws(Problem) {
        let envelope: JSONValue
        do throws(JSONError) {
            var members = try JSONMembers(parsing: bytes, limits: Self.limits)
            files = [:]
            var last = ""
            for object in try members.objects("files") {
                var file = object
                let path = try file.string("path")
                let hash = try file.string("sha256")
                try file.finish()
                guard last.utf8.lexicographicallyPrecedes(path.utf8), Self.isPlain(path),
                    Hex.decode(hash)?.count == SHA256.size
                else { throw JSONError.wrongType("files") }
                files[path] = hash
                last = path
            }
            envelope = try members.value("statement")
            guard try members.integer("v") == 1 else { throw JSONError.wrongType("v") }
            withheld = try WithheldParts(members.value("withheld"))
            try members.finish()
        } catch {
            throw .json(error)
        }
        do {
            statement = try DSSEEnvelope(envelope)
        } catch {
            throw .envelope(error)
        }
    }

    /// A relative path of plain names: it cannot lead out of the export.
    private static func isPlain(_ path: String) -> Bool {
        path.utf8.count <= 256
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { name in
                !name.isEmpty && name != "." && name != ".."
                    && name.utf8.allSatisfy { byte in
                        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                    }
            }
    }
}
