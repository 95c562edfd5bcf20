import Archive
import CanonicalJSON
public import Host
import Primitives
public import Transfer

/// Where archives are carried: what the operator's device keeps about one target, in a file of its own. Credentials lie in
/// another file, which only its owner can read; this one names it.
public struct TargetSettings: Equatable, Sendable {
    /// A path, `sftp://user@host:port/path`, or `s3://bucket/prefix`.
    public let address: String
    /// What `target.json` on the target must say: another disk under the same path is not this target.
    public let id: String
    /// The file with the credentials; empty for a folder.
    public let credentials: String
    /// The host key of an SFTP server: `SHA256:…` or a public key's line.
    public let hostKey: String
    /// S3: the server's address, its region, and how objects are locked (`none`, `governance`, `compliance`).
    public let endpoint: String
    public let region: String
    public let lock: String

    public init(
        address: String, id: String, credentials: String = "", hostKey: String = "", endpoint: String = "",
        region: String = "", lock: String = "none"
    ) {
        (self.address, self.id, self.credentials, self.hostKey) = (address, id, credentials, hostKey)
        (self.endpoint, self.region, self.lock) = (endpoint, region, lock)
    }

    func encode() -> [UInt8] {
        let value: JSONValue = [
            "address": .string(address), "credentials": .string(credentials), "endpoint": .string(endpoint),
            "host_key": .string(hostKey), "id": .string(id), "lock": .string(lock), "region": .string(region), "v": 1,
        ]
        return value.encode()
    }

    init(parsing bytes: [UInt8]) throws(JSONError) {
        var members = try JSONMembers(parsing: bytes, limits: .signed)
        address = try members.string("address")
        credentials = try members.string("credentials")
        endpoint = try members.string("endpoint")
        hostKey = try members.string("host_key")
        id = try members.string("id")
        lock = try members.string("lock")
        region = try members.string("region")
        guard try members.integer("v") == 1 else { throw .wrongType("v") }
        try members.finish()
    }
}

/// The targets that this device knows: a folder with a file for each.
public struct TargetFolder: Sendable {
    private static let suffix = ".json"
    public let path: String

    public enum Problem: Error, Sendable {
        case host(HostError)
        /// The file of this name is no target's.
        case damaged(name: String)
        case exists(name: String)
        case unknown(name: String)
    }

    public init(_ path: String) { self.path = path }

    /// Small letters, digits, `-` and `_`, at most 32.
    public static func isName(_ name: String) -> Bool {
        (1...32).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
            }
    }

    public func names() throws(Problem) -> [String] {
        guard Folder.exists(path) else { return [] }
        do throws(HostError) {
            return try Folder.names(in: path).filter { $0.hasSuffix(Self.suffix) }
                .map { String($0.dropLast(Self.suffix.count)) }.filter(Self.isName)
        } catch { throw .host(error) }
    }

    public func read(_ name: String) throws(Problem) -> TargetSettings {
        let bytes: [UInt8]
        do throws(HostError) { bytes = try DurableFile.read(file(name), limit: 16_384) } catch {
            throw error.isMissingFile ? .unknown(name: name) : .host(error)
        }
        do { return try TargetSettings(parsing: bytes) } catch { throw .damaged(name: name) }
    }

    public func add(_ name: String, _ settings: TargetSettings) throws(Problem) {
        do throws(HostError) {
            try Folder.createAll(path, mode: 0o700)
            try DurableFile.create(file(name), with: settings.encode())
        } catch { throw error.fileExists ? .exists(name: name) : .host(error) }
    }

    public func remove(_ name: String) throws(Problem) {
        do throws(HostError) { try DurableFile.remove(file(name)) } catch {
            throw error.isMissingFile ? .unknown(name: name) : .host(error)
        }
    }

    private func file(_ name: String) -> String { FilePaths.join(path, name + Self.suffix) }
}

/// What a target says it is: `target.json`.
public struct TargetMark: Equatable, Sendable {
    /// Sixteen hexadecimal digits.
    public let id: String

    public static func random() -> TargetMark { TargetMark(id: Hex.encode(Random.bytes(8))) }

    private init(id: String) { self.id = id }

    /// Reads the mark of a target; nil when it has none.
    public static func read(_ store: any ObjectStore) throws(TransferError) -> TargetMark? {
        let bytes: [UInt8]
        do throws(TransferError) { bytes = try store.read(ArchiveNames.target, limit: 4_096) } catch {
            if case .notFound = error { return nil }
            throw error
        }
        guard var members = try? JSONMembers(parsing: bytes, limits: .signed),
            (try? members.string("format")) == "coffer-target-1", let id = try? members.string("id"),
            id.utf8.count == 16
        else { throw .protocol("target.json") }
        return TargetMark(id: id)
    }

    public func write(_ store: any ObjectStore) throws(TransferError) {
        let value: JSONValue = ["format": "coffer-target-1", "id": .string(id)]
        try store.write(ArchiveNames.target, value.encode(), retainUntilSeconds: nil)
    }
}
